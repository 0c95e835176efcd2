// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/launcher.hpp"

#include "children/sandbox/account.hpp"
#include "tests/support/isolated_run.hpp"
#include "tests/support/process_probe.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <sstream>
#include <string>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;
namespace json = boost::json;

namespace {

launch_options fake(std::vector<std::string> flags) {
    launch_options options;
    options.path = MCPGW_FAKE_CHILD;
    options.args = std::move(flags);
    options.isolation.umask = mode_t{022};
    return options;
}

task<std::string> read_line(stream_descriptor& pipe) {
    std::string line;
    for (;;) {
        std::array<char, 256> chunk{};
        const auto [ec, n] = co_await pipe.async_read_some(asio::buffer(chunk), nothrow);
        line.append(chunk.data(), n);
        if (ec || line.ends_with('\n')) co_return line;
    }
}

} // namespace

TEST_CASE("a_launched_program_is_as_one_that_was_started_directly") {
    const open_directory directory;
    auto options = fake({"--report", "--say=two words, \"quoted\" and $HOME"});
    options.environment = {"PLAIN=1", "WITH_EQUALS=a=b c", "EMPTY="};
    options.cwd = std::filesystem::canonical(directory.path()).string();
    const auto outcome = run_isolated(options);
    CHECK(outcome.failure.empty());
    CHECK(outcome.status.code == 0);
    const auto report = json::parse(outcome.out);
    CHECK(report.at("args") == json::value{"--report", "--say=two words, \"quoted\" and $HOME"});
    CHECK(report.at("values") == json::value{"PLAIN=1", "WITH_EQUALS=a=b c", "EMPTY="});
    CHECK(report.at("cwd") == json::string{options.cwd});
    CHECK(report.at("fds") == json::value{0, 1, 2});
    CHECK(report.at("pgid") == report.at("pid"));
}

TEST_CASE("orders_longer_than_any_buffer_arrive") {
    auto options = fake({"--report"});
    for (int i = 0; i < 16; ++i)
        options.environment.push_back("V" + std::to_string(i) + '=' + std::string(65'536, 'x'));
    const auto outcome = run_isolated(options);
    REQUIRE(outcome.failure.empty());
    CHECK(json::parse(outcome.out).at("values").as_array().size() == 16);
}

TEST_CASE("a_program_that_cannot_be_started_is_told_by_the_launcher") {
    const auto descriptors = count_descriptors();
    auto options = fake({});
    options.path = "/no/such/program";
    const auto outcome = run_isolated(options);
    CHECK(outcome.failure == "cannot start '/no/such/program': No such file or directory");
    CHECK(outcome.status.code == 127);
    CHECK(outcome.err.empty());
    CHECK(count_descriptors() == descriptors);
    CHECK(has_no_children());
}

TEST_CASE("a_launcher_that_cannot_be_started_is_an_error_at_once") {
    process_loop loop;
    const stream_descriptor first{loop.get_executor()}; // makes what the loop itself has open
    const auto descriptors = count_descriptors();
    auto options = fake({});
    options.launcher = "/no/such/program";
    const auto launched = process::launch(loop.get_executor(), options, nullptr);
    REQUIRE(launched.has_error());
    CHECK(launched.error().code == errc::server_failed);
    CHECK(count_descriptors() == descriptors);
    CHECK(has_no_children());
}

TEST_CASE("a_program_that_fails_by_itself_is_no_failure_of_the_launch") {
    isolation_options isolation;
    isolation.umask = mode_t{022};
    const auto outcome = run_isolated(isolation, "exit 127");
    CHECK(outcome.status.code == 127);
    CHECK(outcome.failure.empty());
}

TEST_CASE("what_was_inherited_of_the_user_becomes_that_of_the_other_one") {
    launch_options options;
    options.path = "/usr/bin/env";
    options.environment = {"HOME=/home/me", "USER=me", "LOGNAME=given", "PATH=/bin"};
    options.inherited = {"HOME", "USER", "SHELL", "PATH"}; // LOGNAME is the configuration's
    options.isolation.user = std::to_string(::geteuid());
    const auto outcome = run_isolated(options);
    const auto me = find_account(options.isolation.user, "");
    if (!me.has_value()) {
        CHECK(outcome.failure == me.error().message());
        return;
    }
    CHECK(outcome.failure.empty());
    CHECK(outcome.out == "LOGNAME=given\nPATH=/bin\nHOME=" + me->home + "\nSHELL=" + me->shell +
                             "\nUSER=" + me->name + '\n');
}

TEST_CASE("an_isolated_child_ends_with_the_gateway_even_without_a_guard") {
    process_loop loop;
    launch_options options;
    options.path = MCPGW_GUARD_HOST;
    options.args = {MCPGW_FAKE_CHILD, "2", "isolated"};
    auto host = process::launch(loop.get_executor(), options, nullptr);
    REQUIRE(host.has_value());
    std::vector<std::unique_ptr<process_probe>> children;
    std::istringstream ids{loop.await(read_line((*host)->stdout_stream()))};
    for (pid_t pid = 0; ids >> pid;) children.push_back(std::make_unique<process_probe>(pid));
    REQUIRE(children.size() == 2);
    for (const auto& child : children) REQUIRE_FALSE(child->has_ended());
    ::kill((*host)->pid(), SIGKILL);
    loop.await((*host)->wait_exit());
    for (const auto& child : children) CHECK(child->has_ended(long_enough));
}
