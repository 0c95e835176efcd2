#include "children/request_line.hpp"

#include "protocol/identity.hpp"
#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace mcpgw {

namespace {

/// Members of `_meta` on this hop: what travels on, then what is ours.
std::string meta_of(const upstream_call& request, multiplexer::upstream_id id,
                    std::optional<revision> spoken) {
    member_writer ours;
    if (spoken && era_of(*spoken) == era::modern) {
        ours.add(meta_key::protocol_version, quote_json(to_string(*spoken)));
        ours.add(meta_key::client_info, gateway_identity);
        ours.add(meta_key::client_capabilities,
                 request.client_capabilities.empty() ? "{}" : request.client_capabilities);
        if (!request.log_level.empty()) ours.add(meta_key::log_level, request.log_level);
    }
    if (request.wants_progress) ours.add(meta_key::progress_token, std::to_string(id));
    const bool has_both = !request.meta_members.empty() && !ours.empty();
    return request.meta_members + (has_both ? "," : "") + ours.members();
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
    return std::string{gateway_identity};
}

} // namespace mcpgw
