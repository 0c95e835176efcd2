// SPDX-License-Identifier: Apache-2.0
#include "children/process/process.hpp"

#include "tests/support/process_loop.hpp"
#include "tests/support/process_probe.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>

using namespace mcpgw;
using namespace mcpgw::child_test;
namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds short_grace{20};

/// A directory for one test.
class scratch_directory {
public:
    scratch_directory() {
        std::random_device random;
        path_ = std::filesystem::canonical(std::filesystem::temp_directory_path()) /
                ("mcpgw-process-" + std::to_string(random()) + std::to_string(random()));
        std::filesystem::create_directories(path_);
    }
    ~scratch_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;

    [[nodiscard]] std::string str() const { return path_.string(); }
    std::string write(const std::string& name, bool is_executable) const {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << "#!/bin/sh\nexit 7\n";
        using perms = std::filesystem::perms;
        std::filesystem::permissions(file, is_executable ? perms::owner_all : perms::owner_read);
        return file.string();
    }

private:
    std::filesystem::path path_;
};

launch_options fake(std::vector<std::string> flags) {
    launch_options options;
    options.path = MCPGW_FAKE_CHILD;
    options.args = std::move(flags);
    return options;
}

launch_options shell(std::string script) {
    launch_options options;
    options.path = "/bin/sh";
    options.args = {"-c", std::move(script)};
    return options;
}

task<std::string> read_line(stream_descriptor& pipe) {
    std::string line;
    for (;;) {
        std::array<char, 4096> chunk{};
        const auto [ec, n] = co_await pipe.async_read_some(asio::buffer(chunk), nothrow);
        line.append(chunk.data(), n);
        if (ec || line.ends_with('\n')) co_return line;
    }
}

task<exit_status> stop_and_wait(process& p, std::chrono::milliseconds grace, process_loop& loop) {
    loop.spawn(p.stop(grace));
    const auto status = co_await p.wait_exit();
    co_return status;
}

/// One process; what it says of itself is read before anything is done to it.
struct running_process {
    process_loop loop;
    std::unique_ptr<process> it;
    json::value report;

    explicit running_process(launch_options options, bool has_report = true) {
        auto launched = process::launch(loop.get_executor(), options, nullptr);
        INFO((launched.has_error() ? launched.error().message() : ""));
        REQUIRE(launched.has_value());
        it = std::move(*launched);
        if (has_report) report = json::parse(loop.await(read_line(it->stdout_stream())));
    }
    exit_status wait() { return loop.await(it->wait_exit()); }
    exit_status stop(std::chrono::milliseconds grace) {
        const auto status = loop.await(stop_and_wait(*it, grace, loop));
        loop.finish();
        return status;
    }
};

/// A mask of /proc/self/status without the two signals that the C library keeps for itself; its
/// posix_spawn ignores them in the new process.
std::uint64_t signals_of(const json::value& mask) {
    constexpr std::uint64_t reserved = 3ULL << 31U; // 32 and 33
    return std::stoull(std::string{mask.as_string()}, nullptr, 16) & ~reserved;
}

std::string launch_error(const launch_options& options) {
    process_loop loop;
    const stream_descriptor first{loop.get_executor()}; // makes what the loop itself has open
    const auto descriptors = count_descriptors();
    const auto launched = process::launch(loop.get_executor(), options, nullptr);
    REQUIRE(launched.has_error());
    CHECK(launched.error().code == errc::server_failed);
    CHECK(count_descriptors() == descriptors);
    CHECK(has_no_children());
    return std::string{launched.error().message()};
}

} // namespace

TEST_CASE("a_process_gets_its_arguments_its_environment_and_its_directory_as_given") {
    const scratch_directory directory;
    ::setenv("MCPGW_TEST_OF_THE_PARENT", "not for children", 1);
    auto options = fake({"--report", "--say=two words, \"quoted\" and $HOME"});
    options.environment = {"PLAIN=1", "WITH_EQUALS=a=b c", "EMPTY="};
    options.cwd = directory.str();
    const running_process child{options};
    CHECK(child.report.at("args") ==
          json::value{"--report", "--say=two words, \"quoted\" and $HOME"});
    CHECK(child.report.at("values") == json::value{"PLAIN=1", "WITH_EQUALS=a=b c", "EMPTY="});
    CHECK(child.report.at("cwd") == json::string{directory.str()});
}

TEST_CASE("a_process_inherits_no_descriptor_but_its_three_pipes") {
    // Without CLOEXEC, as Asio opens sockets; one number high above the others.
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const int high = ::fcntl(socket, F_DUPFD, 200);
    REQUIRE(high >= 200);
    const running_process child{fake({"--report"})};
    ::close(socket);
    ::close(high);
    CHECK(child.report.at("fds") == json::value{0, 1, 2});
}

TEST_CASE("a_process_leads_its_own_group_and_has_default_signals") {
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto old_handler = std::signal(SIGHUP, SIG_IGN);
    const running_process child{fake({"--report"})}; // SIGPIPE is ignored here as well
    std::signal(SIGHUP, old_handler);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    CHECK(child.report.at("pgid") == child.report.at("pid"));
    CHECK(child.report.at("pid") == child.it->pid());
    CHECK(signals_of(child.report.at("blocked")) == 0);
    CHECK(signals_of(child.report.at("ignored")) == 0);
}

TEST_CASE("exit_code_and_signal_of_a_process_are_reported") {
    running_process exits{shell("exit 7"), false};
    const auto exited = exits.wait();
    CHECK_FALSE(exited.was_signalled);
    CHECK(exited.code == 7);
    CHECK(exited.str() == "exited with code 7");
    running_process crashes{shell("kill -SEGV $$"), false};
    const auto crashed = crashes.wait();
    CHECK(crashed.was_signalled);
    CHECK(crashed.code == SIGSEGV);
    CHECK(crashed.str() == "was ended by signal 11 (Segmentation fault)");
    CHECK(crashes.it->exited().has_value());
    CHECK(has_no_children());
}

TEST_CASE("a_program_that_does_not_exist_is_named_in_the_error") {
    launch_options options;
    options.path = "/no/such/program";
    CHECK(launch_error(options) == "cannot start '/no/such/program': No such file or directory");
}

TEST_CASE("a_script_whose_first_line_leads_nowhere_is_told_from_a_program_that_is_not_there") {
    const scratch_directory directory;
    const auto error_of = [&directory](const std::string& text) {
        const auto path = directory.str() + "/script";
        std::ofstream{path} << text;
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        launch_options options;
        options.path = path;
        return launch_error(options);
    };
    CHECK(error_of("#!/no/such/python -u\n").ends_with(
        "(its first line wants '/no/such/python' to run it, which is not there)"));
    CHECK(error_of("#! /bin/sh\r\nexit 0\r\n")
              .ends_with("(its first line wants '/bin/sh' to run it, with a line end of Windows "
                         "after that: save it with those of Unix)"));
    CHECK(error_of("exit 0\n").find("it does not begin with #!") != std::string::npos);
    CHECK(error_of("\x7f"
                   "ELF?")
              .ends_with("(it is damaged, or made for another kind of machine)"));
}

TEST_CASE("a_program_that_is_not_executable_is_named_in_the_error") {
    const scratch_directory directory;
    launch_options options;
    options.path = directory.str(); // root may run any file but no directory
    CHECK(launch_error(options).ends_with("Permission denied"));
}

TEST_CASE("a_working_directory_that_does_not_exist_is_named_in_the_error") {
    auto options = shell("exit 0");
    options.cwd = "/no/such/directory";
    CHECK(launch_error(options).find("working directory '/no/such/directory'") !=
          std::string::npos);
}

TEST_CASE("the_stop_ladder_ends_a_polite_process_by_the_end_of_its_input") {
    running_process child{fake({"--report"})};
    const auto status = child.stop(long_enough);
    CHECK_FALSE(status.was_signalled);
    CHECK(status.code == 0);
}

TEST_CASE("the_stop_ladder_ends_a_process_that_ignores_the_end_of_its_input_by_sigterm") {
    running_process child{fake({"--report", "--ignore-eof"})};
    const auto status = child.stop(short_grace);
    CHECK(status.was_signalled);
    CHECK(status.code == SIGTERM);
}

TEST_CASE("the_stop_ladder_ends_a_process_that_ignores_sigterm_by_sigkill") {
    running_process child{fake({"--report", "--ignore-eof", "--ignore-sigterm"})};
    const auto status = child.stop(short_grace);
    CHECK(status.was_signalled);
    CHECK(status.code == SIGKILL);
}

TEST_CASE("what_is_left_of_the_group_is_killed_when_its_leader_ends") {
    running_process child{fake({"--report", "--grandchild=group"})};
    const process_probe grandchild{static_cast<pid_t>(child.report.at("grandchild").as_int64())};
    CHECK_FALSE(grandchild.has_ended());
    child.it->close_stdin();
    const auto status = child.wait();
    CHECK(status.code == 0);
    CHECK(grandchild.has_ended(long_enough));
}

TEST_CASE("a_leader_that_left_its_group_is_killed_although_the_group_lives") {
    running_process child{fake({"--leave-group", "--ignore-eof", "--ignore-sigterm", "--report"})};
    REQUIRE(child.report.at("pgid") != child.report.at("pid"));
    const process_probe grandchild{static_cast<pid_t>(child.report.at("grandchild").as_int64())};
    const auto status = child.stop(short_grace);
    CHECK(status.was_signalled);
    CHECK(grandchild.has_ended(long_enough));
}

TEST_CASE("the_destructor_kills_what_still_runs_and_leaves_neither_zombie_nor_descriptor") {
    const auto descriptors = count_descriptors();
    std::vector<std::unique_ptr<process_probe>> probes;
    {
        running_process child{
            fake({"--ignore-eof", "--ignore-sigterm", "--grandchild=group", "--report"})};
        probes.push_back(std::make_unique<process_probe>(child.it->pid()));
        probes.push_back(std::make_unique<process_probe>(
            static_cast<pid_t>(child.report.at("grandchild").as_int64())));
    }
    for (const auto& probe : probes) CHECK(probe->has_ended(long_enough));
    CHECK(has_no_children());
    probes.clear();
    CHECK(count_descriptors() == descriptors);
}

TEST_CASE("the_end_is_seen_where_the_system_reaps_children_by_itself") {
    // A parent may have started us with SIGCHLD ignored; that survives exec.
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    running_process child{fake({"--report"})};
    child.it->close_stdin();
    child.wait();
    CHECK(child.it->exited().has_value());
    std::signal(SIGCHLD, before);
}

TEST_CASE("find_program_takes_the_first_executable_file_on_the_path") {
    const scratch_directory directory;
    directory.write("first/tool", false);
    std::filesystem::create_directories(directory.str() + "/second/tool");
    const auto wanted = directory.write("third/tool", true);
    directory.write("fourth/tool", true);
    std::string path;
    for (const auto* const part : {"/none", "/second", "/third", "/fourth"})
        path += (path.empty() ? "" : ":") + directory.str() + part;
    CHECK(find_program("tool", path) == wanted);
    CHECK(find_program("other", path).empty());
    CHECK(find_program("tool", "").empty());
    CHECK(find_program("", path).empty());
}

TEST_CASE("find_program_takes_a_command_with_a_slash_relative_to_the_working_directory") {
    const scratch_directory directory;
    const auto wanted = directory.write("bin/tool", true);
    CHECK(find_program(wanted, "") == wanted);
    CHECK(find_program("bin/tool", "", directory.str()) == wanted);
    CHECK(find_program("bin/none", "", directory.str()).empty());
    CHECK(find_program("bin", "", directory.str()).empty());
}

TEST_CASE("a_program_found_by_a_relative_path_runs_in_another_directory") {
    // The new process changes its directory before it looks for the program.
    const scratch_directory directory;
    directory.write("here/tool", true);
    std::filesystem::create_directories(directory.str() + "/there");
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(directory.str());
    launch_options by_path;
    by_path.path = find_program("tool", "none:here");
    by_path.cwd = directory.str() + "/there";
    launch_options by_slash;
    by_slash.path = find_program("./tool", "", "here");
    by_slash.cwd = "here";
    for (const auto& options : {by_path, by_slash}) {
        INFO(options.path);
        running_process child{options, false};
        CHECK(child.wait().code == 7);
    }
    std::filesystem::current_path(before);
}
