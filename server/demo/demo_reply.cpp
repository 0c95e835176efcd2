// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_reply.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"

#include <string>

#ifndef MCPGW_VERSION
#define MCPGW_VERSION "0.1.0"
#endif

namespace mcpgw {

namespace {

// The lists never change while the process lives, so an hour is a modest promise.
constexpr std::string_view caching_members = R"(,"ttlMs":3600000,"cacheScope":"public")";
constexpr std::string_view text_open = R"("content":[{"type":"text","text":)";
constexpr std::string_view text_close = "}]";

const std::string& modern_meta() {
    static const std::string text =
        R"("_meta":{"io.modelcontextprotocol/serverInfo":)" + demo_server_info() + "}";
    return text;
}

void open_result(std::string& out, std::string_view id) {
    out += R"({"jsonrpc":"2.0","id":)";
    out += id;
    out += R"(,"result":{)";
}

void close_result(std::string& out, era spoken, std::string_view result_type,
                  std::string_view hints) {
    if (spoken == era::modern) {
        if (out.back() != '{') out += ',';
        out += R"("resultType":")";
        out += result_type;
        out += "\",";
        out += modern_meta();
        out += hints;
    }
    out += "}}\n";
}

} // namespace

const std::string& demo_server_info() {
    static const std::string text =
        R"({"name":"mcp-gateway-demo","title":"mcp-gateway demo server","version":)" +
        quote_json(MCPGW_VERSION) + "}";
    return text;
}

void append_result(std::string& out, const demo_address& to, std::string_view members) {
    open_result(out, to.id);
    out += members;
    close_result(out, to.spoken, "complete", {});
}

void append_cacheable_result(std::string& out, const demo_address& to, std::string_view members) {
    open_result(out, to.id);
    out += members;
    close_result(out, to.spoken, "complete", caching_members);
}

void append_text_result(std::string& out, const demo_address& to, std::string_view quoted_text) {
    open_result(out, to.id);
    out += text_open;
    out += quoted_text;
    out += text_close;
    close_result(out, to.spoken, "complete", {});
}

void append_input_required(std::string& out, std::string_view id, std::string_view members) {
    open_result(out, id);
    out += members;
    close_result(out, era::modern, "input_required", {});
}

void append_error(std::string& out, std::string_view id, const fault& f) {
    out += make_error_response(id, f);
    out += '\n';
}

void append_notification(std::string& out, std::string_view method, std::string_view params_json) {
    out += make_notification(method, params_json);
    out += '\n';
}

std::string text_members(std::string_view text) {
    std::string members{text_open};
    members += quote_json(text);
    members += text_close;
    return members;
}

std::string tool_error_members(std::string_view text) {
    return text_members(text) + R"(,"isError":true)";
}

} // namespace mcpgw
