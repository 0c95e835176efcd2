// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/execute_arguments.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace mcpgw {

namespace json = boost::json;

namespace {

enum class argument_type : unsigned char { text, object, count };

struct argument_rule {
    std::string_view tool;
    std::string_view key;
    argument_type type;
};

constexpr std::array rules{
    argument_rule{"list_registered_children", "layer", argument_type::text},
    argument_rule{"list_registered_children", "tag", argument_type::text},
    argument_rule{"get_child_status", "server_id", argument_type::text},
    argument_rule{"get_child_status", "child_name", argument_type::text},
    argument_rule{"get_schema", "server_id", argument_type::text},
    argument_rule{"get_schema", "child_name", argument_type::text},
    argument_rule{"get_schema", "tool_name", argument_type::text},
    argument_rule{"get_schema", "query", argument_type::text},
    argument_rule{"close_child_session", "server_id", argument_type::text},
    argument_rule{"close_child_session", "child_name", argument_type::text},
    argument_rule{"execute_child_tool", "server_id", argument_type::text},
    argument_rule{"execute_child_tool", "child_name", argument_type::text},
    argument_rule{"execute_child_tool", "tool_name", argument_type::text},
    argument_rule{"execute_child_tool", "arguments", argument_type::object},
    argument_rule{"execute_child_tool", "tool_args", argument_type::object},
    argument_rule{"execute_child_tool", "head", argument_type::count},
    argument_rule{"execute_child_tool", "tail", argument_type::count},
    argument_rule{"execute_child_tool", "head_chars", argument_type::count},
    argument_rule{"execute_child_tool", "tail_chars", argument_type::count},
    argument_rule{"search_tools", "query", argument_type::text},
    argument_rule{"search_tools", "limit", argument_type::count},
    argument_rule{"search_tools", "schemas", argument_type::count},
    argument_rule{"search_tools", "server", argument_type::text},
    argument_rule{"describe_tool", "name", argument_type::text},
    argument_rule{"call_tool", "name", argument_type::text},
    argument_rule{"call_tool", "arguments", argument_type::object},
};

constexpr std::size_t depth_max = 256;

std::optional<std::uint64_t> count_of(const json::value& value) {
    if (const auto* const n = value.if_int64(); n != nullptr && *n >= 0)
        return static_cast<std::uint64_t>(*n);
    if (const auto* const n = value.if_uint64()) return *n;
    constexpr double whole_max = 9007199254740992.0; // beyond it not every number is one
    if (const auto* const n = value.if_double();
        n != nullptr && *n >= 0 && *n <= whole_max && std::trunc(*n) == *n)
        return static_cast<std::uint64_t>(*n);
    return std::nullopt;
}

/// A text that holds one JSON object: models that are asked for an object often write that.
std::optional<json::value> object_in(std::string_view text) {
    if (check_json(text, {depth_max}).has_error()) return std::nullopt;
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code ec;
    auto value = json::parse(text, ec, {}, options);
    if (ec || !value.is_object()) return std::nullopt;
    return value;
}

/// Makes the value one as its rule wants it, where its meaning is certain: "5" and 5.0 are the
/// number 5. False: it is not.
bool make_fit(json::value& value, argument_type type) {
    const auto* const text = value.if_string();
    switch (type) {
    case argument_type::text:
        return text != nullptr;
    case argument_type::object:
        if (text == nullptr) return value.is_object();
        if (auto object = object_in(*text)) value = std::move(*object);
        return value.is_object();
    case argument_type::count:
        break;
    }
    if (const auto count = count_of(value)) {
        value = *count;
        return true;
    }
    if (text == nullptr) return false;
    std::uint64_t number = 0;
    const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (ec != std::errc{} || end != text->data() + text->size()) return false;
    value = number;
    return true;
}

std::string_view expectation(argument_type type) {
    switch (type) {
    case argument_type::text:
        return "a string";
    case argument_type::object:
        return "an object";
    case argument_type::count:
        break;
    }
    return "a whole number from 0, or null";
}

/// The JSON that a text holds, in `room`; anything else as it is.
std::string_view unwrap(std::string_view raw, std::string& room) {
    if (!is_json_string(raw)) return raw;
    room = minify_json(unquote_json(raw).value_or("{}"));
    return room;
}

/// Both were given and say different things.
bool contradict(const json::object& object, std::string_view a, std::string_view b) {
    const auto* const one = object.if_contains(a);
    const auto* const other = object.if_contains(b);
    return one != nullptr && other != nullptr && *one != *other;
}

fault unknown_argument(std::string_view tool, std::string_view key) {
    std::string known;
    for (const auto& r : rules)
        if (r.tool == tool) known += fmt::format("{}`{}`", known.empty() ? "" : ", ", r.key);
    return {errc::invalid_arguments, fmt::format("{} has no argument `{}`; it takes {}", tool,
                                                 key.substr(0, utf8_prefix(key, 60)), known)};
}

} // namespace

result<json::object> parse_arguments(std::string_view arguments_json, std::string_view tool) {
    if (arguments_json.empty() || arguments_json == "null") return json::object{};
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code ec;
    auto value = json::parse(arguments_json, ec, {}, options);
    if (const auto* const text = ec ? nullptr : value.if_string())
        if (auto meant = object_in(*text)) value = std::move(*meant);
    if (ec || !value.is_object())
        return fault{errc::invalid_arguments, "`arguments` must be an object"};
    auto& object = value.as_object();
    for (auto at = object.begin(); at != object.end();) {
        if (at->value().is_null()) { // as if it were not there
            at = object.erase(at);
            continue;
        }
        const std::string_view key = at->key();
        const auto* const rule = std::ranges::find_if(
            rules, [&](const auto& r) { return r.tool == tool && r.key == key; });
        if (rule == rules.end()) return unknown_argument(tool, key);
        if (!make_fit(at->value(), rule->type))
            return fault{errc::invalid_arguments,
                         fmt::format("`{}` must be {}", rule->key, expectation(rule->type))};
        ++at;
    }
    if (contradict(object, "server_id", "child_name") ||
        contradict(object, "arguments", "tool_args"))
        return fault{errc::invalid_arguments,
                     "`child_name` is the older name of `server_id` and `tool_args` of "
                     "`arguments`: give one of each"};
    return std::move(object);
}

truncation truncation_of(const json::object& arguments) {
    const auto get = [&](std::string_view key) -> std::optional<std::size_t> {
        const auto* const value = arguments.if_contains(key);
        if (value == nullptr) return std::nullopt;
        return count_of(*value);
    };
    return {get("head"), get("tail"), get("head_chars"), get("tail_chars")};
}

std::string_view raw_tool_arguments(const client_request& request, std::string& room) {
    const auto outer = unwrap(request.message.in_params.arguments.of(request.text), room);
    for (const std::string_view key : {"arguments", "tool_args"}) {
        const auto raw = find_member(outer, key);
        if (raw.empty() || raw == "null") continue;
        if (!is_json_string(raw)) return raw;
        room = minify_json(unquote_json(raw).value_or("{}")); // a line end would end the message
        return room;
    }
    return "{}";
}

fault fault_of_child_error(std::string_view server, std::string_view tool,
                           std::string_view error_json) {
    int code = 0;
    const auto text = find_member(error_json, "code");
    std::from_chars(text.data(), text.data() + text.size(), code);
    const auto message = unquote_json(find_member(error_json, "message")).value_or("no message");
    return {code == -32602 ? errc::invalid_arguments : errc::server_failed,
            fmt::format("server '{}' refused to run '{}': {} ({})", server, tool, message, code)};
}

std::string with_structured_content(std::string result_json, std::string_view server,
                                    std::string_view tool) {
    if (!find_member(result_json, "structuredContent").empty()) return result_json;
    if (find_member(result_json, "resultType") == "\"input_required\"") return result_json;
    const auto brace = result_json.find('{');
    const bool is_empty = result_json.find_first_not_of(" \t", brace + 1) == result_json.rfind('}');
    result_json.insert(brace + 1,
                       fmt::format(R"("structuredContent":{{"server_id":{},"tool_name":{}}}{})",
                                   quote_json(server), quote_json(tool), is_empty ? "" : ","));
    return result_json;
}

} // namespace mcpgw
