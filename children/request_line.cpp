#include "children/request_line.hpp"

#include "protocol/json_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace mcpgw {

namespace {

void append_member(std::string& members, std::string_view key, std::string_view value) {
    if (!members.empty()) members += ',';
    fmt::format_to(std::back_inserter(members), "\"{}\":{}", key, value);
}

std::string meta_of(const upstream_call& request, multiplexer::upstream_id id,
                    std::optional<revision> spoken) {
    std::string meta = request.meta_members;
    if (spoken && era_of(*spoken) == era::modern) {
        append_member(meta, meta_key::protocol_version, quote_json(to_string(*spoken)));
        append_member(meta, meta_key::client_info, gateway_client_info());
        append_member(meta, meta_key::client_capabilities,
                      request.client_capabilities.empty() ? "{}" : request.client_capabilities);
        if (!request.log_level.empty()) append_member(meta, meta_key::log_level, request.log_level);
    }
    if (request.wants_progress) append_member(meta, meta_key::progress_token, std::to_string(id));
    return meta;
}

} // namespace

std::string make_request_line(const upstream_call& request, multiplexer::upstream_id id,
                              std::optional<revision> spoken) {
    const std::string meta = meta_of(request, id, spoken);
    std::string line;
    line.reserve(request.members.size() + meta.size() + request.method.size() + 96);
    fmt::format_to(std::back_inserter(line), R"({{"jsonrpc":"2.0","id":{},"method":"{}")", id,
                   request.method);
    if (!meta.empty() || !request.members.empty()) {
        line += R"(,"params":{)";
        line += request.members;
        if (!meta.empty()) {
            if (!request.members.empty()) line += ',';
            line += R"("_meta":{)";
            line += meta;
            line += '}';
        }
        line += '}';
    }
    line += '}';
    return line;
}

std::string make_cancel_line(multiplexer::upstream_id id, std::string_view reason) {
    return fmt::format(
        R"({{"jsonrpc":"2.0","method":"{}","params":{{"requestId":{},"reason":{}}}}})",
        notification::cancelled, id, quote_json(reason));
}

std::string gateway_client_info() {
    return R"({"name":"mcp-gateway","title":"MCP gateway","version":")" MCPGW_VERSION R"("})";
}

std::string relayed_client_capabilities() {
    return R"({"roots":{"listChanged":true},"sampling":{},"elicitation":{"form":{},"url":{}}})";
}

} // namespace mcpgw
