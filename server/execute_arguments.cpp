#include "server/execute_arguments.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
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
};

constexpr std::size_t depth_max = 256;

std::optional<std::uint64_t> count_of(const json::value& value) {
    if (const auto* const n = value.if_int64(); n != nullptr && *n >= 0)
        return static_cast<std::uint64_t>(*n);
    if (const auto* const n = value.if_uint64()) return *n;
    return std::nullopt;
}

bool has_type(const json::value& value, argument_type type) {
    switch (type) {
    case argument_type::text:
        return value.is_string();
    case argument_type::object:
        return value.is_object();
    case argument_type::count:
        return value.is_null() || count_of(value).has_value();
    }
    return false;
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

} // namespace

result<json::object> parse_arguments(std::string_view arguments_json, std::string_view tool) {
    if (arguments_json.empty()) return json::object{};
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code ec;
    const auto value = json::parse(arguments_json, ec, {}, options);
    if (ec || !value.is_object())
        return fault{errc::invalid_arguments, "`arguments` must be an object"};
    for (const auto& [key, given] : value.as_object()) {
        const auto* const rule = std::ranges::find_if(
            rules, [&](const auto& r) { return r.tool == tool && r.key == std::string_view{key}; });
        if (rule == rules.end()) {
            std::string known;
            for (const auto& r : rules)
                if (r.tool == tool)
                    known += fmt::format("{}`{}`", known.empty() ? "" : ", ", r.key);
            return fault{errc::invalid_arguments,
                         fmt::format("{} has no argument `{}`; it takes {}", tool,
                                     std::string_view{key}.substr(0, utf8_prefix(key, 60)), known)};
        }
        if (!has_type(given, rule->type))
            return fault{errc::invalid_arguments,
                         fmt::format("`{}` must be {}", rule->key, expectation(rule->type))};
    }
    const auto& object = value.as_object();
    const bool is_twice = (object.contains("server_id") && object.contains("child_name")) ||
                          (object.contains("arguments") && object.contains("tool_args"));
    if (is_twice)
        return fault{errc::invalid_arguments,
                     "`child_name` is the older name of `server_id` and `tool_args` of "
                     "`arguments`: give one of each"};
    return object;
}

truncation truncation_of(const json::object& arguments) {
    const auto get = [&](std::string_view key) -> std::optional<std::size_t> {
        const auto* const value = arguments.if_contains(key);
        if (value == nullptr) return std::nullopt;
        return count_of(*value);
    };
    return {get("head"), get("tail"), get("head_chars"), get("tail_chars")};
}

std::string_view raw_tool_arguments(const client_request& request) {
    const auto outer = request.message.in_params.arguments.of(request.text);
    auto raw = find_member(outer, "arguments");
    if (raw.empty()) raw = find_member(outer, "tool_args");
    return raw.empty() ? std::string_view{"{}"} : raw;
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
