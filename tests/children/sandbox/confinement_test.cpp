// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/confinement.hpp"

#include "tests/support/isolated_run.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

isolation_options with_limits(const resource_limits& limits) {
    isolation_options isolation;
    isolation.limits = limits;
    return isolation;
}

/// Of another user than ours; who may not become one must be told so.
bool can_become(const isolation_options& isolation) {
    const auto outcome = run_isolated(isolation, "true");
    if (outcome.failure.empty()) return true;
    CHECK_FALSE(is_root());
    CHECK(outcome.failure.find("run the gateway as root") != std::string::npos);
    WARN("no root here: only the refusal was tested");
    return false;
}

isolation_options as_nobody() {
    isolation_options isolation;
    isolation.user = "nobody";
    return isolation;
}

} // namespace

TEST_CASE("limits_of_resources_are_seen_by_the_child") {
    resource_limits limits;
    limits.memory_bytes = 512U << 20U;
    limits.data_bytes = 256U << 20U;
    limits.cpu_seconds = 1000;
    limits.files = 64;
    limits.file_bytes = 1U << 20U;
    limits.core_bytes = 0;
    const auto outcome =
        run_isolated(with_limits(limits), "ulimit -v; ulimit -d; ulimit -t; ulimit -n; ulimit -Hn; "
                                          "ulimit -f; ulimit -c");
    CHECK(outcome.failure.empty());
    CHECK(outcome.out == "524288\n262144\n1000\n64\n64\n2048\n0\n");
}

TEST_CASE("a_child_is_ended_when_its_time_on_the_processor_is_over") {
    resource_limits limits;
    limits.cpu_seconds = 1;
    const auto outcome = run_isolated(with_limits(limits), "while :; do :; done");
    CHECK(outcome.status.was_signalled);
    CHECK(outcome.status.code == SIGXCPU); // and not a SIGKILL that tells nothing
}

TEST_CASE("a_file_does_not_grow_over_its_limit") {
    const open_directory scratch;
    resource_limits limits;
    limits.file_bytes = 4096;
    const auto outcome =
        run_isolated(with_limits(limits), "cat /dev/zero > " + scratch.path("big") + "; echo $?");
    struct stat about {};
    REQUIRE(::stat(scratch.path("big").c_str(), &about) == 0);
    CHECK(about.st_size == 4096);
}

TEST_CASE("a_limit_that_the_gateway_cannot_give_is_an_error") {
    resource_limits limits;
    limits.files = 1U << 31U; // no kernel has so many, not even for root
    const auto outcome = run_isolated(with_limits(limits), "echo started");
    CHECK(outcome.out.empty());
    CHECK(outcome.failure.starts_with(
        "`rlimits.files`: 2147483648 is more than the gateway may give: its own hard limit is "));
}

TEST_CASE("the_number_of_processes_is_limited_for_a_user_and_refused_for_root") {
    resource_limits limits;
    limits.processes = 1;
    if (is_root()) {
        const auto refused = run_isolated(with_limits(limits), "echo started");
        // Root of a container that maps it to another user is limited like that one.
        if (!refused.failure.empty()) {
            CHECK(refused.failure.starts_with("`rlimits.processes`: the kernel does not limit"));
            CHECK(refused.out.empty());
        }
    }
    auto isolation = as_nobody();
    if (!can_become(isolation)) return;
    isolation.limits = limits;
    const auto outcome = run_isolated(isolation, "ulimit -p 2>/dev/null || ulimit -u; "
                                                 "/bin/true; echo forked");
    CHECK(outcome.failure.empty());
    CHECK(outcome.out == "1\n");
    CHECK(outcome.err.find("fork") != std::string::npos);
}

TEST_CASE("a_child_gets_its_umask") {
    isolation_options isolation;
    isolation.umask = mode_t{027};
    CHECK(run_isolated(isolation, "umask").out == "0027\n");
}

TEST_CASE("a_child_runs_as_another_user_with_that_users_groups_and_without_a_way_back") {
    if (!can_become(as_nobody())) return;
    const auto nobody = find_account("nobody", "");
    REQUIRE(nobody.has_value());
    const auto outcome = run_isolated(as_nobody(), "grep -E '^(Uid|Gid|NoNewPrivs|CapEff):' "
                                                   "/proc/self/status | tr -s '\\t ' ' '; id -G");
    const auto uid = ' ' + std::to_string(nobody->uid);
    const auto gid = ' ' + std::to_string(nobody->gid);
    CHECK(outcome.failure.empty());
    CHECK(outcome.out == "Uid:" + uid + uid + uid + uid + "\nGid:" + gid + gid + gid + gid +
                             "\nCapEff: 0000000000000000\nNoNewPrivs: 1\n" + gid.substr(1) + '\n');
}

TEST_CASE("a_child_of_another_user_may_open_its_own_streams_by_name") {
    if (!can_become(as_nobody())) return;
    const auto outcome = run_isolated(as_nobody(), "echo to the log > /dev/stderr");
    CHECK(outcome.err == "to the log\n");
}

TEST_CASE("a_child_runs_with_another_group") {
    isolation_options isolation;
    isolation.group = "12345";
    if (!can_become(isolation)) return;
    CHECK(run_isolated(isolation, "id -g; id -G").out == "12345\n12345\n");
}

TEST_CASE("a_user_that_does_not_exist_is_an_error_of_the_start") {
    isolation_options isolation;
    isolation.user = "no such user";
    const auto outcome = run_isolated(isolation, "echo started");
    CHECK(outcome.out.empty());
    CHECK(outcome.failure == "`user`: there is no user 'no such user' on this machine");
}

TEST_CASE("the_own_user_needs_no_rights") {
    isolation_options isolation;
    isolation.user = std::to_string(::geteuid());
    isolation.group = std::to_string(::getegid());
    const auto outcome = run_isolated(isolation, "id -u");
    CHECK(outcome.failure.empty());
    CHECK(outcome.out == isolation.user + "\n");
}

namespace {

void check_own_network(isolation_options isolation) {
    isolation.has_network = false;
    const auto outcome = run_isolated(
        isolation, "readlink /proc/self/ns/net; grep -c : /proc/self/net/dev; "
                   "grep -c ' *lo:' /proc/self/net/dev; grep -q 127.0.0.1 /proc/self/net/fib_trie "
                   "&& echo loopback; id -u");
    if (!outcome.failure.empty()) {
        CHECK(outcome.failure.starts_with("`network`: "));
        CHECK(outcome.failure.find("leave `network` out") != std::string::npos);
        CHECK(outcome.out.empty());
        WARN("no namespaces here: only the refusal was tested");
        return;
    }
    const auto ours = std::filesystem::read_symlink("/proc/self/ns/net").string();
    const auto end_of_first = outcome.out.find('\n');
    CHECK(outcome.out.substr(0, end_of_first) != ours);
    const auto user = find_account(isolation.user, "0");
    REQUIRE(user.has_value());
    CHECK(outcome.out.substr(end_of_first) ==
          "\n1\n1\nloopback\n" + std::to_string(user->uid) + "\n");
}

} // namespace

TEST_CASE("a_child_without_network_has_a_loopback_of_its_own_and_nothing_else") {
    check_own_network({});
}

TEST_CASE("a_child_of_another_user_can_be_without_network_too") {
    if (can_become(as_nobody())) check_own_network(as_nobody());
}

TEST_CASE("nothing_that_an_isolated_child_runs_gains_rights") {
    isolation_options isolation;
    isolation.umask = mode_t{022};
    const auto outcome = run_isolated(isolation, "grep NoNewPrivs /proc/self/status");
    CHECK(outcome.out == "NoNewPrivs:\t1\n");
}
