// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression_functions.hpp"

#include "server/expressions/expression_texts.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

using outcome = expression_result<operand>;
using arguments_span = std::span<operand>;

expression_fault wrong(std::string_view function, const json::value& found,
                       std::string_view wanted) {
    return {expression_error::wrong_type, 0,
            fmt::format("{} takes a {}, found a {}", function, wanted, type_name(found))};
}

expression_fault no_value(std::string message) {
    return {expression_error::no_value, 0, std::move(message)};
}

outcome size_of(arguments_span given, expression_budget& budget) {
    const auto& value = given[0].get();
    if (const auto* const text = value.if_string()) {
        if (!budget.spend_for_text(text->size())) return expression_budget::over();
        return operand::made(static_cast<std::int64_t>(count_characters(*text)));
    }
    if (const auto* const list = value.if_array())
        return operand::made(static_cast<std::int64_t>(list->size()));
    if (const auto* const map = value.if_object())
        return operand::made(static_cast<std::int64_t>(map->size()));
    return wrong("size", value, "text, a list or a map");
}

outcome type_of_value(arguments_span given, expression_budget& /*budget*/) {
    return operand::made(json::string{type_name(given[0].get())});
}

outcome to_string(arguments_span given, expression_budget& budget) {
    if (given[0].get().is_string()) return std::move(given[0]);
    if (!budget.make_copy(given[0].get())) return expression_budget::over();
    return operand::made(json::string{shown_text(given[0].get())});
}

outcome to_json(arguments_span given, expression_budget& budget) {
    if (!budget.make_copy(given[0].get())) return expression_budget::over();
    return operand::made(json::string{json::serialize(given[0].get())});
}

outcome from_json(arguments_span given, expression_budget& budget) {
    const auto* const text = given[0].get().if_string();
    if (text == nullptr) return wrong("fromJson", given[0].get(), "text");
    constexpr std::size_t growth = 16; // of "[0,0,…" as values
    if (!budget.make(text->size() * growth)) return expression_budget::over();
    boost::system::error_code ec;
    auto value = json::parse(*text, ec);
    if (ec) return no_value("the text is not JSON");
    return operand::made(std::move(value));
}

outcome to_int(arguments_span given, expression_budget& /*budget*/) {
    const auto& value = given[0].get();
    if (value.is_int64() || value.is_uint64()) return std::move(given[0]);
    if (const auto* const n = value.if_double()) {
        constexpr double limit = 9'223'372'036'854'775'808.0;
        const double whole = std::trunc(*n);
        if (whole < -limit || whole >= limit)
            return no_value("the number is too large for a whole one");
        return operand::made(static_cast<std::int64_t>(whole));
    }
    if (const auto* const yes = value.if_bool()) return operand::made(*yes ? 1 : 0);
    const auto* const text = value.if_string();
    if (text == nullptr) return wrong("int", value, "number or a text");
    std::int64_t number = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size())
        return no_value("the text is no whole number");
    return operand::made(number);
}

outcome to_double(arguments_span given, expression_budget& /*budget*/) {
    const auto& value = given[0].get();
    if (value.is_double()) return std::move(given[0]);
    if (const auto* const n = value.if_int64()) return operand::made(static_cast<double>(*n));
    if (const auto* const n = value.if_uint64()) return operand::made(static_cast<double>(*n));
    const auto* const text = value.if_string();
    if (text == nullptr) return wrong("double", value, "number or a text");
    double number = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || !std::isfinite(number))
        return no_value("the text is no number");
    return operand::made(number);
}

outcome to_bool(arguments_span given, expression_budget& /*budget*/) {
    const auto& value = given[0].get();
    if (value.is_bool()) return std::move(given[0]);
    const auto* const text = value.if_string();
    if (text == nullptr) return wrong("bool", value, "text");
    if (*text != "true" && *text != "false") return no_value("the text is neither true nor false");
    return operand::made(*text == "true");
}

outcome keys_of(arguments_span given, expression_budget& budget) {
    const auto* const map = given[0].get().if_object();
    if (map == nullptr) return wrong("keys", given[0].get(), "map");
    json::array made;
    for (const auto& [key, value] : *map) {
        if (!budget.make(key.size() + sizeof(json::value))) return expression_budget::over();
        made.emplace_back(key);
    }
    return operand::made(std::move(made));
}

outcome values_of(arguments_span given, expression_budget& budget) {
    auto taken = std::move(given[0]).take(budget);
    if (taken.has_error()) return taken.error();
    auto* const map = taken->if_object();
    if (map == nullptr) return wrong("values", *taken, "map");
    json::array made;
    for (auto& [key, value] : *map) {
        if (!budget.make(sizeof(json::value))) return expression_budget::over();
        made.push_back(std::move(value));
    }
    return operand::made(std::move(made));
}

outcome merge(arguments_span given, expression_budget& budget) {
    auto first = std::move(given[0]).take(budget);
    if (first.has_error()) return first.error();
    auto second = std::move(given[1]).take(budget);
    if (second.has_error()) return second.error();
    auto* const into = first->if_object();
    auto* const more = second->if_object();
    if (into == nullptr || more == nullptr)
        return wrong("merge", into == nullptr ? *first : *second, "map");
    for (auto& [key, value] : *more) {
        if (!budget.make(sizeof(json::value))) return expression_budget::over();
        (*into)[key] = std::move(value);
    }
    return operand::made(std::move(*first));
}

/// Of a list or of all arguments: the least (`wanted` < 0) or the greatest.
outcome extreme(std::string_view name, arguments_span given, int wanted,
                expression_budget& budget) {
    const auto* const list = given.size() == 1 ? given[0].get().if_array() : nullptr;
    if (given.size() == 1 && list == nullptr) return wrong(name, given[0].get(), "list");
    const auto count = list != nullptr ? list->size() : given.size();
    if (count == 0) return no_value(fmt::format("an empty list has no {}", name));
    const json::value* best = nullptr;
    for (std::size_t i = 0; i < count; ++i) {
        const auto& each = list != nullptr ? (*list)[i] : given[i].get();
        if (!budget.spend(1)) return expression_budget::over();
        const auto order = best == nullptr ? order_of(each, each) : order_of(each, *best);
        if (!order)
            return expression_fault{expression_error::wrong_type, 0,
                                    fmt::format("{} needs entries that have an order", name)};
        const bool is_better = wanted < 0 ? *order < 0 : *order > 0;
        if (best == nullptr || is_better) best = &each;
    }
    auto copied = operand::of(*best).take(budget);
    if (copied.has_error()) return copied.error();
    return operand::made(std::move(*copied));
}

outcome least(arguments_span given, expression_budget& budget) {
    return extreme("min", given, -1, budget);
}
outcome greatest(arguments_span given, expression_budget& budget) {
    return extreme("max", given, 1, budget);
}

outcome sum(arguments_span given, expression_budget& budget) {
    const auto* const list = given[0].get().if_array();
    if (list == nullptr) return wrong("sum", given[0].get(), "list");
    auto total = operand::made(0);
    for (const auto& each : *list) {
        if (!each.is_number() || !budget.spend(1))
            return each.is_number() ? outcome{expression_budget::over()}
                                    : outcome{wrong("sum", each, "list of numbers")};
        auto more = calculate('+', std::move(total), operand::of(each), budget);
        if (more.has_error()) return more;
        total = std::move(*more);
    }
    return total;
}

outcome round_with(std::string_view name, arguments_span given, double (*rounded)(double)) {
    const auto& value = given[0].get();
    if (value.is_int64() || value.is_uint64()) return std::move(given[0]);
    if (!value.is_double()) return wrong(name, value, "number");
    return operand::made(rounded(value.get_double()));
}
outcome round_down(arguments_span given, expression_budget& /*budget*/) {
    return round_with("floor", given, [](double n) { return std::floor(n); });
}
outcome round_up(arguments_span given, expression_budget& /*budget*/) {
    return round_with("ceil", given, [](double n) { return std::ceil(n); });
}
outcome round_near(arguments_span given, expression_budget& /*budget*/) {
    return round_with("round", given, [](double n) { return std::round(n); });
}

outcome absolute(arguments_span given, expression_budget& /*budget*/) {
    const auto& value = given[0].get();
    if (!value.is_number()) return wrong("abs", value, "number");
    const bool is_below = (value.is_int64() && value.get_int64() < 0) ||
                          (value.is_double() && value.get_double() < 0);
    if (!is_below) return std::move(given[0]);
    return negate(value);
}

constexpr std::array own_rows{
    expression_function{"size", 1, 1, "characters of a text, entries of a list or a map", size_of},
    expression_function{"type", 1, 1, "null, bool, int, double, string, list or map",
                        type_of_value},
    expression_function{"string", 1, 1, "a text as it is, anything else as JSON", to_string},
    expression_function{"int", 1, 1, "a whole number, of a number or a text", to_int},
    expression_function{"double", 1, 1, "a double, of a number or a text", to_double},
    expression_function{"bool", 1, 1, "of the texts true and false", to_bool},
    expression_function{"toJson", 1, 1, "a value as JSON text", to_json},
    expression_function{"fromJson", 1, 1, "the value that a JSON text says", from_json},
    expression_function{"keys", 1, 1, "the keys of a map", keys_of},
    expression_function{"values", 1, 1, "the values of a map", values_of},
    expression_function{"merge", 2, 2, "two maps as one; the second wins", merge},
    expression_function{"min", 1, 16, "the least of a list, or of its arguments", least},
    expression_function{"max", 1, 16, "the greatest", greatest},
    expression_function{"sum", 1, 1, "of a list of numbers", sum},
    expression_function{"abs", 1, 1, "a number without its sign", absolute},
    expression_function{"floor", 1, 1, "rounded down", round_down},
    expression_function{"ceil", 1, 1, "rounded up", round_up},
    expression_function{"round", 1, 1, "to the nearest whole number", round_near},
};

} // namespace

std::span<const expression_function> expression_functions() {
    static const auto all = [] {
        std::vector<expression_function> rows{own_rows.begin(), own_rows.end()};
        for (const auto part : {text_functions(), list_functions()})
            rows.insert(rows.end(), part.begin(), part.end());
        return rows;
    }();
    return all;
}

std::optional<std::uint8_t> find_function(std::string_view name) {
    const auto all = expression_functions();
    const auto found = std::ranges::find(all, name, &expression_function::name);
    if (found == all.end()) return std::nullopt;
    return static_cast<std::uint8_t>(found - all.begin());
}

} // namespace mcpgw
