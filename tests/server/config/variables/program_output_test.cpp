// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/program_output.hpp"

#include "children/process/process_guard.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <sys/prctl.h>
#include <unistd.h>

using namespace mcpgw;

namespace {

program_output shell(const std::string& script, const program_limits& limits = {}) {
    return run_program({"/bin/sh", "-c", script}, limits);
}

} // namespace

TEST_CASE("what_a_program_prints_is_taken_with_our_environment_and_without_input") {
    ::setenv("MCPGW_TEST_VALUE", "from us", 1); // NOLINT(concurrency-mt-unsafe)
    const auto made = shell("cat; printf '%s\\n' \"$MCPGW_TEST_VALUE\"; echo said >&2");
    CHECK(made.problem.empty());
    CHECK(made.out == "from us\n");
    CHECK(made.err == "said\n");
    // No shell: a word is a word.
    CHECK(run_program({"printf", "%s|", "a b", "$HOME"}, {}).out == "a b|$HOME|");
}

TEST_CASE("a_program_that_fails_says_how") {
    CHECK(shell("echo why >&2; exit 3").problem == "failed with exit code 3");
    CHECK(shell("echo why >&2; exit 3").err == "why\n");
    CHECK(shell("kill -9 $$").problem == "was ended by signal 9");
    CHECK(run_program({"no-such-program-anywhere"}, {}).problem ==
          "is not installed, or not on PATH");
    CHECK(run_program({"/"}, {}).problem.starts_with("could not be started: "));
}

TEST_CASE("a_program_that_takes_too_long_is_killed_with_what_it_started") {
    program_limits limits;
    limits.time = std::chrono::milliseconds{300};
    const auto made = shell("sh -c 'echo $$; exec sleep 1000' & wait", limits);
    CHECK(made.problem == "took longer than 0.3 s");
    const auto pid = static_cast<pid_t>(std::stol(made.out));
    // It is gone, or somebody's zombie.
    bool is_gone = false;
    for (int tries = 0; tries < 100'000 && !is_gone; ++tries) {
        const auto state = shell("cut -d' ' -f3 /proc/" + std::to_string(pid) + "/stat");
        is_gone = state.out.empty() || state.out == "Z\n";
    }
    CHECK(is_gone);
}

TEST_CASE("a_program_that_prints_too_much_is_killed") {
    program_limits limits;
    limits.output_bytes_max = 1000;
    CHECK(shell("head -c 1000 /dev/zero", limits).problem.empty());
    CHECK(shell("exec cat /dev/zero", limits).problem == "printed more than 1000 bytes");
    limits.error_bytes_max = 10;
    const auto loud = shell("head -c 1000000 /dev/zero >&2; echo fine", limits);
    CHECK(loud.problem.empty());
    CHECK(loud.out == "fine\n");
    CHECK(loud.err.size() == 10);
}

TEST_CASE("a_program_that_leaves_one_in_the_background_is_not_waited_for") {
    const auto made = shell("(exec sleep 1000) & echo $!");
    CHECK(made.problem.empty());
    CHECK(::kill(static_cast<pid_t>(std::stol(made.out)), SIGKILL) == 0);
}

TEST_CASE("the_guard_of_a_gateway_takes_no_exit_code_of_a_program_that_another_thread_waits_for") {
    {
        process_guard guard{MCPGW_BINARY};
        guard.take_in_orphans();
        std::atomic<bool> is_done = false;
        std::thread loop{[&] {
            while (!is_done) guard.end_strays();
        }};
        int right = 0;
        for (int i = 0; i < 100; ++i)
            if (shell("exit 3").problem == "failed with exit code 3") ++right;
        is_done = true;
        loop.join();
        CHECK(right == 100);
    }
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}
