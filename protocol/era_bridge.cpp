#include "protocol/era_bridge.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace mcpgw {

namespace {

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> keys) {
    return std::ranges::find(keys, key) != keys.end();
}

/// Members that a retry of a modern client has; a legacy server knows nothing of them.
bool is_retry_member(std::string_view key) {
    return is_one_of(key, {"inputResponses", "requestState"});
}

member_writer without_server_info(std::string_view meta) {
    member_writer kept;
    member_reader reader{meta};
    while (const auto member = reader.next())
        if (member->key != meta_key::server_info) kept.add(member->key, member->value);
    return kept;
}

std::string to_modern(std::string_view result_json, const result_context& context) {
    const auto has = [result_json](std::string_view key) {
        return !find_member(result_json, key).empty();
    };
    const auto meta = find_member(result_json, "_meta");
    auto info = find_member(meta, meta_key::server_info);
    if (info.empty()) info = context.server_info;
    member_writer meta_members = without_server_info(meta);
    if (!info.empty()) meta_members.add(meta_key::server_info, info);

    member_writer out;
    // An absent resultType means "complete" (2026-07-28, basic/index, "ResultType").
    if (!has("resultType")) out.add("resultType", R"("complete")");
    member_reader reader{result_json};
    while (const auto member = reader.next())
        if (member->key != "_meta") out.add(member->key, member->value);
    if (context.is_cacheable && !has("ttlMs")) out.add("ttlMs", "0");
    if (context.is_cacheable && !has("cacheScope")) out.add("cacheScope", R"("private")");
    if (!meta_members.empty()) out.add("_meta", meta_members.object());
    return out.object();
}

std::string to_legacy(std::string_view result_json) {
    member_writer out;
    member_reader reader{result_json};
    while (const auto member = reader.next()) {
        if (is_one_of(member->key, {"resultType", "ttlMs", "cacheScope"})) continue;
        if (member->key == "structuredContent" && !is_json_object(member->value)) continue;
        if (member->key == "_meta") {
            const auto meta = without_server_info(member->value);
            if (!meta.empty()) out.add("_meta", meta.object());
            continue;
        }
        out.add(member->key, member->value);
    }
    return out.object();
}

} // namespace

std::string params_for_upstream(std::string_view params, era client_era, era upstream_era) {
    return params_for_upstream(params, client_era, upstream_era, {}, {});
}

std::string params_for_upstream(std::string_view params, era client_era, era upstream_era,
                                std::string_view key, std::string_view value_json) {
    const bool drops_retry = client_era == era::modern && upstream_era == era::legacy;
    member_writer out;
    member_reader reader{params};
    while (const auto member = reader.next()) {
        if (member->key == "_meta") continue;
        if (drops_retry && is_retry_member(member->key)) continue;
        const bool is_replaced = !key.empty() && member->key == key;
        out.add(member->key, is_replaced ? value_json : member->value);
    }
    return out.members();
}

std::string meta_for_upstream(std::string_view meta) {
    constexpr std::array hop_keys{meta_key::protocol_version,    meta_key::client_info,
                                  meta_key::client_capabilities, meta_key::log_level,
                                  meta_key::progress_token,      meta_key::subscription_id};
    member_writer out;
    member_reader reader{meta};
    while (const auto member = reader.next())
        if (std::ranges::find(hop_keys, member->key) == hop_keys.end())
            out.add(member->key, member->value);
    return out.members();
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
