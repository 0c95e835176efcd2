// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/task_repair.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

using namespace mcpgw;
namespace json = boost::json;

namespace {

constexpr std::string_view times =
    R"("createdAt":"2026-01-02T03:04:05Z","lastUpdatedAt":"2026-01-02T03:04:06Z")";

std::string with_times(std::string_view members) {
    return "{" + std::string{times} + "," + std::string{members} + "}";
}

json::value repaired(const std::string& members, era form) {
    return json::parse(repaired_task(with_times(members), form));
}

json::value means(const std::string& members) {
    return json::parse(with_times(members));
}

} // namespace

TEST_CASE("an_odd_core_task_is_one_that_its_revision_knows") {
    const auto plain = R"("taskId":"a","status":"working","ttl":60000,"pollInterval":10)";
    CHECK(repaired(plain, era::legacy) == means(plain));
    CHECK(repaired(R"("taskId":"a","status":"odd","ttl":"60","pollInterval":-1)", era::legacy) ==
          means(R"("taskId":"a","status":"working","ttl":null)"));
    CHECK(repaired(R"("taskId":"a","status":7,"ttl":1.5,"statusMessage":[],"_meta":7)",
                   era::legacy) == means(R"("taskId":"a","status":"working","ttl":2)"));
    CHECK(repaired(R"("taskId":"a","status":"failed","ttl":1e999)", era::legacy) ==
          means(R"("taskId":"a","status":"failed","ttl":null)"));
}

TEST_CASE("a_task_whose_times_are_odd_takes_one_for_the_other_or_the_beginning_of_time") {
    CHECK(json::parse(repaired_task(R"({"createdAt":7,"lastUpdatedAt":"2026-01-02T03:04:05Z"})",
                                    era::legacy)) ==
          json::parse(R"({"status":"working","ttl":null,"createdAt":"2026-01-02T03:04:05Z",)"
                      R"("lastUpdatedAt":"2026-01-02T03:04:05Z"})"));
    CHECK(json::parse(repaired_task(R"({"createdAt":"yesterday"})", era::legacy)) ==
          json::parse(R"({"status":"working","ttl":null,"createdAt":"1970-01-01T00:00:00Z",)"
                      R"("lastUpdatedAt":"1970-01-01T00:00:00Z"})"));
}

TEST_CASE("an_odd_task_of_the_extension_has_the_outcome_of_its_status_and_no_other") {
    CHECK(repaired(R"("status":"working","ttlMs":5,"result":{},"error":7)", era::modern) ==
          means(R"("status":"working","ttlMs":5)"));
    CHECK(repaired(R"("status":"completed","ttlMs":5,"result":{"content":"a"})", era::modern) ==
          means(R"("status":"completed","ttlMs":5,)"
                R"("result":{"content":[{"type":"text","text":"a"}]})"));
    const auto untold = means(R"("status":"failed","ttlMs":5,"error":{"code":-32603,)"
                              R"("message":"the server did not tell how the task ended"})");
    CHECK(repaired(R"("status":"completed","ttlMs":5,"result":7)", era::modern) == untold);
    CHECK(repaired(R"("status":"completed","ttlMs":5)", era::modern) == untold);
    CHECK(repaired(R"("status":"failed","ttlMs":5,"error":"bad")", era::modern) == untold);
    const auto failed = R"("status":"failed","ttlMs":5,"error":{"code":1,"message":"m","data":2})";
    CHECK(repaired(failed, era::modern) == means(failed));
    const auto asking = R"("status":"input_required","ttlMs":5,)"
                        R"("inputRequests":{"q":{"method":"roots/list"}})";
    CHECK(repaired(asking, era::modern) == means(asking));
    for (const std::string odd : {R"({})", R"(7)", R"({"q":{"method":"odd/ask"}})"})
        CHECK(repaired(R"("status":"input_required","ttlMs":5,"inputRequests":)" + odd,
                       era::modern) == means(R"("status":"working","ttlMs":5)"));
}

TEST_CASE("a_payload_of_a_task_that_is_no_result_is_a_named_error") {
    CHECK(repaired_task_result(R"({"content":[]})").value() == R"({"content":[]})");
    CHECK(repaired_task_result("7").error().detail ==
          "the result of the task is a number, not an object");
    CHECK(repaired_task_result(R"({"content":[7]})").has_error());
}
