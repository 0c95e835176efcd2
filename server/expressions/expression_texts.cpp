// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression_texts.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

using outcome = expression_result<operand>;
using arguments_span = std::span<operand>;

bool is_in_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The byte where that character begins; the end, where there are fewer.
std::size_t byte_of(std::string_view text, std::size_t character) {
    std::size_t at = 0;
    while (at < text.size() && character > 0) {
        ++at;
        while (at < text.size() && is_in_character(text[at])) ++at;
        --character;
    }
    return at;
}

/// Texts for the first `texts` arguments, and work for all of them paid; else why not.
expression_result<std::array<std::string_view, 3>> texts_of(std::string_view name,
                                                            arguments_span given, std::size_t texts,
                                                            expression_budget& budget) {
    std::array<std::string_view, 3> views{};
    for (std::size_t i = 0; i < std::min({texts, given.size(), views.size()}); ++i) {
        const auto* const text = given[i].get().if_string();
        if (text == nullptr)
            return expression_fault{
                expression_error::wrong_type, 0,
                fmt::format("{} takes a text, found a {}", name, type_name(given[i].get()))};
        views[i] = *text;
        if (!budget.spend_for_text(text->size())) return expression_budget::over();
    }
    return views;
}

/// A number from 0 as the argument `at`; `otherwise` where there is none.
expression_result<std::size_t> count_at(std::string_view name, arguments_span given, std::size_t at,
                                        std::size_t otherwise) {
    if (at >= given.size()) return otherwise;
    const auto* const n = given[at].get().if_int64();
    if (n == nullptr || *n < 0)
        return expression_fault{expression_error::wrong_type, 0,
                                fmt::format("{} takes a whole number from 0 here", name)};
    return static_cast<std::size_t>(*n);
}

outcome made_text(std::string text, expression_budget& budget) {
    if (!budget.make(text.size())) return expression_budget::over();
    return operand::made(json::string{text});
}

outcome starts_with(arguments_span given, expression_budget& budget) {
    const auto texts = texts_of("startsWith", given, 2, budget);
    if (texts.has_error()) return texts.error();
    return operand::made((*texts)[0].starts_with((*texts)[1]));
}

outcome ends_with(arguments_span given, expression_budget& budget) {
    const auto texts = texts_of("endsWith", given, 2, budget);
    if (texts.has_error()) return texts.error();
    return operand::made((*texts)[0].ends_with((*texts)[1]));
}

/// A search may look at each pair of bytes.
bool pay_search(std::string_view in, std::string_view what, expression_budget& budget) {
    constexpr std::size_t bytes_a_step = 64;
    return budget.spend(1 + in.size() / bytes_a_step * (1 + what.size() / bytes_a_step));
}

outcome contains(arguments_span given, expression_budget& budget) {
    const auto texts = texts_of("contains", given, 2, budget);
    if (texts.has_error()) return texts.error();
    if (!pay_search((*texts)[0], (*texts)[1], budget)) return expression_budget::over();
    return operand::made((*texts)[0].find((*texts)[1]) != std::string_view::npos);
}

outcome index_of(arguments_span given, expression_budget& budget) {
    const auto texts = texts_of("indexOf", given, 2, budget);
    if (texts.has_error()) return texts.error();
    if (!pay_search((*texts)[0], (*texts)[1], budget)) return expression_budget::over();
    const auto at = (*texts)[0].find((*texts)[1]);
    if (at == std::string_view::npos) return operand::made(-1);
    return operand::made(static_cast<std::int64_t>(count_characters((*texts)[0].substr(0, at))));
}

outcome with_ascii(std::string_view name, arguments_span given, expression_budget& budget,
                   char first, int shift) {
    const auto texts = texts_of(name, given, 1, budget);
    if (texts.has_error()) return texts.error();
    std::string text{(*texts)[0]};
    constexpr int letters = 26;
    for (auto& c : text)
        if (c >= first && c < first + letters) c = static_cast<char>(c + shift);
    return made_text(std::move(text), budget);
}
outcome lower(arguments_span given, expression_budget& budget) {
    return with_ascii("lowerAscii", given, budget, 'A', 'a' - 'A');
}
outcome upper(arguments_span given, expression_budget& budget) {
    return with_ascii("upperAscii", given, budget, 'a', 'A' - 'a');
}

outcome trim(arguments_span given, expression_budget& budget) {
    const auto texts = texts_of("trim", given, 1, budget);
    if (texts.has_error()) return texts.error();
    auto text = (*texts)[0];
    constexpr std::string_view space = " \t\r\n\v\f";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return made_text({}, budget);
    return made_text(std::string{text.substr(first, text.find_last_not_of(space) - first + 1)},
                     budget);
}

outcome substring(arguments_span given, expression_budget& budget) {
    const auto texts = texts_of("substring", given, 1, budget);
    if (texts.has_error()) return texts.error();
    const auto text = (*texts)[0];
    const auto from = count_at("substring", given, 1, 0);
    if (from.has_error()) return from.error();
    const auto to = count_at("substring", given, 2, text.size());
    if (to.has_error()) return to.error();
    const auto begin = byte_of(text, *from);
    const auto end = std::max(begin, byte_of(text, *to));
    return made_text(std::string{text.substr(begin, end - begin)}, budget);
}

outcome split(arguments_span given, expression_budget& budget) {
    const auto texts = texts_of("split", given, 2, budget);
    if (texts.has_error()) return texts.error();
    auto rest = (*texts)[0];
    const auto by = (*texts)[1];
    if (!pay_search(rest, by, budget)) return expression_budget::over();
    json::array made;
    for (bool is_last = false; !is_last;) {
        auto end = rest.find(by);
        if (by.empty()) end = byte_of(rest, 1) < rest.size() ? byte_of(rest, 1) : rest.npos;
        is_last = end == std::string_view::npos;
        const auto part = rest.substr(0, end);
        if (!budget.make(part.size() + sizeof(json::value))) return expression_budget::over();
        made.emplace_back(part);
        if (!is_last) rest.remove_prefix(end + by.size());
    }
    return operand::made(std::move(made));
}

outcome join(arguments_span given, expression_budget& budget) {
    const auto* const list = given[0].get().if_array();
    const auto* const by = given.size() > 1 ? given[1].get().if_string() : nullptr;
    if (list == nullptr || (given.size() > 1 && by == nullptr))
        return expression_fault{expression_error::wrong_type, 0,
                                "join takes a list and a text to put between its entries"};
    std::string text;
    bool is_first = true;
    for (const auto& each : *list) {
        const auto size = text.size();
        if (!is_first && by != nullptr) text += std::string_view{*by};
        is_first = false;
        if (!budget.make_copy(each)) return expression_budget::over();
        text += shown_text(each);
        if (!budget.make(text.size() - size)) return expression_budget::over();
    }
    return made_text(std::move(text), budget);
}

outcome replace(arguments_span given, expression_budget& budget) {
    const auto texts = texts_of("replace", given, 3, budget);
    if (texts.has_error()) return texts.error();
    auto [rest, from, to] = *texts;
    if (from.empty()) return std::move(given[0]);
    if (!pay_search(rest, from, budget)) return expression_budget::over();
    std::string made;
    for (auto at = rest.find(from); at != std::string_view::npos; at = rest.find(from)) {
        if (!budget.make(at + to.size())) return expression_budget::over();
        made.append(rest.substr(0, at)).append(to);
        rest.remove_prefix(at + from.size());
    }
    made += rest;
    return made_text(std::move(made), budget);
}

/// The list itself, to be changed.
expression_result<json::array> own_list(std::string_view name, operand given,
                                        expression_budget& budget) {
    if (!given.get().is_array())
        return expression_fault{
            expression_error::wrong_type, 0,
            fmt::format("{} takes a list, found a {}", name, type_name(given.get()))};
    auto taken = std::move(given).take(budget);
    if (taken.has_error()) return taken.error();
    return std::move(taken->as_array());
}

outcome sort(arguments_span given, expression_budget& budget) {
    auto list = own_list("sort", std::move(given[0]), budget);
    if (list.has_error()) return list.error();
    for (const auto& each : *list)
        if (!order_of(each, list->front()))
            return expression_fault{expression_error::wrong_type, 0,
                                    "sort needs entries that have an order"};
    constexpr std::size_t comparisons_each = 16; // of as many entries as the budget allows
    if (!budget.spend(list->size() * comparisons_each)) return expression_budget::over();
    std::vector<json::value> values{list->begin(), list->end()};
    std::ranges::stable_sort(values, [](const json::value& a, const json::value& b) {
        return order_of(a, b) == std::strong_ordering::less;
    });
    return operand::made(json::array(values.begin(), values.end()));
}

outcome reverse(arguments_span given, expression_budget& budget) {
    auto list = own_list("reverse", std::move(given[0]), budget);
    if (list.has_error()) return list.error();
    std::reverse(list->begin(), list->end());
    return operand::made(std::move(*list));
}

outcome distinct(arguments_span given, expression_budget& budget) {
    auto list = own_list("distinct", std::move(given[0]), budget);
    if (list.has_error()) return list.error();
    json::array made;
    for (auto& each : *list) {
        bool is_known = false;
        for (const auto& other : made) {
            const auto same = are_equal(each, other, budget);
            if (!same) return expression_budget::over();
            is_known = is_known || *same;
        }
        if (!is_known) made.push_back(std::move(each));
    }
    return operand::made(std::move(made));
}

outcome flatten(arguments_span given, expression_budget& budget) {
    auto list = own_list("flatten", std::move(given[0]), budget);
    if (list.has_error()) return list.error();
    json::array made;
    for (auto& each : *list) {
        auto* const inner = each.if_array();
        if (inner == nullptr) made.push_back(std::move(each));
        if (!budget.make(sizeof(json::value) * (inner == nullptr ? 1 : inner->size())))
            return expression_budget::over();
        if (inner != nullptr)
            for (auto& entry : *inner) made.push_back(std::move(entry));
    }
    return operand::made(std::move(made));
}

outcome slice(arguments_span given, expression_budget& budget) {
    const auto* const list = given[0].get().if_array();
    if (list == nullptr) return own_list("slice", std::move(given[0]), budget).error();
    const auto from = count_at("slice", given, 1, 0);
    if (from.has_error()) return from.error();
    const auto to = count_at("slice", given, 2, list->size());
    if (to.has_error()) return to.error();
    json::array made;
    for (auto i = *from; i < std::min(*to, list->size()); ++i) {
        auto copy = operand::of((*list)[i]).take(budget);
        if (copy.has_error()) return copy.error();
        made.push_back(std::move(*copy));
    }
    return operand::made(std::move(made));
}

constexpr std::array text_rows{
    expression_function{"startsWith", 2, 2, "whether a text begins with another", starts_with},
    expression_function{"endsWith", 2, 2, "whether it ends with it", ends_with},
    expression_function{"contains", 2, 2, "whether it has it anywhere", contains},
    expression_function{"indexOf", 2, 2, "the place of the first one, from 0; -1: it has none",
                        index_of},
    expression_function{"lowerAscii", 1, 1, "A to Z as a to z", lower},
    expression_function{"upperAscii", 1, 1, "a to z as A to Z", upper},
    expression_function{"trim", 1, 1, "without spaces and line ends around it", trim},
    expression_function{"substring", 2, 3, "from a character on, up to another", substring},
    expression_function{"split", 2, 2, "the parts between a text", split},
    expression_function{"join", 1, 2, "a list as one text, with a text between its entries", join},
    expression_function{"replace", 3, 3, "each of a text as another", replace},
};

constexpr std::array list_rows{
    expression_function{"sort", 1, 1, "in order", sort},
    expression_function{"reverse", 1, 1, "the last entry first", reverse},
    expression_function{"distinct", 1, 1, "each value once", distinct},
    expression_function{"flatten", 1, 1, "lists in a list as their entries", flatten},
    expression_function{"slice", 2, 3, "entries from a place on, up to another", slice},
};

} // namespace

std::span<const expression_function> text_functions() {
    return text_rows;
}

std::span<const expression_function> list_functions() {
    return list_rows;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return !is_in_character(c); }));
}

} // namespace mcpgw
