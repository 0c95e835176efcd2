// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression_operand.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>

namespace mcpgw {

namespace json = boost::json;

namespace {

/// Wide enough for every whole number of JSON and every double, exactly.
std::optional<long double> number_of(const json::value& value) {
    if (const auto* const n = value.if_int64()) return static_cast<long double>(*n);
    if (const auto* const n = value.if_uint64()) return static_cast<long double>(*n);
    if (const auto* const n = value.if_double()) return static_cast<long double>(*n);
    return std::nullopt;
}

bool is_whole(const json::value& value) {
    return value.is_int64() || value.is_uint64();
}

expression_fault no_value(std::string message) {
    return {expression_error::no_value, 0, std::move(message)};
}

expression_result<operand> calculate_whole(char sign, std::int64_t a, std::int64_t b) {
    std::int64_t made = 0;
    bool is_too_large = false;
    if ((sign == '/' || sign == '%') && b == 0) return no_value("a division by zero");
    const bool is_minus_one = b == -1; // the smallest number has no opposite
    if (sign == '+') is_too_large = __builtin_add_overflow(a, b, &made);
    if (sign == '-') is_too_large = __builtin_sub_overflow(a, b, &made);
    if (sign == '*') is_too_large = __builtin_mul_overflow(a, b, &made);
    if (sign == '/' && is_minus_one) is_too_large = __builtin_sub_overflow(0, a, &made);
    if (sign == '/' && !is_minus_one) made = a / b;
    if (sign == '%' && !is_minus_one) made = a % b;
    if (is_too_large) return no_value("the result is too large for a whole number");
    return operand::made(made);
}

expression_result<operand> calculate_real(char sign, double a, double b) {
    double made = 0;
    if (sign == '+') made = a + b;
    if (sign == '-') made = a - b;
    if (sign == '*') made = a * b;
    if (sign == '/') made = b == 0 ? std::nan("") : a / b;
    if (!std::isfinite(made))
        return no_value(b == 0 ? "a division by zero" : "the result is too large");
    return operand::made(made);
}

expression_result<operand> join_lists(operand a, operand b, expression_budget& budget) {
    auto made = std::move(a).take(budget);
    if (made.has_error()) return made.error();
    auto more = std::move(b).take(budget);
    if (more.has_error()) return more.error();
    auto& list = made->as_array();
    auto& rest = more->as_array();
    if (!budget.make(sizeof(json::value) * (list.size() + rest.size())))
        return expression_budget::over();
    for (auto& each : rest) list.push_back(std::move(each));
    return operand::made(std::move(*made));
}

} // namespace

expression_result<json::value> operand::take(expression_budget& budget) && {
    if (seen_ == nullptr) return std::move(own_);
    if (!budget.make_copy(*seen_)) return expression_budget::over();
    return json::value(*seen_);
}

operand operand::inside(const json::value& part) && {
    if (seen_ != nullptr) return of(part);
    // A part of what is made here is this operand's own to take apart.
    return made(std::move(const_cast<json::value&>(part))); // NOLINT(*-const-cast)
}

std::string_view type_name(const json::value& value) {
    switch (value.kind()) {
    case json::kind::null:
        return "null";
    case json::kind::bool_:
        return "bool";
    case json::kind::int64:
    case json::kind::uint64:
        return "int";
    case json::kind::double_:
        return "double";
    case json::kind::string:
        return "string";
    case json::kind::array:
        return "list";
    case json::kind::object:
        break;
    }
    return "map";
}

std::optional<bool> are_equal(const json::value& a, const json::value& b,
                              expression_budget& budget) {
    if (!budget.spend(1)) return std::nullopt;
    if (const auto x = number_of(a), y = number_of(b); x && y) return *x == *y;
    if (a.kind() != b.kind()) return false;
    if (const auto* const text = a.if_string()) {
        if (!budget.spend_for_text(text->size())) return std::nullopt;
        return *text == b.get_string();
    }
    if (const auto* const list = a.if_array()) {
        const auto& other = b.get_array();
        if (list->size() != other.size()) return false;
        for (std::size_t i = 0; i < list->size(); ++i)
            if (const auto same = are_equal((*list)[i], other[i], budget); !same || !*same)
                return same;
        return true;
    }
    if (const auto* const map = a.if_object()) {
        const auto& other = b.get_object();
        if (map->size() != other.size()) return false;
        for (const auto& [key, value] : *map) {
            const auto* const found = other.if_contains(key);
            if (found == nullptr) return false;
            if (const auto same = are_equal(value, *found, budget); !same || !*same) return same;
        }
        return true;
    }
    return a == b; // null, true, false
}

std::optional<std::strong_ordering> order_of(const json::value& a, const json::value& b) {
    const auto order = [](const auto& x, const auto& y) {
        return x < y   ? std::strong_ordering::less
               : y < x ? std::strong_ordering::greater
                       : std::strong_ordering::equal;
    };
    if (const auto x = number_of(a), y = number_of(b); x && y) return order(*x, *y);
    if (a.kind() != b.kind()) return std::nullopt;
    if (a.is_string())
        return order(std::string_view{a.get_string()}, std::string_view{b.get_string()});
    if (a.is_bool()) return order(a.get_bool(), b.get_bool());
    return std::nullopt;
}

expression_result<operand> calculate(char sign, operand a, operand b, expression_budget& budget) {
    const auto& left = a.get();
    const auto& right = b.get();
    if (sign == '+' && left.is_string() && right.is_string()) {
        const auto& one = left.get_string();
        const auto& other = right.get_string();
        if (!budget.make(one.size() + other.size())) return expression_budget::over();
        json::string joined{one};
        joined += other;
        return operand::made(std::move(joined));
    }
    if (sign == '+' && left.is_array() && right.is_array())
        return join_lists(std::move(a), std::move(b), budget);
    const auto x = number_of(left);
    const auto y = number_of(right);
    const bool is_remainder_of_real = sign == '%' && !(is_whole(left) && is_whole(right));
    if (!x || !y || is_remainder_of_real)
        return expression_fault{expression_error::wrong_type, 0,
                                fmt::format("there is no {} {} {}{}", type_name(left), sign,
                                            type_name(right),
                                            sign == '+' && (left.is_string() || right.is_string())
                                                ? "; string(x) makes a text of x"
                                                : "")};
    if (!is_whole(left) || !is_whole(right))
        return calculate_real(sign, static_cast<double>(*x), static_cast<double>(*y));
    if (!left.is_int64() || !right.is_int64())
        return no_value("the number is too large to calculate with");
    return calculate_whole(sign, left.get_int64(), right.get_int64());
}

expression_result<operand> negate(const json::value& a) {
    if (const auto* const n = a.if_double()) return operand::made(-*n);
    if (const auto* const n = a.if_int64()) return calculate_whole('-', 0, *n);
    if (a.is_uint64()) return no_value("the number is too large to calculate with");
    return expression_fault{expression_error::wrong_type, 0,
                            fmt::format("there is no - of a {}", type_name(a))};
}

std::string shown_text(const json::value& value) {
    if (const auto* const text = value.if_string()) return {text->data(), text->size()};
    return json::serialize(value);
}

} // namespace mcpgw
