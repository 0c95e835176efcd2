// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/demo/demo_dispatcher.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::demo_test {

/// A client of the demo server without pipes and with its own clock. Every method returns the
/// messages that the server said, parsed. Fails the test if one is no JSON-RPC line.
class demo_client {
public:
    using messages = std::vector<boost::json::value>;

    explicit demo_client(demo_surroundings surroundings = {{"HOME", "PATH"}, "/work dir"})
        : dispatcher_(std::move(surroundings), demo_questions::key{1, 2, 3}) {}

    messages send(std::string_view line) {
        std::string out;
        dispatcher_.on_line(line, now_, out);
        return split(out);
    }

    /// Moves the clock and lets the timers run.
    messages pass(std::chrono::milliseconds time) {
        now_ += time;
        std::string out;
        dispatcher_.on_time(now_, out);
        return split(out);
    }

    messages end_input() {
        std::string out;
        dispatcher_.on_end_of_input(out);
        return split(out);
    }

    /// Exactly one message, which answers.
    boost::json::value ask(std::string_view line) {
        auto said = send(line);
        REQUIRE(said.size() == 1);
        return said.front();
    }

    /// Opens a legacy session and checks that it is open.
    boost::json::value initialize(std::string_view version = "2025-11-25",
                                  std::string_view capabilities = "{}") {
        return ask(R"({"jsonrpc":"2.0","id":"init","method":"initialize","params":{)"
                   R"("protocolVersion":")" +
                   std::string{version} + R"(","capabilities":)" + std::string{capabilities} +
                   R"(,"clientInfo":{"name":"test","version":"1"}}})");
    }

    static std::string legacy(std::string_view id, std::string_view method,
                              std::string_view params = "{}") {
        return R"({"jsonrpc":"2.0","id":)" + std::string{id} + R"(,"method":")" +
               std::string{method} + R"(","params":)" + std::string{params} + "}";
    }

    /// `members`: of params, without braces; `meta`: more members of _meta, with leading comma.
    static std::string modern(std::string_view id, std::string_view method,
                              std::string_view members = {}, std::string_view capabilities = "{}",
                              std::string_view meta = {}) {
        std::string params = R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                             R"("io.modelcontextprotocol/clientCapabilities":)";
        params += capabilities;
        params += meta;
        params += members.empty() ? "}" : "},";
        params += members;
        return legacy(id, method, params + "}");
    }

    static std::string call_members(std::string_view tool, std::string_view arguments = "{}") {
        return R"("name":")" + std::string{tool} + R"(","arguments":)" + std::string{arguments};
    }

    static std::string legacy_call(std::string_view id, std::string_view tool,
                                   std::string_view arguments = "{}", std::string_view meta = {}) {
        return legacy(id, "tools/call",
                      "{" + call_members(tool, arguments) +
                          (meta.empty() ? "" : R"(,"_meta":)" + std::string{meta}) + "}");
    }

    static std::string cancelled(std::string_view id) {
        return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
               std::string{id} + "}}";
    }

    [[nodiscard]] const demo_dispatcher& server() const { return dispatcher_; }

private:
    static messages split(std::string_view out) {
        messages said;
        while (!out.empty()) {
            const auto newline = out.find('\n');
            REQUIRE(newline != std::string_view::npos);
            boost::system::error_code ec;
            auto message = boost::json::parse(out.substr(0, newline), ec);
            REQUIRE(!ec);
            REQUIRE(message.at("jsonrpc") == "2.0");
            said.push_back(std::move(message));
            out.remove_prefix(newline + 1);
        }
        return said;
    }

    demo_dispatcher dispatcher_;
    demo_dispatcher::time_point now_{std::chrono::hours{1}};
};

/// The text of the first block of a tool result.
inline std::string text_of(const boost::json::value& answer) {
    return std::string{answer.at("result").at("content").at(0).at("text").as_string()};
}

inline bool is_tool_error(const boost::json::value& answer) {
    const auto* const flag = answer.at("result").as_object().if_contains("isError");
    return flag != nullptr && flag->as_bool();
}

inline std::int64_t error_code_of(const boost::json::value& answer) {
    return answer.at("error").at("code").as_int64();
}

} // namespace mcpgw::demo_test
