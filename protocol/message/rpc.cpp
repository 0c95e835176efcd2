// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/rpc.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <charconv>
#include <initializer_list>

namespace mcpgw {

using namespace std::string_view_literals;

namespace {

constexpr std::size_t framing_bytes = 48; // of a response around its id and its result

/// One allocation for the whole text.
std::string join(std::initializer_list<std::string_view> parts) {
    std::size_t bytes = 0;
    for (const std::string_view part : parts) bytes += part.size();
    std::string out;
    out.reserve(bytes);
    for (const std::string_view part : parts) out += part;
    return out;
}

std::string_view id_or_null(std::string_view id_json) {
    return id_json.empty() ? "null" : id_json;
}

/// {"code":NAME, …}: the public name first, then the members of the fault's own data.
std::string make_error_data(const fault& f) {
    std::string out = join({R"({"code":)", quote_json(describe(f.code).name)});
    member_reader members{f.data_json};
    while (const auto member = members.next()) {
        if (member->key == "code") continue; // ours stands: users program against it
        out += ",\"";
        out += member->key;
        out += "\":";
        out += member->value;
    }
    out += '}';
    return out;
}

} // namespace

std::string make_request(std::string_view id_json, std::string_view method,
                         std::string_view params_json) {
    const std::string name = quote_json(method);
    if (params_json.empty())
        return join({R"({"jsonrpc":"2.0","id":)", id_or_null(id_json), R"(,"method":)", name, "}"});
    return join({R"({"jsonrpc":"2.0","id":)", id_or_null(id_json), R"(,"method":)", name,
                 R"(,"params":)", params_json, "}"});
}

std::string make_notification(std::string_view method, std::string_view params_json) {
    const std::string name = quote_json(method);
    if (params_json.empty()) return join({R"({"jsonrpc":"2.0","method":)", name, "}"});
    return join({R"({"jsonrpc":"2.0","method":)", name, R"(,"params":)", params_json, "}"});
}

std::string make_response(std::string_view id_json, std::string_view result_json) {
    return join(
        {R"({"jsonrpc":"2.0","id":)", id_or_null(id_json), R"(,"result":)", result_json, "}"});
}

message_text wrap_response(std::string_view id_json, message_text&& result_json) {
    const bool is_long = result_json.size() >= shared_text::long_bytes;
    const auto follows = is_long ? result_json.before.size() : result_json.size();
    std::string text;
    text.reserve(framing_bytes + id_json.size() + follows);
    text.append(R"({"jsonrpc":"2.0","id":)"sv).append(id_or_null(id_json));
    text.append(R"(,"result":)"sv);
    if (!is_long) {
        result_json.append_to(text);
        text += '}';
        return text;
    }
    result_json.before.insert(0, text);
    result_json.append("}");
    return std::move(result_json);
}

std::string make_error_response(std::string_view id_json, const fault& f) {
    if (f.is_error_object) return make_raw_error_response(id_json, f.data_json);
    const error_row& row = describe(f.code);
    const std::string error =
        join({R"({"code":)", std::to_string(row.json_rpc), R"(,"message":)",
              quote_json(f.message()), R"(,"data":)", make_error_data(f), "}"});
    return make_raw_error_response(id_json, error);
}

std::string make_raw_error_response(std::string_view id_json, std::string_view error_json) {
    if (id_json.empty()) return join({R"({"jsonrpc":"2.0","error":)", error_json, "}"});
    return join({R"({"jsonrpc":"2.0","id":)", id_json, R"(,"error":)", error_json, "}"});
}

int error_code(std::string_view error_json) {
    const auto text = find_member(error_json, "code");
    int code = 0;
    std::from_chars(text.data(), text.data() + text.size(), code);
    return code;
}

bool is_modern_error(int code) {
    return code <= -32020 && code >= -32022;
}

} // namespace mcpgw
