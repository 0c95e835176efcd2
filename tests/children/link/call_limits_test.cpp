// SPDX-License-Identifier: Apache-2.0
#include "children/link/call_limits.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;
using namespace std::chrono_literals;

namespace {

child_options example() {
    child_options options;
    options.call_timeout = 60s;
    options.total_timeout = 600s;
    options.tools["search"].call_timeout = 5s;
    options.tools["report"].total_timeout = 20s;
    return options;
}

call_limits limits_of_own(std::string_view method_name, std::chrono::milliseconds own) {
    upstream_call request;
    request.method = method_name;
    request.timeout = own;
    return limits_of(example(), request);
}

} // namespace

TEST_CASE("a_tool_has_the_servers_limits_where_it_has_none_of_its_own") {
    const auto options = example();
    const auto plain = limits_of_call(options, "other");
    CHECK(plain.quiet == 60s);
    CHECK(plain.total == 600s);
    CHECK(plain.quiet_key.str() == "timeout");
    CHECK(plain.total_key.str() == "total_timeout");

    const auto search = limits_of_call(options, "search");
    CHECK(search.quiet == 5s);
    CHECK(search.total == 600s);
    CHECK(search.quiet_key.str() == "tools.search.timeout");
    CHECK(search.total_key.str() == "total_timeout");

    const auto report = limits_of_call(options, "report");
    CHECK(report.quiet == 60s);
    CHECK(report.total == 20s);
    CHECK(report.total_key.str() == "tools.report.total_timeout");
}

TEST_CASE("requests_with_a_time_of_their_own_name_the_key_that_gave_it") {
    CHECK(limits_of_own("initialize", 30s).quiet_key.str() == "start_timeout");
    CHECK(limits_of_own("server/discover", 10s).quiet_key.str() == "probe_timeout");
    CHECK(limits_of_own("server/discover", 30s).quiet_key.str() == "start_timeout");
    CHECK(limits_of_own("tools/list", 15s).quiet_key.str() == "list_timeout");
    CHECK(limits_of_own("resources/subscribe", 15s).quiet_key.str() == "list_timeout");
    CHECK(limits_of_own("tasks/result", 15s).quiet_key.str().empty());
    CHECK(limits_of_own("tasks/result", 700s).total == 700s); // never less than its own
}

TEST_CASE("a_timeout_says_which_limit_it_was_and_which_key_changes_it") {
    const auto options = example();
    const auto search = limits_of_call(options, "search");
    const auto quiet = quiet_too_long("web", "tools/call", search);
    CHECK(quiet.code == errc::call_timed_out);
    CHECK(quiet.detail == "server 'web' did not answer tools/call within 5000 ms (the limit is the "
                          "child's tools.search.timeout)");
    const auto total = too_long_in_all("web", "tools/call", search);
    CHECK(total.code == errc::call_timed_out);
    CHECK(total.detail == "server 'web' did not end tools/call within 600000 ms in all (the limit "
                          "is the child's total_timeout)");
    CHECK(quiet_too_long("web", "tasks/result", limits_of_own("tasks/result", 1s)).detail ==
          "server 'web' did not answer tasks/result within 1000 ms");
}
