// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_arguments.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <cmath>

namespace mcpgw {

namespace {

// Boost.JSON's own limit of 32 is lower than what scan_envelope() lets through.
constexpr std::size_t depth_max = 256;

fault expected(std::string_view key, std::string_view what) {
    return {errc::invalid_arguments, fmt::format("Argument '{}': expected {}", key, what)};
}

/// An integer, also one that was written as 10.0: JSON Schema counts both as integers.
std::optional<std::int64_t> as_integer(const boost::json::value& value) {
    if (const auto* const integer = value.if_int64()) return *integer;
    const auto* const number = value.if_double();
    if (number == nullptr || std::trunc(*number) != *number || std::fabs(*number) > 9e15)
        return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

} // namespace

demo_arguments::demo_arguments(boost::json::object members) : members_(std::move(members)) {}

result<demo_arguments> demo_arguments::parse(std::string_view raw) {
    if (raw.empty()) return demo_arguments{boost::json::object{}};
    boost::json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code ec;
    auto value = boost::json::parse(raw, ec, {}, options);
    if (ec || !value.is_object())
        return fault{errc::invalid_params, "'arguments' must be an object"};
    return demo_arguments{std::move(value.as_object())};
}

result<void> demo_arguments::check_none() const {
    if (members_.empty()) return {};
    return expected(std::string_view{members_.begin()->key()}, "no arguments at all");
}

result<std::string> demo_arguments::text(std::string_view key) const {
    const auto* const found = members_.if_contains(key);
    if (found == nullptr) return expected(key, "a string, but it is missing");
    const auto* const text = found->if_string();
    if (text == nullptr) return expected(key, "a string");
    return std::string{text->data(), text->size()};
}

result<std::optional<std::string>> demo_arguments::optional_text(std::string_view key) const {
    if (members_.if_contains(key) == nullptr) return std::optional<std::string>{};
    auto found = text(key);
    if (!found) return found.error();
    return std::optional{std::move(*found)};
}

result<boost::json::value> demo_arguments::number(std::string_view key) const {
    const auto* const found = members_.if_contains(key);
    if (found == nullptr) return expected(key, "a number, but it is missing");
    if (!found->is_number()) return expected(key, "a number");
    if (found->is_double() && !std::isfinite(found->get_double()))
        return expected(key, "a number that a double can hold");
    return *found;
}

result<double> demo_arguments::number_between(std::string_view key, double low, double high) const {
    const auto found = number(key);
    if (!found) return found.error();
    const auto value = found->to_number<double>();
    if (value < low || value > high)
        return expected(key, fmt::format("a number from {} to {}", low, high));
    return value;
}

result<std::int64_t> demo_arguments::integer_between(std::string_view key, std::int64_t low,
                                                     std::int64_t high,
                                                     std::int64_t fallback) const {
    const auto* const found = members_.if_contains(key);
    if (found == nullptr) return fallback;
    const auto value = as_integer(*found);
    if (!value || *value < low || *value > high)
        return expected(key, fmt::format("an integer from {} to {}", low, high));
    return *value;
}

} // namespace mcpgw
