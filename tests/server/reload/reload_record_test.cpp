// SPDX-License-Identifier: Apache-2.0
#include "server/reload/reload_record.hpp"

#include <boost/json/parse.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
namespace json = boost::json;

namespace {

constexpr std::chrono::system_clock::time_point start{std::chrono::seconds{1'700'000'000}};

reload_record record_of(reload_result result) {
    reload_record record;
    record.result = result;
    record.at = start + std::chrono::seconds{60};
    return record;
}

} // namespace

TEST_CASE("only_a_configuration_that_was_applied_counts_as_another_one") {
    reload_history history{start};
    CHECK(history.generation() == 1);
    CHECK(history.add(record_of(reload_result::unchanged)).generation == 1);
    CHECK(history.add(record_of(reload_result::refused)).generation == 1);
    CHECK(history.is_refused());
    CHECK(history.add(record_of(reload_result::applied)).generation == 2);
    CHECK_FALSE(history.is_refused());
}

TEST_CASE("the_last_reloads_are_kept_and_no_more") {
    reload_history history{start};
    for (std::size_t i = 0; i < 3 * reload_history::records_max; ++i)
        history.add(record_of(reload_result::applied));
    CHECK(history.records().size() == reload_history::records_max);
    CHECK(history.records().back().generation == 3 * reload_history::records_max + 1);
}

TEST_CASE("files_that_say_again_what_is_in_force_end_the_error") {
    reload_history history{start};
    history.add(record_of(reload_result::refused));
    history.add(record_of(reload_result::unchanged));
    CHECK_FALSE(history.is_refused());
}

TEST_CASE("status_tells_what_is_in_force_and_what_was_wrong") {
    reload_history history{start};
    auto refused = record_of(reload_result::refused);
    refused.source = reload_source::signal;
    refused.problems = {"c.toml:3: children[0].command: \"x\" does not exist"};
    history.add(std::move(refused));
    const auto shown = json::parse(history.to_json());
    CHECK(shown.at("generation") == 1);
    CHECK(shown.at("in_force_since") == "2023-11-14T22:13:20Z");
    CHECK(shown.at("is_refused") == true);
    const auto& last = shown.at("reloads").at(0);
    CHECK(last.at("source") == "signal");
    CHECK(last.at("result") == "refused");
    CHECK(last.at("time") == "2023-11-14T22:14:20Z");
    CHECK(last.at("errors").at(0) == R"(c.toml:3: children[0].command: "x" does not exist)");
}

TEST_CASE("record_names_the_keys_that_wait_for_a_restart") {
    auto record = record_of(reload_result::applied);
    record.plan.gateway.push_back({"gateway.state_secret", key_effect::gateway_start, "", ""});
    record.plan.added = {"a"};
    const auto shown = json::parse(to_json(record, true));
    CHECK(shown.at("needs_restart").at(0) == "gateway.state_secret");
    CHECK(shown.at("added") == 1);
    CHECK(shown.at("plan").at("added").at(0) == "a");
}
