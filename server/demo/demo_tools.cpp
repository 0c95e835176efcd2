// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_tools.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "server/demo/demo_content.hpp"
#include "server/demo/demo_reply.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>

namespace mcpgw {

namespace {

constexpr std::int64_t lines_max = 1'000'000;
constexpr std::int64_t lines_default = 1000;

std::string structured_members(std::string_view text, std::string_view structured_json) {
    std::string members = text_members(text);
    members += R"(,"structuredContent":)";
    members += structured_json;
    return members;
}

/// The sum as JSON text, exact for integers of 64 bits. Empty where no double can hold it.
std::string sum_text(const boost::json::value& a, const boost::json::value& b) {
    std::int64_t exact = 0;
    if (a.is_int64() && b.is_int64() &&
        !__builtin_add_overflow(a.get_int64(), b.get_int64(), &exact))
        return fmt::format("{}", exact);
    std::uint64_t large = 0;
    if (!a.is_double() && !b.is_double() && !(a.is_int64() && a.get_int64() < 0) &&
        !(b.is_int64() && b.get_int64() < 0) &&
        !__builtin_add_overflow(a.to_number<std::uint64_t>(), b.to_number<std::uint64_t>(), &large))
        return fmt::format("{}", large);
    const double sum = a.to_number<double>() + b.to_number<double>();
    if (!std::isfinite(sum)) return {};
    return fmt::format("{}", sum);
}

} // namespace

result<std::string> call_echo(const demo_arguments& arguments) {
    const auto message = arguments.text("message");
    if (!message) return message.error();
    return text_members(*message);
}

result<std::string> call_add(const demo_arguments& arguments) {
    const auto a = arguments.number("a");
    if (!a) return a.error();
    const auto b = arguments.number("b");
    if (!b) return b.error();
    const std::string sum = sum_text(*a, *b);
    if (sum.empty())
        return fault{errc::invalid_arguments, "Arguments 'a' and 'b': expected a sum that a double "
                                              "can hold"};
    return structured_members(sum, R"({"sum":)" + sum + "}");
}

result<std::string> call_large_text(const demo_arguments& arguments) {
    const auto lines = arguments.integer_between("lines", 1, lines_max, lines_default);
    if (!lines) return lines.error();
    std::string text;
    for (std::int64_t line = 1; line <= *lines; ++line) {
        if (line > 1) text += '\n';
        fmt::format_to(std::back_inserter(text), "line {}", line);
    }
    return text_members(text);
}

result<std::string> call_image(const demo_arguments& arguments) {
    const auto none = arguments.check_none();
    if (!none) return none.error();
    std::string members = R"("content":[{"type":"image","data":")";
    members += demo_logo_base64();
    members += R"(","mimeType":"image/png"},)";
    members += R"({"type":"text","text":"A gateway: a PNG image of 16 by 16 pixels"}])";
    return members;
}

result<std::string> call_fail(const demo_arguments& arguments) {
    const auto message = arguments.text("message");
    if (!message) return message.error();
    return tool_error_members(*message);
}

result<std::string> call_environment(const demo_arguments& arguments,
                                     const demo_surroundings& surroundings) {
    const auto none = arguments.check_none();
    if (!none) return none.error();
    std::string json = R"({"cwd":)" + quote_json(surroundings.working_directory) + R"(,"names":[)";
    for (const auto& name : surroundings.variable_names) {
        if (json.back() != '[') json += ',';
        json += quote_json(name);
    }
    json += "]}";
    return structured_members(json, json);
}

result<demo_log_entry> parse_log_call(const demo_arguments& arguments) {
    auto level = arguments.text("level");
    if (!level) return level.error();
    const auto severity = parse_log_level(*level);
    if (!severity)
        return fault{errc::invalid_arguments,
                     "Argument 'level': expected debug, info, notice, warning, error, critical, "
                     "alert or emergency"};
    auto message = arguments.text("message");
    if (!message) return message.error();
    return demo_log_entry{std::move(*level), *severity, std::move(*message)};
}

std::string log_params(const demo_log_entry& entry) {
    return R"({"level":")" + entry.level + R"(","logger":"demo","data":)" +
           quote_json(entry.message) + "}";
}

} // namespace mcpgw
