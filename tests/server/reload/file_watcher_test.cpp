// SPDX-License-Identifier: Apache-2.0
#include "server/reload/file_watcher.hpp"

#include "tests/support/io_loop.hpp"
#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <sys/stat.h>
#include <unistd.h>

using namespace mcpgw;
using mcpgw::io_test::io_loop;
namespace fs = std::filesystem;

namespace {

/// Changes are told as soon as the loop comes to it.
constexpr watch_limits at_once{.quiet = std::chrono::milliseconds{0},
                               .postponed_max = std::chrono::milliseconds{0},
                               .read_pause = std::chrono::milliseconds{0},
                               .poll_interval = std::chrono::hours{1},
                               .watches_max = 1000};
constexpr watch_limits only_polling{.quiet = std::chrono::milliseconds{0},
                                    .postponed_max = std::chrono::milliseconds{0},
                                    .read_pause = std::chrono::milliseconds{0},
                                    .poll_interval = std::chrono::milliseconds{1},
                                    .watches_max = 0};

file_watcher::system_time just_now() {
    return std::chrono::system_clock::now() + std::chrono::hours{1};
}

class watched_place {
public:
    explicit watched_place(watch_limits limits = at_once)
        : watcher(loop.ex(), log_, limits, [this] { ++told_; }) {
        REQUIRE(loop.tasks.spawn(watcher.run()));
        loop.poll();
    }
    ~watched_place() {
        watcher.stop();
        loop.finish();
    }
    watched_place(const watched_place&) = delete;
    watched_place& operator=(const watched_place&) = delete;

    [[nodiscard]] std::string at(const std::string& name) const { return place.str() + "/" + name; }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream{at(name)} << text;
    }
    void watch(const std::vector<std::string>& names) {
        std::vector<std::string> paths;
        for (const auto& name : names) paths.push_back(at(name));
        watcher.watch(paths, just_now());
    }
    /// A change was told since the last question, or comes to be told.
    bool hears() {
        const auto deadline = clock_type::now() + io_test::patience;
        loop.io.restart();
        while (told_ == 0 && clock_type::now() < deadline) loop.io.run_one_until(deadline);
        settle();
        return std::exchange(told_, 0) > 0;
    }
    /// Events are there when the call that makes them returns: what is not told now never is.
    bool hears_nothing() {
        settle();
        return std::exchange(told_, 0) == 0;
    }

    io_loop loop;
    temporary_directory place;

private:
    void settle() {
        constexpr int rounds = 50; // an event takes a few
        for (int i = 0; i < rounds; ++i) loop.poll();
    }

    logger log_{log_level::off};
    int told_ = 0;

public:
    file_watcher watcher;
};

std::size_t open_descriptors() {
    const fs::directory_iterator all{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

} // namespace

TEST_CASE("a_file_that_is_written_in_place_is_told") {
    watched_place here;
    here.write("a.toml", "1");
    here.watch({"a.toml"});
    CHECK(here.hears_nothing());
    here.write("a.toml", "2");
    CHECK(here.hears());
    here.write("a.toml", "3");
    CHECK(here.hears());
    CHECK(here.hears_nothing());
    CHECK_FALSE(here.watcher.is_polling());
}

TEST_CASE("a_file_that_an_editor_replaces_is_told_each_time") {
    watched_place here;
    here.write("a.toml", "1");
    here.watch({"a.toml"});
    for (const auto* const text : {"2", "3", "4"}) {
        here.write("a.toml.new", text);
        CHECK(here.hears_nothing());
        fs::rename(here.at("a.toml.new"), here.at("a.toml"));
        CHECK(here.hears());
    }
    here.write("a.toml", "5"); // the new file is watched like the old one
    CHECK(here.hears());
}

TEST_CASE("backup_and_swap_files_beside_it_are_not_told") {
    watched_place here;
    here.write("a.toml", "1");
    here.watch({"a.toml"});
    for (const auto* const name : {".a.toml.swp", "4913", "a.toml~", "b.toml"}) {
        here.write(name, "x");
        fs::remove(here.at(name));
    }
    CHECK(here.hears_nothing());
}

TEST_CASE("a_file_that_is_removed_and_comes_back_is_told_twice") {
    watched_place here;
    here.write("a.toml", "1");
    here.watch({"a.toml"});
    fs::remove(here.at("a.toml"));
    CHECK(here.hears());
    here.write("a.toml", "2");
    CHECK(here.hears());
}

TEST_CASE("new_rights_of_a_file_are_told") {
    watched_place here;
    here.write("a.toml", "1");
    here.watch({"a.toml"});
    ::chmod(here.at("a.toml").c_str(), S_IRUSR);
    CHECK(here.hears());
}

TEST_CASE("a_file_whose_directories_are_not_there_yet_is_told_when_it_comes") {
    watched_place here;
    here.watch({"conf.d/more/a.toml"});
    CHECK(here.hears_nothing());
    fs::create_directories(here.at("conf.d/more"));
    CHECK(here.hears());
    here.write("conf.d/more/a.toml", "1");
    CHECK(here.hears());
}

TEST_CASE("a_config_map_that_is_swapped_is_told_each_time") {
    watched_place here;
    const auto publish = [&here](const std::string& version, const std::string& text) {
        fs::create_directory(here.at(version));
        here.write(version + "/a.toml", text);
        fs::create_directory_symlink(version, here.at("..data_tmp"));
        fs::rename(here.at("..data_tmp"), here.at("..data"));
    };
    publish("..1", "1");
    fs::create_symlink("..data/a.toml", here.at("a.toml"));
    here.watch({"a.toml"});
    CHECK(here.hears_nothing());
    publish("..2", "2");
    CHECK(here.hears());
    fs::remove_all(here.at("..1"));
    CHECK(here.hears_nothing());
    publish("..3", "3");
    CHECK(here.hears());
}

TEST_CASE("a_directory_on_the_way_that_is_replaced_is_told") {
    watched_place here;
    fs::create_directories(here.at("current/etc"));
    fs::create_directories(here.at("next/etc"));
    here.write("current/etc/a.toml", "1");
    here.write("next/etc/a.toml", "2");
    here.watch({"current/etc/a.toml"});
    fs::rename(here.at("current"), here.at("old"));
    CHECK(here.hears());
    fs::rename(here.at("next"), here.at("current"));
    CHECK(here.hears());
    here.write("current/etc/a.toml", "3");
    CHECK(here.hears());
    here.write("old/etc/a.toml", "4");
    CHECK(here.hears_nothing());
}

TEST_CASE("files_that_come_into_a_watched_directory_are_told") {
    watched_place here;
    fs::create_directory(here.at("conf.d"));
    here.watch({"conf.d"});
    here.write("conf.d/b.toml", "1");
    CHECK(here.hears());
    here.write("conf.d/b.toml~", "1");
    CHECK(here.hears_nothing());
    fs::remove(here.at("conf.d/b.toml"));
    CHECK(here.hears());
}

TEST_CASE("a_file_that_changes_through_another_name_of_it_is_told") {
    watched_place here;
    fs::create_directory(here.at("elsewhere"));
    here.write("elsewhere/a.toml", "1");
    fs::create_hard_link(here.at("elsewhere/a.toml"), here.at("a.toml"));
    here.watch({"a.toml"}); // as a file that is mounted alone
    here.write("elsewhere/a.toml", "2");
    CHECK(here.hears());
}

TEST_CASE("what_is_not_watched_any_more_is_not_told") {
    watched_place here;
    here.write("a.toml", "1");
    here.write("b.toml", "1");
    here.watch({"a.toml"});
    here.watch({"b.toml"});
    here.write("a.toml", "2");
    CHECK(here.hears_nothing());
    here.write("b.toml", "2");
    CHECK(here.hears());
}

TEST_CASE("a_change_between_the_reading_of_a_file_and_its_watch_is_told") {
    watched_place here;
    const auto read_at = std::chrono::system_clock::now();
    here.write("a.toml", "1");
    here.watcher.watch({here.at("a.toml")}, read_at);
    CHECK(here.hears());
    here.watcher.watch({here.at("a.toml")}, read_at); // it is not new any more
    CHECK(here.hears_nothing());
}

TEST_CASE("more_events_than_the_system_keeps_are_told_as_a_change") {
    std::size_t kept = 0;
    std::ifstream{"/proc/sys/fs/inotify/max_queued_events"} >> kept;
    constexpr std::size_t kept_max = 100'000;
    if (kept == 0 || kept > kept_max) SKIP("the system keeps too many");
    watched_place here;
    here.write("x", "");
    here.write("y", "");
    here.write("a.toml", "1");
    here.watch({"a.toml"});
    for (std::size_t i = 0; i <= kept; ++i) // two in turn: equal ones are one event
        ::chmod(here.at(i % 2 == 0 ? "x" : "y").c_str(), S_IRUSR | S_IWUSR);
    here.write("a.toml", "2");
    CHECK(here.hears());
}

TEST_CASE("where_nothing_can_be_watched_files_are_looked_at_again_and_again") {
    watched_place here{only_polling};
    here.write("a.toml", "1");
    here.watch({"a.toml", "b.toml"});
    CHECK(here.watcher.is_polling());
    CHECK(here.hears_nothing());
    here.write("a.toml", "23");
    CHECK(here.hears());
    here.write("b.toml", "1");
    CHECK(here.hears());
    fs::remove(here.at("a.toml"));
    CHECK(here.hears());
    CHECK(here.hears_nothing());
}

TEST_CASE("a_watcher_that_has_ended_leaves_no_descriptor") {
    { const watched_place before; } // what the loop keeps
    const auto count = open_descriptors();
    {
        watched_place here;
        here.write("a.toml", "1");
        here.watch({"a.toml"});
        here.write("a.toml", "2");
    }
    CHECK(open_descriptors() == count);
}

TEST_CASE("no_child_inherits_the_events_of_files") {
    const auto is_inherited = [] {
        for (const auto& entry : fs::directory_iterator{"/proc/self/fdinfo"}) {
            std::ifstream file{entry.path()};
            const std::string text{std::istreambuf_iterator<char>{file}, {}};
            const auto flags = text.find("flags:\t");
            if (text.find("inotify") == std::string::npos || flags == std::string::npos) continue;
            constexpr unsigned long close_on_exec = 02000000;
            if ((std::stoul(text.substr(flags + 7), nullptr, 8) & close_on_exec) == 0) return true;
        }
        return false;
    };
    watched_place here;
    here.watch({"a.toml"});
    CHECK_FALSE(is_inherited());
}
