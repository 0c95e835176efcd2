// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_table.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <memory>
#include <string>

namespace mcpgw {
namespace {

using namespace std::chrono_literals;

struct fixture {
    asio::io_context io{1};
    task_table table;
    clock_type::time_point now = clock_type::now();

    std::shared_ptr<task_record> make(const std::string& id, const std::string& owner = "me",
                                      const std::string& status = "working") {
        auto record = std::make_shared<task_record>(io.get_executor());
        record->id = id;
        record->owner = owner;
        record->upstream = {"up", 1};
        record->child_id = "child-" + id;
        record->task_json = fmt::format(R"({{"status":"{}"}})", status);
        record->expires = now + 1h;
        return record;
    }
    std::shared_ptr<task_record> add(const std::string& id, const std::string& owner = "me",
                                     const std::string& status = "working") {
        auto record = make(id, owner, status);
        REQUIRE_FALSE(table.add(record, now).has_error());
        return record;
    }
};

TEST_CASE_METHOD(fixture, "a_task_is_found_by_its_owner_alone") {
    const auto record = add("a");
    CHECK(table.find("a", "me", now) == record);
    CHECK(table.find("a", "you", now) == nullptr);
    CHECK(table.find("a", "", now) == nullptr);
    CHECK(table.find("b", "me", now) == nullptr);
    add("b", "you");
    CHECK(table.list("me", now).size() == 1);
}

TEST_CASE_METHOD(fixture, "a_task_is_forgotten_when_its_time_is_over") {
    const auto record = add("a");
    CHECK(table.find("a", "me", now + 1h - 1ms) == record);
    CHECK(table.find("a", "me", now + 1h) == nullptr);
    CHECK(table.size() == 0);
    CHECK(record->given_up.reason().has_value());
}

TEST_CASE_METHOD(fixture, "a_full_table_forgets_the_oldest_task_that_has_ended") {
    for (std::size_t i = 0; i < task_table::tasks_per_owner_max; ++i)
        add(fmt::format("t{}", i), "me", i == 5 || i == 7 ? "completed" : "working");
    add("other", "you");
    add("new");
    CHECK(table.find("t5", "me", now) == nullptr);
    CHECK(table.find("t7", "me", now) != nullptr);
    add("newer");
    CHECK(table.find("t7", "me", now) == nullptr);
    const auto refused = table.add(make("newest"), now);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::server_busy);
    CHECK(table.find("other", "you", now) != nullptr);
}

TEST_CASE_METHOD(fixture, "a_table_full_of_other_peoples_tasks_forgets_the_oldest_that_has_ended") {
    for (std::size_t i = 0; i < task_table::tasks_max; ++i)
        add(fmt::format("t{}", i), fmt::format("owner{}", i / task_table::tasks_per_owner_max),
            i == 3 ? "completed" : "working");
    add("mine");
    CHECK(table.size() == task_table::tasks_max);
    CHECK(table.find("t3", "owner0", now) == nullptr);
    const auto refused = table.add(make("another"), now);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::server_busy);
    CHECK(table.find("mine", "me", now) != nullptr);
}

TEST_CASE_METHOD(fixture, "results_that_are_kept_have_a_limit") {
    const std::string large(task_table::bytes_max / 4, 'x');
    for (const auto* const id : {"a", "b", "c"}) add(id)->outcome.result = large;
    table.fit();
    CHECK(table.size() == 3);
    const auto working = add("d");
    working->task_json = large; // not ended, so it stays
    add("e")->outcome.error = large;
    table.fit();
    CHECK(table.find("a", "me", now) == nullptr);
    CHECK(table.find("b", "me", now) == nullptr);
    CHECK(table.find("c", "me", now) != nullptr);
    CHECK(table.find("d", "me", now) == working);
    CHECK(table.find("e", "me", now) != nullptr);
}

TEST_CASE_METHOD(fixture, "removing_a_task_tells_those_who_wait_for_it") {
    const auto record = add("a");
    const auto live = std::make_shared<question>(io.get_executor());
    record->live.push_back(live);
    table.remove(*record, {errc::call_cancelled});
    CHECK(live->is_settled());
    CHECK(record->given_up.reason().has_value());
    add("b");
    table.remove_all({errc::gateway_stopping});
    CHECK(table.size() == 0);
}

TEST_CASE_METHOD(fixture, "a_ttl_is_believed_within_limits") {
    CHECK(task_expiry("60000", now) == now + 1min);
    CHECK(task_expiry("0", now) == now);
    for (const auto* const other : {"null", "", "-1", "1e300", "\"x\"", "999999999999"})
        CHECK(task_expiry(other, now) == now + task_table::life_max);
}

} // namespace
} // namespace mcpgw
