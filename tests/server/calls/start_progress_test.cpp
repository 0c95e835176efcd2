// SPDX-License-Identifier: Apache-2.0
#include "server/calls/start_progress.hpp"

#include "tests/support/process_loop.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <optional>
#include <vector>

using namespace mcpgw;
namespace json = boost::json;

namespace {

struct no_events final : upstream_events {
    void on_lists_changed(upstream& /*source*/) override {}
    void on_notification(upstream& /*source*/, std::string_view /*line*/,
                         const envelope& /*message*/) override {}
};

} // namespace

TEST_CASE("progress_of_a_start_is_a_notification_with_the_token_of_the_client") {
    const auto line = start_progress_line(R"("t\"1")", 12e-6, "starting server 'x', 12 s", true);
    const auto params = json::parse(line).at("params");
    CHECK(json::parse(line).at("method") == "notifications/progress");
    CHECK(params.at("progressToken") == "t\"1");
    CHECK(params.at("progress").as_double() == 12e-6);
    CHECK(params.at("message") == "starting server 'x', 12 s");
    const auto old = json::parse(start_progress_line("7", 1e-6, "starting", false)).at("params");
    CHECK(old.at("progressToken") == 7);
    CHECK_FALSE(old.as_object().contains("message"));
}

TEST_CASE("who_waits_for_a_start_hears_of_it_now_and_then") {
    using milliseconds = std::chrono::milliseconds;
    child_test::process_loop loop;
    logger log{log_level::off};
    child_options options;
    options.name = "slow";
    options.command = "/bin/sh";
    options.args = {"-c", "cat >/dev/null"};
    no_events events;
    upstream server{{loop.get_executor(), nullptr, &log, {}}, options, events};
    CHECK_FALSE(server.view().start_note(clock_type::now())); // nobody has started it
    std::vector<double> told;
    std::vector<std::string> messages;
    start_progress waiting{loop.get_executor(),
                           server,
                           [&](double progress, const std::string& message) {
                               told.push_back(progress);
                               messages.push_back(message);
                           },
                           {milliseconds{1}, milliseconds{2}}};
    std::optional<result<void>> started;
    loop.spawn(child_test::process_loop::store(
        server.life().ensure_running(clock_type::now() + std::chrono::minutes{1}), started));
    loop.run_until([&told] { return told.size() >= 3; });
    CHECK(std::ranges::is_sorted(told));
    CHECK(told.front() < told.back());
    CHECK(told.back() < 1);
    CHECK(messages.front() == "starting server 'slow', 0 s");
    loop.await(server.close());
    loop.finish();
}
