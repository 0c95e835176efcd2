// SPDX-License-Identifier: Apache-2.0
#include "children/link/multiplexer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

using mcpgw::errc;
using mcpgw::multiplexer;
using kind = mcpgw::multiplexer::line_kind;

namespace {

struct recorded_call final : mcpgw::waiting_call {
    std::vector<std::string> answers;
    std::vector<std::string> progress;
    std::optional<errc> failure;

    void on_answer(const mcpgw::shared_text& line, const mcpgw::envelope&) override {
        answers.emplace_back(line);
    }
    void on_progress(std::string_view line, const mcpgw::envelope&) override {
        progress.emplace_back(line);
    }
    void on_failure(const mcpgw::fault& reason) override { failure = reason.code; }
};

std::string answer_to(std::string_view id) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{}}}})", id);
}

std::string answer_to(multiplexer::upstream_id id) {
    return answer_to(std::to_string(id));
}

} // namespace

TEST_CASE("answers_in_any_order_find_their_calls") {
    multiplexer calls{8};
    recorded_call a;
    recorded_call b;
    const auto id_a = *calls.try_add(a);
    const auto id_b = *calls.try_add(b);
    CHECK(id_a != id_b);
    CHECK(calls.on_line(answer_to(id_b)).kind == kind::answer);
    CHECK(calls.on_line(answer_to(id_a)).kind == kind::answer);
    CHECK(a.answers == std::vector{answer_to(id_a)});
    CHECK(b.answers == std::vector{answer_to(id_b)});
    CHECK(calls.size() == 0);
}

TEST_CASE("late_answer_after_cancel_is_dropped") {
    multiplexer calls{8};
    recorded_call cancelled;
    const auto old_id = *calls.try_add(cancelled);
    CHECK(calls.remove(old_id));
    recorded_call next; // takes the same slot
    const auto new_id = *calls.try_add(next);
    CHECK(new_id != old_id);
    CHECK(calls.on_line(answer_to(old_id)).kind == kind::unexpected);
    CHECK(cancelled.answers.empty());
    CHECK(next.answers.empty());
    CHECK(calls.on_line(answer_to(new_id)).kind == kind::answer);
    CHECK(next.answers.size() == 1);
}

TEST_CASE("second_answer_to_one_call_is_dropped") {
    multiplexer calls{8};
    recorded_call call;
    const auto id = *calls.try_add(call);
    CHECK(calls.on_line(answer_to(id)).kind == kind::answer);
    CHECK(calls.on_line(answer_to(id)).kind == kind::unexpected);
    CHECK(call.answers.size() == 1);
}

TEST_CASE("an_answer_with_a_foreign_id_is_dropped") {
    multiplexer calls{8};
    recorded_call call;
    const auto id = *calls.try_add(call);
    for (const std::string_view foreign :
         {"\"7\"", "999999999999999999999999", "0", "-1", "70000", "65535"})
        CHECK(calls.on_line(answer_to(foreign)).kind == kind::unexpected);
    CHECK(call.answers.empty());
    CHECK(calls.size() == 1);
    // Some servers make a string of the number, and mean the same.
    CHECK(calls.on_line(answer_to(fmt::format("\"{}\"", id))).kind == kind::answer);
    CHECK(call.answers.size() == 1);
}

TEST_CASE("progress_goes_to_the_call_whose_id_is_its_token") {
    multiplexer calls{8};
    recorded_call a;
    recorded_call b;
    const auto id_a = *calls.try_add(a);
    calls.try_add(b).value();
    const auto line = fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/progress",)"
                                  R"("params":{{"progressToken":{},"progress":1}}}})",
                                  id_a);
    CHECK(calls.on_line(line).kind == kind::progress);
    CHECK(a.progress == std::vector{line});
    CHECK(b.progress.empty());
    calls.remove(id_a);
    CHECK(calls.on_line(line).kind == kind::notification);
}

TEST_CASE("calls_beyond_the_limit_are_refused_at_once") {
    multiplexer calls{2};
    recorded_call call;
    const auto first = *calls.try_add(call);
    calls.try_add(call).value();
    CHECK(calls.try_add(call).error().code == errc::server_busy);
    calls.remove(first);
    CHECK(calls.try_add(call).has_value());
}

TEST_CASE("a_full_room_of_one_kind_leaves_the_rooms_of_the_others_as_they_are") {
    using mcpgw::call_kind;
    struct row {
        call_kind kind;
        std::size_t room;
        std::string_view says;
    };
    constexpr std::size_t calls_max = 3;
    const std::vector<row> rows{
        {call_kind::client, calls_max, "3 calls are in flight"},
        {call_kind::follow_up, multiplexer::follow_up_calls_max, "requests about tasks"},
        {call_kind::own, multiplexer::own_calls_max, "requests of the gateway itself"}};
    for (const auto& full : rows) {
        multiplexer calls{calls_max};
        recorded_call call;
        std::vector<multiplexer::upstream_id> ids;
        for (std::size_t i = 0; i < full.room; ++i) ids.push_back(*calls.try_add(call, full.kind));
        const auto refused = calls.try_add(call, full.kind);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == errc::server_busy);
        CHECK(refused.error().message().find(full.says) != std::string_view::npos);
        for (const auto& other : rows) {
            if (other.kind == full.kind) continue;
            ids.push_back(calls.try_add(call, other.kind).value());
            CHECK(calls.size(other.kind) == 1);
        }
        // A place goes back to the room that it was taken from.
        REQUIRE(calls.remove(ids.front()));
        CHECK(calls.size(full.kind) == full.room - 1);
        ids.front() = calls.try_add(call, full.kind).value();
        for (const auto id : ids) CHECK(calls.remove(id));
        for (const auto& each : rows) CHECK(calls.size(each.kind) == 0);
        CHECK(calls.size() == 0);
    }
}

TEST_CASE("as_many_calls_as_may_be_configured_leave_room_for_the_gateways_own") {
    constexpr std::size_t configured_max = 65'536;
    multiplexer calls{configured_max};
    recorded_call call;
    for (std::size_t i = 0; i < configured_max; ++i) REQUIRE(calls.try_add(call).has_value());
    CHECK(calls.try_add(call).has_error());
    recorded_call own;
    const auto id = calls.try_add(own, mcpgw::call_kind::own).value();
    CHECK(calls.on_line(answer_to(id)).kind == kind::answer);
    CHECK(own.answers.size() == 1);
    CHECK(call.answers.empty());
}

TEST_CASE("failing_all_tells_each_call_once_and_empties_the_table") {
    multiplexer calls{8};
    recorded_call a;
    recorded_call b;
    const auto id = *calls.try_add(a);
    calls.try_add(b).value();
    calls.fail_all(errc::connection_lost);
    CHECK(a.failure == errc::connection_lost);
    CHECK(b.failure == errc::connection_lost);
    CHECK(calls.size() == 0);
    CHECK_FALSE(calls.remove(id));
    CHECK(calls.on_line(answer_to(id)).kind == kind::unexpected);
}

TEST_CASE("requests_and_notifications_of_the_child_are_reported_and_garbage_is_told_apart") {
    multiplexer calls{8};
    CHECK(calls.on_line(R"({"jsonrpc":"2.0","id":0,"method":"ping"})").kind == kind::request);
    CHECK(calls.on_line(R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})").kind ==
          kind::notification);
    CHECK(calls.on_line("Server listening on stdio").kind == kind::garbage);
    CHECK(calls.on_line("{}").kind == kind::garbage);
}

TEST_CASE("a_reused_slot_gets_a_new_id_each_time") {
    multiplexer calls{1};
    recorded_call call;
    std::vector<multiplexer::upstream_id> seen;
    for (int i = 0; i < 100; ++i) {
        const auto id = *calls.try_add(call);
        for (const auto old : seen) REQUIRE(id != old);
        seen.push_back(id);
        calls.remove(id);
    }
}
