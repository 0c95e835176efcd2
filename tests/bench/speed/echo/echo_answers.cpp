// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/echo/echo_answers.hpp"

#include <fmt/format.h>

#include <iterator>

namespace mcpgw::bench {

namespace {

constexpr std::string_view server_info = R"({"name":"echo","version":"1"})";
// The modern era wants every result to say what it is, and lists how long they hold.
constexpr std::string_view modern_end =
    R"(,"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":)"
    R"({"name":"echo","version":"1"}})";
constexpr std::string_view caching = R"(,"ttlMs":3600000,"cacheScope":"public")";

std::string tool_entry(std::string_view name) {
    return fmt::format(
        R"({{"name":"{}","description":"Gives its text back, as tool {} of the bench.",)"
        R"("inputSchema":{{"type":"object","properties":{{"text":{{"type":"string",)"
        R"("description":"The text to give back"}}}},"required":["text"]}}}})",
        name, name);
}

void append_progress(std::string_view token, std::string_view message_end, std::string& out) {
    for (int i = 1; i <= progress_events; ++i) {
        out += R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)";
        out += token;
        fmt::format_to(std::back_inserter(out), R"(,"progress":{},"total":{}}}}})", i,
                       progress_events);
        out += message_end;
    }
}

} // namespace

echo_answers::echo_answers(std::size_t tools_max) : tools_("[") {
    tools_ += tool_entry("echo") + "," +
              R"({"name":"progress","inputSchema":{"type":"object","properties":{}}})";
    for (std::size_t i = 2; i < tools_max; ++i)
        tools_ += "," + tool_entry(fmt::format("tool{}", i));
    tools_ += "]";
}

void echo_answers::append_result(const echo_request& asked, std::string& out) const {
    bool is_cacheable = false;
    if (asked.method == "tools/call") {
        out += R"("content":[{"type":"text","text":)";
        out += asked.text.empty() ? R"("")" : asked.text;
        out += "}]";
    } else if (asked.method == "tools/list") {
        out += R"("tools":)" + tools_;
        is_cacheable = true;
    } else if (asked.method == "initialize") {
        fmt::format_to(std::back_inserter(out),
                       R"("protocolVersion":"{}","capabilities":{{"tools":{{}}}},"serverInfo":{})",
                       asked.revision, server_info);
    } else if (asked.method == "server/discover") {
        out += R"("supportedVersions":["2026-07-28","2025-11-25"],"capabilities":{"tools":{}})";
        is_cacheable = true;
    } else if (asked.is_modern) {
        out += R"("is":"nothing")"; // ping and the like
    }
    if (asked.is_modern) out += modern_end;
    if (asked.is_modern && is_cacheable) out += caching;
}

bool echo_answers::append(std::string_view message, std::string_view message_end,
                          std::string& out) const {
    echo_request asked;
    const bool is_read = read_echo_request(message, asked);
    if (is_read && asked.id.empty()) return false;
    if (asked.tool == "progress" && !asked.progress_token.empty())
        append_progress(asked.progress_token, message_end, out);
    out += R"({"jsonrpc":"2.0","id":)";
    out += is_read ? asked.id : "null";
    // A server of one era only would refuse; this one is of whichever is spoken to it.
    if (is_read && (!asked.method.empty())) {
        out += R"(,"result":{)";
        append_result(asked, out);
        out += "}}";
    } else {
        out += R"(,"error":{"code":-32700,"message":"Parse error"}})";
    }
    out += message_end;
    return true;
}

} // namespace mcpgw::bench
