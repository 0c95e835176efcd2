// SPDX-License-Identifier: Apache-2.0
#include "children/registry/schema_cache.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using namespace mcpgw;
namespace fs = std::filesystem;

namespace {

/// A directory whose caches are gone afterwards.
class cache_world {
public:
    cache_world() {
        std::random_device random;
        root_ = fs::temp_directory_path() /
                ("mcpgw-schemas-" + std::to_string(random()) + std::to_string(random()));
        fs::create_directories(root_);
    }
    ~cache_world() {
        std::error_code ignored;
        fs::permissions(root_, fs::perms::owner_all, ignored);
        fs::remove_all(root_, ignored);
    }
    cache_world(const cache_world&) = delete;
    cache_world& operator=(const cache_world&) = delete;

    [[nodiscard]] std::string directory() const { return (root_ / "cache" / "schemas").string(); }
    schema_cache open() { return {directory(), log}; }
    [[nodiscard]] std::vector<fs::path> files() const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator{directory()}) found.push_back(entry.path());
        return found;
    }
    [[nodiscard]] fs::path only_file() const {
        const auto found = files();
        REQUIRE(found.size() == 1);
        return found[0];
    }

    logger log{log_level::off};

private:
    fs::path root_;
};

child_options child(const std::string& name = "files") {
    child_options options;
    options.name = name;
    options.command = "node";
    options.args = {"--token=hush"};
    options.env = {{"TOKEN", "hush"}};
    return options;
}

remembered_schema schema_of(const std::string& tool) {
    remembered_schema schema;
    schema.server_info = R"({"name":"files","version":"1"})";
    schema.lists.capabilities = R"({"tools":{}})";
    schema.lists.tools = {{tool, R"({"name":")" + tool + R"("})"}};
    return schema;
}

std::string tool_in(const std::optional<remembered_schema>& schema) {
    return schema ? schema->lists.tools.at(0).key : "";
}

std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>{in}, {}};
}
void write(const fs::path& file, std::string_view text) {
    std::ofstream(file, std::ios::binary) << text;
}

mode_t mode_of(const fs::path& file) {
    struct stat about {};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    return about.st_mode & 0777U;
}

} // namespace

TEST_CASE("what_a_server_offered_is_known_to_the_next_gateway") {
    cache_world world;
    CHECK_FALSE(world.open().load(child()));
    REQUIRE(world.open().store(child(), schema_of("read")).has_value());
    CHECK(tool_in(world.open().load(child())) == "read");
    CHECK_FALSE(world.open().load(child("other")));
    auto changed = child();
    changed.args = {"--other"};
    CHECK_FALSE(world.open().load(changed));
}

TEST_CASE("a_newer_schema_takes_the_place_of_the_older_one") {
    cache_world world;
    auto cache = world.open();
    REQUIRE(cache.store(child(), schema_of("old")).has_value());
    REQUIRE(cache.store(child(), schema_of("new")).has_value());
    CHECK(tool_in(world.open().load(child())) == "new");
    CHECK(world.files().size() == 1);
}

TEST_CASE("a_schema_that_is_known_is_not_written_again") {
    cache_world world;
    REQUIRE(world.open().store(child(), schema_of("read")).has_value());
    auto cache = world.open();
    REQUIRE(cache.load(child()));
    fs::remove(world.only_file());
    REQUIRE(cache.store(child(), schema_of("read")).has_value());
    CHECK(world.files().empty());
    REQUIRE(cache.store(child(), schema_of("write")).has_value());
    CHECK(world.files().size() == 1);
}

TEST_CASE("files_and_directories_of_the_cache_are_for_their_user_alone_and_hold_no_secret") {
    cache_world world;
    const auto before = ::umask(0);
    const auto stored = world.open().store(child("my files/../x"), schema_of("read"));
    ::umask(before);
    REQUIRE(stored.has_value());
    const auto file = world.only_file();
    CHECK(mode_of(file) == 0600);
    CHECK(mode_of(file.parent_path()) == 0700);
    CHECK(mode_of(file.parent_path().parent_path()) == 0700);
    CHECK(file.filename().string().starts_with("my_files____x-"));
    CHECK(content(file).find("hush") == std::string::npos);
    CHECK(content(file).find("node") == std::string::npos);
}

TEST_CASE("a_file_that_is_damaged_or_foreign_counts_as_none") {
    cache_world world;
    REQUIRE(world.open().store(child(), schema_of("read")).has_value());
    const auto file = world.only_file();
    const auto whole = content(file);
    for (const auto& text : {std::string{}, whole.substr(0, whole.size() / 2), std::string{"hello"},
                             std::string(100, '\0')}) {
        write(file, text);
        CHECK_FALSE(world.open().load(child()));
    }
    write(file, whole);
    CHECK(tool_in(world.open().load(child())) == "read");
    // It is written anew as soon as the server has run.
    write(file, "hello");
    REQUIRE(world.open().store(child(), schema_of("read")).has_value());
    CHECK(content(file) == whole);
}

TEST_CASE("what_is_no_file_of_ours_is_not_read") {
    cache_world world;
    REQUIRE(world.open().store(child(), schema_of("read")).has_value());
    const auto file = world.only_file();
    const auto elsewhere = fs::path{world.directory()}.parent_path() / "elsewhere";
    fs::rename(file, elsewhere);
    fs::create_symlink(elsewhere, file);
    CHECK_FALSE(world.open().load(child()));
    fs::remove(file);
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0); // without a writer it must not block
    CHECK_FALSE(world.open().load(child()));
    fs::remove(file);
    fs::create_directory(file);
    CHECK_FALSE(world.open().load(child()));
    fs::remove(file);
    fs::rename(elsewhere, file);
    CHECK(world.open().load(child()));
    if (::geteuid() != 0) return;
    REQUIRE(::chown(file.c_str(), 1, 1) == 0);
    CHECK_FALSE(world.open().load(child()));
}

TEST_CASE("a_schema_that_is_too_large_is_neither_written_nor_read") {
    cache_world world;
    auto large = schema_of("read");
    large.lists.instructions = std::string(schema_cache::file_bytes_max, 'x');
    const auto stored = world.open().store(child(), large);
    REQUIRE(stored.has_error());
    CHECK(stored.error().message().find("more than") != std::string_view::npos);
    REQUIRE(world.open().store(child(), schema_of("read")).has_value());
    const auto file = world.only_file();
    fs::resize_file(file, schema_cache::file_bytes_max + 1);
    CHECK_FALSE(world.open().load(child()));
}

TEST_CASE("a_directory_that_cannot_be_used_is_an_error_that_names_it") {
    cache_world world;
    const auto parent = fs::path{world.directory()}.parent_path();
    write(parent, "a file where the directory should be");
    const auto stored = world.open().store(child(), schema_of("read"));
    REQUIRE(stored.has_error());
    CHECK(stored.error().message().find(parent.string()) != std::string_view::npos);
    CHECK_FALSE(world.open().load(child()));
    // The place of the file itself is taken.
    fs::remove(parent);
    REQUIRE(world.open().store(child(), schema_of("read")).has_value());
    const auto file = world.only_file();
    fs::remove(file);
    fs::create_directory(file);
    CHECK(world.open().store(child(), schema_of("read")).has_error());
    CHECK(world.only_file() == file); // nothing half-written is left
}

TEST_CASE("a_directory_without_permission_is_an_error") {
    if (::geteuid() == 0) return; // root may write anywhere
    cache_world world;
    const auto root = fs::path{world.directory()}.parent_path().parent_path();
    fs::permissions(root, fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(world.open().store(child(), schema_of("read")).has_error());
}

TEST_CASE("a_cache_that_is_off_keeps_nothing") {
    logger log{log_level::off};
    schema_cache off{"", log};
    CHECK_FALSE(off.is_on());
    CHECK(off.store(child(), schema_of("read")).has_value());
    CHECK_FALSE(off.load(child()));
}

TEST_CASE("two_gateways_that_write_at_once_leave_a_whole_file") {
    cache_world world;
    constexpr int rounds = 200;
    std::atomic<int> running{2};
    const auto work = [&](const std::string& tool) {
        logger log{log_level::off};
        schema_cache cache{world.directory(), log};
        auto schema = schema_of(tool);
        for (int i = 0; i < rounds; ++i) {
            schema.lists.instructions = std::string(static_cast<std::size_t>(i) * 100, 'x');
            if (cache.store(child(), schema).has_error()) break;
        }
        --running;
    };
    std::thread first{work, "one"};
    std::thread second{work, "two"};
    bool is_whole = true;
    while (running > 0) {
        auto reader = world.open();
        if (!fs::exists(world.directory()) || world.files().empty()) continue;
        const auto found = tool_in(reader.load(child()));
        is_whole = is_whole && (found.empty() || found == "one" || found == "two");
    }
    first.join();
    second.join();
    CHECK(is_whole);
    const auto last = world.open().load(child());
    REQUIRE(last);
    CHECK(last->lists.instructions.size() == (rounds - 1) * 100);
    CHECK(world.files().size() == 1);
}

TEST_CASE("the_oldest_files_make_way_and_those_of_others_stay") {
    cache_world world;
    auto cache = world.open();
    REQUIRE(cache.store(child("oldest"), schema_of("read")).has_value());
    const auto oldest = world.only_file();
    fs::last_write_time(oldest, fs::file_time_type::clock::now() - std::chrono::hours{1});
    const fs::path directory{world.directory()};
    for (const auto* name : {"notes.json", "notes-0123456789abcdeX.json", "0123456789abcdef.json"})
        write(directory / name, "not ours");
    // What a gateway left that was killed while it wrote.
    write(directory / "files-0123456789abcdef.json.aB3xYz", "half");
    fs::last_write_time(directory / "files-0123456789abcdef.json.aB3xYz",
                        fs::file_time_type::clock::now() - std::chrono::hours{2});
    for (std::size_t i = 0; i < schema_cache::files_max; ++i) {
        auto options = child();
        options.args = {std::to_string(i)};
        REQUIRE(cache.store(options, schema_of("read")).has_value());
    }
    const auto left = world.files();
    CHECK(left.size() == schema_cache::files_max + 3);
    CHECK(std::ranges::find(left, oldest) == left.end());
    CHECK(fs::exists(directory / "notes.json"));
}

TEST_CASE("the_default_directory_is_that_of_the_users_caches") {
    CHECK(default_schema_directory("/x/cache", "/home/me") == "/x/cache/mcp-gateway/schemas");
    CHECK(default_schema_directory("", "/home/me") == "/home/me/.cache/mcp-gateway/schemas");
    CHECK(default_schema_directory("not/absolute", "/home/me") ==
          "/home/me/.cache/mcp-gateway/schemas");
    CHECK(default_schema_directory("", "").empty());
    CHECK(default_schema_directory("", "relative").empty());
}
