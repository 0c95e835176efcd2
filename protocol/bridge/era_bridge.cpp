// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/era_bridge.hpp"

#include "protocol/bridge/content_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/json/message_writer.hpp"
#include "protocol/message/rpc.hpp"
#include "protocol/text/value_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> keys) {
    return std::ranges::find(keys, key) != keys.end();
}

member_writer without_server_info(std::string_view meta) {
    member_writer kept;
    member_reader reader{meta};
    while (const auto member = reader.next())
        if (member->key != meta_key::server_info) kept.add(member->key, member->value);
    return kept;
}

constexpr int request_code = -32600;
constexpr int internal_code = -32603;
constexpr int not_found_code = -32002;  // 2025-11-25, server/resources, "Error Handling"
constexpr int capability_code = -32021; // 2026-07-28, schema, MISSING_REQUIRED_CLIENT_CAPABILITY
constexpr int url_code = -32042;        // 2025-11-25, client/elicitation, "Error Handling"

/// An error under another code; `data` keeps its members if it is an object.
std::string replaced(int code, std::string_view message, int upstream_code, std::string_view data) {
    member_writer members;
    members.add("upstreamCode", std::to_string(upstream_code));
    member_reader reader{data};
    while (const auto member = reader.next())
        if (member->key != "upstreamCode") members.add(member->key, member->value);
    return fmt::format(R"({{"code":{},"message":{},"data":{}}})", code, message, members.object());
}

/// The message (raw string) with the URLs that a user must open.
std::string with_urls(std::string_view message, std::string_view data) {
    std::string text = unquote_json(message).value_or("");
    element_reader elicitations{find_member(data, "elicitations")};
    while (const auto one = elicitations.next())
        if (const auto url = unquote_json(find_member(*one, "url"))) text += "; open " + *url;
    return quote_json(text);
}

/// Whether the client did not declare something of `requiredCapabilities`. If it declared all, the
/// error is the gateway's fault and means nothing to the client.
bool is_lacking(std::string_view data, const result_context& context) {
    const auto required = find_member(data, "requiredCapabilities");
    member_reader reader{required};
    bool names_any = false;
    while (const auto wanted = reader.next()) {
        names_any = true;
        const auto declared = find_member(context.client_capabilities, wanted->key);
        if (declared.empty()) return true;
        member_reader parts{wanted->value};
        while (const auto part = parts.next()) {
            const bool is_implied = wanted->key == "elicitation" && part->key == "form" &&
                                    find_member(declared, "url").empty();
            if (find_member(declared, part->key).empty() && !is_implied) return true;
        }
    }
    return !names_any;
}

/// A member of params that an upstream does not get, or gets with another value.
struct changed_member {
    text_span span; ///< from the quote of its name to the end of its value
    std::string_view key;
    std::string_view value; ///< empty: it is left out
};

/// Those of one request, in the order of its text.
class changed_members {
public:
    explicit changed_members(std::string_view text) : text_(text) {}

    /// `where`: its value, if the request has it. No name that the scanner knows has escapes.
    void add(text_span where, std::string_view key, std::string_view value = {}) {
        if (!where) return;
        std::size_t behind_name = where.begin;
        while (text_[behind_name - 1] != '"') --behind_name;
        const auto begin = behind_name - key.size() - 2;
        std::size_t place = size_++;
        for (; place > 0 && list_[place - 1].span.begin > begin; --place)
            list_[place] = list_[place - 1];
        list_[place] = {{begin, where.end}, key, value};
    }
    [[nodiscard]] auto begin() const { return list_.begin(); }
    [[nodiscard]] auto end() const { return list_.begin() + size_; }

private:
    std::string_view text_;
    std::array<changed_member, 5> list_;
    std::size_t size_ = 0;
};

/// What decides how a result is told, and its longest value.
struct result_parts {
    std::string_view type, meta, structured, longest;
    std::string_view ttl, scope;

    /// Readers insist on both where a result may be kept.
    [[nodiscard]] bool has_ttl() const { return is_whole_number(ttl) && ttl.front() != '-'; }
    [[nodiscard]] bool has_scope() const {
        return scope == R"("public")" || scope == R"("private")";
    }
};

void find_hints(std::string_view result_json, result_parts& into) {
    member_reader reader{result_json, into.longest};
    while (const auto member = reader.next()) {
        if (member->key == "ttlMs") into.ttl = member->value;
        if (member->key == "cacheScope") into.scope = member->value;
    }
}

result_parts parts_of(std::string_view result_json) {
    result_parts parts;
    member_reader reader{result_json};
    while (const auto member = reader.next()) {
        if (member->key == "resultType") parts.type = member->value;
        if (member->key == "_meta") parts.meta = member->value;
        if (member->key == "structuredContent") parts.structured = member->value;
    }
    find_hints(result_json, parts);
    return parts;
}

message_text to_modern(const shared_text& result_json, const result_parts& parts,
                       const result_context& context) {
    auto info = find_member(parts.meta, meta_key::server_info);
    if (info.empty()) info = context.server_info;
    member_writer meta_members = without_server_info(parts.meta);
    if (!info.empty()) meta_members.add(meta_key::server_info, info);

    message_writer out{result_json};
    out.begin_object();
    // An absent resultType means "complete" (2026-07-28, basic/index, "ResultType").
    if (parts.type.empty()) out.add("resultType", R"("complete")");
    member_reader reader{result_json, parts.longest};
    while (const auto member = reader.next()) {
        if (member->key == "_meta") continue;
        if (context.is_cacheable && is_one_of(member->key, {"ttlMs", "cacheScope"})) continue;
        out.keep(member->key, member->value);
    }
    if (context.is_cacheable) {
        out.add("ttlMs", parts.has_ttl() ? parts.ttl : "0");
        out.add("cacheScope", parts.has_scope() ? parts.scope : R"("private")");
    }
    if (!meta_members.empty()) out.add("_meta", meta_members.object());
    out.end_object();
    return out.take();
}

message_text to_legacy(const shared_text& result_json, const result_parts& parts) {
    message_writer out{result_json};
    out.begin_object();
    member_reader reader{result_json, parts.longest};
    while (const auto member = reader.next()) {
        if (is_one_of(member->key, {"resultType", "ttlMs", "cacheScope"})) continue;
        if (member->key == "_meta") {
            const auto meta = without_server_info(member->value);
            if (!meta.empty()) out.add("_meta", meta.object());
            continue;
        }
        out.keep(member->key, member->value);
    }
    out.end_object();
    return out.take();
}

message_text translate(const shared_text& result_json, const result_parts& parts,
                       const result_context& context) {
    if (context.client_era == era::modern) {
        const bool may_be_kept = !context.is_cacheable || (parts.has_ttl() && parts.has_scope());
        const bool is_ready =
            context.upstream_era == era::modern && !parts.type.empty() && may_be_kept;
        return is_ready ? message_text{{}, result_json} : to_modern(result_json, parts, context);
    }
    const bool changes = changes_content(parts.structured, context.output, context.client);
    if (context.upstream_era == era::legacy && !changes) return {{}, result_json};
    auto made = context.upstream_era == era::legacy ? message_text{{}, result_json}
                                                    : to_legacy(result_json, parts);
    if (changes) return content_for_client(made.str(), context.output, context.client);
    return made;
}

} // namespace

message_text params_for_upstream(const shared_text& text, const envelope& request,
                                 const params_route& route) {
    if (!request.params) return {};
    const auto& in = request.in_params;
    changed_members changes{text};
    changes.add(in.meta, "_meta");
    if (route.client_era == era::modern && route.upstream_era == era::legacy) {
        // What a retry of a modern client has; a legacy server knows nothing of it.
        changes.add(in.input_responses, "inputResponses");
        changes.add(in.request_state, "requestState");
    }
    if (!route.replaced_key.empty())
        changes.add(route.replaced_key == "ref" ? in.ref : in.name, route.replaced_key,
                    route.replacement);
    if (!route.arguments.empty()) changes.add(in.arguments, "arguments", route.arguments);

    message_writer out{text.part(request.params.of(text)),
                       route.replacement.size() + route.arguments.size()};
    std::size_t at = request.params.begin + 1;
    for (const auto& member : changes) {
        out.keep_members(text_span{at, member.span.begin}.of(text));
        if (!member.value.empty()) out.add(member.key, member.value);
        at = member.span.end;
    }
    out.keep_members(text_span{at, request.params.end - 1}.of(text));
    if (!route.arguments.empty() && !in.arguments) out.add("arguments", route.arguments);
    return out.take();
}

std::string meta_for_upstream(std::string_view meta) {
    constexpr std::array hop_keys{
        meta_key::protocol_version, meta_key::client_info,    meta_key::client_capabilities,
        meta_key::log_level,        meta_key::progress_token, meta_key::subscription_id,
        meta_key::session};
    member_writer out;
    member_reader reader{meta};
    while (const auto member = reader.next())
        if (std::ranges::find(hop_keys, member->key) == hop_keys.end())
            out.add(member->key, member->value);
    return out.take_members();
}

std::string result_for_client(std::string_view result_json, const result_context& context) {
    if (!is_json_object(result_json)) return std::string{result_json};
    return translate(shared_text::copy_of(result_json), parts_of(result_json), context).str();
}

message_text result_for_client(const shared_text& text, const response_spans& response,
                               const result_context& context) {
    const auto result_json = response.result.of(text);
    if (!is_json_object(result_json)) return {{}, text.part(result_json)};
    const auto& in = response.in_result;
    result_parts parts;
    parts.type = in.result_type.of(text);
    parts.meta = in.meta.of(text);
    parts.structured = in.structured_content.of(text);
    parts.longest = in.longest.of(text);
    if (context.is_cacheable && context.client_era == era::modern) find_hints(result_json, parts);
    return translate(text.part(result_json), parts, context);
}

std::string error_for_client(std::string_view error_json, const result_context& context,
                             std::string_view method_name, std::string_view uri_json) {
    const int code = error_code(error_json);
    const auto raw_message = find_member(error_json, "message");
    const std::string message{is_json_string(raw_message) ? raw_message : "\"error\""};
    const auto data = find_member(error_json, "data");
    const bool is_read = method_name == method::resources_read;
    const bool is_modern_server = context.upstream_era == era::modern;
    if (context.client_era == era::modern) {
        if (is_read && code == not_found_code)
            return fmt::format(R"({{"code":-32602,"message":{},"data":{{"uri":{}}}}})", message,
                               uri_json.empty() ? "null" : uri_json);
        if (is_modern_server && code == capability_code && is_lacking(data, context))
            return std::string{error_json};
        if (code == url_code) return replaced(internal_code, with_urls(message, data), code, data);
        if (code == not_found_code || (code <= -32020 && code >= -32099))
            return replaced(internal_code, message, code, data);
        return std::string{error_json};
    }
    if (code == url_code && context.client < revision::r2025_11_25)
        return replaced(request_code, with_urls(message, data), code, data);
    if (!is_modern_server) return std::string{error_json};
    if (is_read && code == -32602 && !find_member(data, "uri").empty())
        return fmt::format(R"({{"code":{},"message":{},"data":{}}})", not_found_code, message,
                           data);
    if (code == capability_code) return replaced(request_code, message, code, data);
    if (code == -32020 || code == -32022) return replaced(internal_code, message, code, data);
    return std::string{error_json};
}

std::vector<input_request> input_requests(std::string_view result_json) {
    std::vector<input_request> list;
    member_reader reader{find_member(result_json, "inputRequests")};
    while (const auto member = reader.next()) {
        input_request request;
        request.key_json = fmt::format("\"{}\"", member->key);
        request.method = unquote_json(find_member(member->value, "method")).value_or("");
        request.params = find_member(member->value, "params");
        list.push_back(std::move(request));
    }
    return list;
}

} // namespace mcpgw
