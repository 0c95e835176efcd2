// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/gateway_world.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::gateway_test {

inline const std::string extension_declared =
    R"({"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";

inline client_traits task_capable(const std::string& capabilities = extension_declared) {
    client_traits traits;
    traits.spoken = era::modern;
    traits.capabilities = capabilities;
    return traits;
}

inline client_traits legacy(const std::string& version = "2025-11-25") {
    client_traits traits;
    traits.capabilities = R"({"elicitation":{}})";
    traits.version = version;
    return traits;
}

/// A gateway in front of one server with tasks of that era.
struct task_world : gateway_world {
    explicit task_world(const std::string& spoken) : gateway_world(exposing(exposure::all)) {
        auto options = demo("s");
        options.command = MCPGW_TASK_SERVER;
        options.args = {spoken};
        // What the cases show is not who is asked: another client's call need not wait for that.
        options.question_hold_timeout = std::chrono::milliseconds{50};
        add(options);
    }
};

inline const std::string asking_for_task = R"(,"task":{"ttl":60000})";

inline std::string call_text(const std::string& tool, const std::string& arguments = "{}") {
    return call_members("s__" + tool, arguments);
}

inline std::string tell_end(const std::string& how) {
    return call_text("end", fmt::format(R"({{"how":"{}"}})", how));
}

inline std::string with_id(const std::string& id) {
    return fmt::format(R"("taskId":"{}")", id);
}

inline std::string text(const json::value& object, std::string_view key) {
    const auto* const found = object.as_object().if_contains(key);
    return found == nullptr || !found->is_string() ? std::string{}
                                                   : std::string{found->as_string()};
}

/// Creates a task by the tool "work"; its id.
inline std::string created(gateway_client& client, bool is_modern,
                           const std::string& arguments = "{}") {
    const auto made = client.request("tools/call", call_text("work", arguments) +
                                                       (is_modern ? "" : asking_for_task));
    INFO(json::serialize(made));
    if (is_modern) {
        CHECK(text(made, "resultType") == "task");
        CHECK(made.at("ttlMs").as_int64() == 600000);
        CHECK(made.at("pollIntervalMs").as_int64() == 50);
        CHECK(text(made, "status") == "working");
        return text(made, "taskId");
    }
    const auto& task = made.at("task");
    CHECK(task.at("ttl").as_int64() == 600000);
    CHECK(text(task, "status") == "working");
    CHECK(made.as_object().if_contains("resultType") == nullptr);
    return text(task, "taskId");
}

/// tasks/get until the status is this one.
inline json::value poll(gateway_client& client, const std::string& id, const std::string& status) {
    for (int i = 0; i < 200; ++i) {
        auto task = client.request("tasks/get", with_id(id));
        if (text(task, "status") == status) return task;
    }
    FAIL("the task did not become " << status);
    return {};
}

inline void check_error(const std::shared_ptr<gateway_call>& call, int code) {
    CHECK(call->error().at("code").as_int64() == code);
}

/// Those of one method among the messages for a session, by their params.
inline std::vector<json::value> heard_by(gateway_client& client, std::string_view method) {
    std::vector<json::value> heard;
    for (auto& message : client.take_session_messages())
        if (text(message, "method") == method) heard.push_back(message.at("params"));
    return heard;
}

inline const std::vector<std::string> both{"legacy", "modern"};

} // namespace mcpgw::gateway_test
