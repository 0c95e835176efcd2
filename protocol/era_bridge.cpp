#include "protocol/era_bridge.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace mcpgw {

namespace {

void append_member(std::string& members, std::string_view key, std::string_view value) {
    if (!members.empty()) members += ',';
    members += '"';
    members += key;
    members += "\":";
    members += value;
}

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> keys) {
    return std::ranges::find(keys, key) != keys.end();
}

/// Members that a retry of a modern client has; a legacy server knows nothing of them.
bool is_retry_member(std::string_view key) {
    return is_one_of(key, {"inputResponses", "requestState"});
}

std::string without_server_info(std::string_view meta) {
    std::string members;
    member_reader reader{meta};
    while (const auto member = reader.next())
        if (member->key != meta_key::server_info)
            append_member(members, member->key, member->value);
    return members;
}

std::string to_modern(std::string_view result_json, const result_context& context) {
    std::string members;
    std::string meta;
    bool has_type = false;
    bool has_ttl = false;
    member_reader reader{result_json};
    while (const auto member = reader.next()) {
        if (member->key == "_meta") {
            meta = std::string{member->value};
            continue;
        }
        has_type = has_type || member->key == "resultType";
        has_ttl = has_ttl || member->key == "ttlMs";
        append_member(members, member->key, member->value);
    }
    const bool has_info = !find_member(meta, meta_key::server_info).empty();
    std::string meta_members = without_server_info(meta);
    if (has_info)
        append_member(meta_members, meta_key::server_info,
                      find_member(meta, meta_key::server_info));
    else if (!context.server_info.empty())
        append_member(meta_members, meta_key::server_info, context.server_info);
    std::string text = "{";
    // An absent resultType means "complete" (2026-07-28, basic/index, "ResultType").
    if (!has_type)
        text += members.empty() ? R"("resultType":"complete")" : R"("resultType":"complete",)";
    text += members;
    if (context.is_cacheable && !has_ttl) text += R"(,"ttlMs":0,"cacheScope":"private")";
    if (!meta_members.empty()) text += fmt::format(R"(,"_meta":{{{}}})", meta_members);
    text += "}";
    return text;
}

std::string to_legacy(std::string_view result_json) {
    std::string members;
    member_reader reader{result_json};
    while (const auto member = reader.next()) {
        if (is_one_of(member->key, {"resultType", "ttlMs", "cacheScope"})) continue;
        if (member->key == "structuredContent" && !is_json_object(member->value)) continue;
        if (member->key == "_meta") {
            const auto meta = without_server_info(member->value);
            if (!meta.empty()) append_member(members, "_meta", "{" + meta + "}");
            continue;
        }
        append_member(members, member->key, member->value);
    }
    return "{" + members + "}";
}

} // namespace

std::string params_for_upstream(std::string_view params, era client_era, era upstream_era) {
    return params_for_upstream(params, client_era, upstream_era, {}, {});
}

std::string params_for_upstream(std::string_view params, era client_era, era upstream_era,
                                std::string_view key, std::string_view value_json) {
    const bool drops_retry = client_era == era::modern && upstream_era == era::legacy;
    std::string members;
    members.reserve(params.size());
    member_reader reader{params};
    while (const auto member = reader.next()) {
        if (member->key == "_meta") continue;
        if (drops_retry && is_retry_member(member->key)) continue;
        const bool is_replaced = !key.empty() && member->key == key;
        append_member(members, member->key, is_replaced ? value_json : member->value);
    }
    return members;
}

std::string meta_for_upstream(std::string_view meta) {
    constexpr std::array hop_keys{meta_key::protocol_version,    meta_key::client_info,
                                  meta_key::client_capabilities, meta_key::log_level,
                                  meta_key::progress_token,      meta_key::subscription_id};
    std::string members;
    member_reader reader{meta};
    while (const auto member = reader.next())
        if (std::ranges::find(hop_keys, member->key) == hop_keys.end())
            append_member(members, member->key, member->value);
    return members;
}

std::string result_for_client(std::string_view result_json, const result_context& context) {
    if (!is_json_object(result_json)) return std::string{result_json};
    if (context.client_era == era::modern) {
        const bool is_ready =
            context.upstream_era == era::modern && !find_member(result_json, "resultType").empty();
        return is_ready ? std::string{result_json} : to_modern(result_json, context);
    }
    if (context.upstream_era == era::legacy) return std::string{result_json};
    return to_legacy(result_json);
}

std::string error_for_client(std::string_view error_json, const result_context& context,
                             std::string_view method_name, std::string_view uri_json) {
    int code = 0;
    const auto code_text = find_member(error_json, "code");
    std::from_chars(code_text.data(), code_text.data() + code_text.size(), code);
    auto message = find_member(error_json, "message");
    if (!is_json_string(message)) message = "\"error\"";
    const bool is_read = method_name == method::resources_read;
    if (context.client_era == era::modern) {
        if (is_read && code == -32002)
            return fmt::format(R"({{"code":-32602,"message":{},"data":{{"uri":{}}}}})", message,
                               uri_json.empty() ? "null" : uri_json);
        const bool is_forbidden =
            code == -32002 || code == -32042 || (code <= -32020 && code >= -32099);
        if (is_forbidden && !(context.upstream_era == era::modern && code == -32021))
            return fmt::format(R"({{"code":-32603,"message":{},"data":{{"upstreamCode":{}}}}})",
                               message, code);
    } else if (context.upstream_era == era::modern) {
        if (is_read && code == -32602 &&
            !find_member(find_member(error_json, "data"), "uri").empty())
            return fmt::format(R"({{"code":-32002,"message":{},"data":{}}})", message,
                               find_member(error_json, "data"));
        if (code <= -32020 && code >= -32022)
            return fmt::format(R"({{"code":-32603,"message":{},"data":{{"upstreamCode":{}}}}})",
                               message, code);
    }
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
