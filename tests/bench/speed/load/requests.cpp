// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/load/requests.hpp"

#include <fmt/format.h>

#include <charconv>

namespace mcpgw::bench {

namespace {

constexpr std::string_view modern_meta =
    R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},)"
    R"("io.modelcontextprotocol/clientCapabilities":{})";

std::string_view method_of(const call_kind& kind) {
    return kind.is == call_kind::what::list ? "tools/list" : "tools/call";
}

std::string_view tool_of(const call_kind& kind) {
    return kind.is == call_kind::what::list ? std::string_view{} : kind.tool;
}

void append_id(patched_text& to) {
    to.ids.push_back(to.bytes.size());
    to.bytes += std::to_string(first_id);
}

} // namespace

call_kind echo_of(std::size_t text_bytes) {
    call_kind kind;
    kind.text.reserve(text_bytes);
    for (std::size_t i = 0; i < text_bytes; ++i)
        kind.text += static_cast<char>('a' + static_cast<int>((i * 7 + i / 26) % 26));
    return kind;
}

call_kind progress_call() {
    call_kind kind;
    kind.is = call_kind::what::progress;
    kind.tool = "progress";
    return kind;
}

call_kind list_of(std::size_t tools_count) {
    call_kind kind;
    kind.is = call_kind::what::list;
    kind.tools_count = tools_count;
    return kind;
}

void patched_text::set_id(std::uint64_t id) {
    for (const auto at : ids) {
        char* const begin = bytes.data() + at;
        std::to_chars(begin, begin + id_digits, id);
    }
}

patched_text make_message(const call_kind& kind, dialect spoken) {
    patched_text made;
    made.bytes = R"({"jsonrpc":"2.0","id":)";
    append_id(made);
    made.bytes += fmt::format(R"(,"method":"{}","params":{{)", method_of(kind));
    bool has_members = false;
    if (const auto tool = tool_of(kind); !tool.empty()) {
        made.bytes += fmt::format(R"("name":"{}","arguments":{{"text":"{}"}})", tool, kind.text);
        has_members = true;
    }
    const bool has_progress = kind.is == call_kind::what::progress;
    if (spoken == dialect::modern || has_progress) {
        if (has_members) made.bytes += ',';
        made.bytes += R"("_meta":{)";
        if (spoken == dialect::modern) made.bytes += modern_meta;
        if (has_progress) {
            made.bytes +=
                spoken == dialect::modern ? R"(,"progressToken":)" : R"("progressToken":)";
            append_id(made);
        }
        made.bytes += '}';
    }
    made.bytes += "}}";
    return made;
}

patched_text make_post(const patched_text& message, std::string_view path,
                       std::string_view fields) {
    patched_text made;
    made.bytes = fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                             "Content-Type: application/json\r\n"
                             "Accept: application/json, text/event-stream\r\n"
                             "Content-Length: {}\r\n{}\r\n",
                             path, message.bytes.size(), fields);
    for (const auto at : message.ids) made.ids.push_back(made.bytes.size() + at);
    made.bytes += message.bytes;
    return made;
}

std::string fields_of(const call_kind& kind, dialect spoken, std::string_view session) {
    if (spoken == dialect::old_sse) return {};
    if (spoken == dialect::legacy)
        return fmt::format("MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: {}\r\n", session);
    auto fields =
        fmt::format("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {}\r\n", method_of(kind));
    if (const auto tool = tool_of(kind); !tool.empty())
        fields += fmt::format("Mcp-Name: {}\r\n", tool);
    return fields;
}

std::string make_initialize(dialect spoken) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{)"
                       R"("protocolVersion":"{}","capabilities":{{}},)"
                       R"("clientInfo":{{"name":"bench","version":"1"}}}}}})",
                       spoken == dialect::old_sse ? "2024-11-05" : "2025-11-25");
}

} // namespace mcpgw::bench
