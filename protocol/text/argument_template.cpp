// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/argument_template.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace mcpgw {

namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";
constexpr int depth_max = 64; // of a template; the configuration allows no more

struct placeholder {
    std::size_t begin = 0;
    std::size_t end = 0;   ///< after }}; 0: it is not closed
    std::string_view path; ///< without blanks around it
};

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::optional<placeholder> next_placeholder(std::string_view text, std::size_t from) {
    const auto begin = text.find(opening, from);
    if (begin == std::string_view::npos) return std::nullopt;
    placeholder found;
    found.begin = begin;
    const auto end = text.find(closing, begin);
    if (end == std::string_view::npos) return found;
    found.path = trimmed(text.substr(begin + opening.size(), end - begin - opening.size()));
    found.end = end + closing.size();
    return found;
}

std::string_view element_at(std::string_view array, std::string_view index_text) {
    std::size_t index = 0;
    const auto* const end = index_text.data() + index_text.size();
    if (std::from_chars(index_text.data(), end, index).ptr != end) return {};
    element_reader elements{array};
    for (std::size_t i = 0; const auto element = elements.next(); ++i)
        if (i == index) return *element;
    return {};
}

/// The raw value that a path leads to; empty: there is none.
std::string_view value_at(std::string_view value, std::string_view path) {
    while (!value.empty()) {
        const auto dot = path.find('.');
        const auto name = path.substr(0, dot);
        value = is_json_array(value) ? element_at(value, name) : find_member(value, name);
        if (dot == std::string_view::npos) return value;
        path.remove_prefix(dot + 1);
    }
    return {};
}

/// A text of the template as a raw value; empty: it is left out.
std::string fill_text(std::string_view raw, std::string_view arguments) {
    const auto text = unquote_json(raw).value_or("");
    auto next = next_placeholder(text, 0);
    if (!next) return std::string{raw};
    if (next->begin == 0 && next->end == text.size())
        return std::string{value_at(arguments, next->path)};
    std::string filled;
    std::size_t at = 0;
    for (; next && next->end != 0; next = next_placeholder(text, at)) {
        filled += text.substr(at, next->begin - at);
        const auto value = value_at(arguments, next->path);
        filled += unquote_json(value).value_or(std::string{value});
        at = next->end;
    }
    filled += text.substr(at);
    return quote_json(filled);
}

std::string fill(std::string_view value, std::string_view arguments, int depth) {
    if (is_json_string(value)) return fill_text(value, arguments);
    if (depth >= depth_max) return std::string{value};
    if (is_json_object(value)) {
        member_writer out;
        member_reader members{value};
        while (const auto member = members.next()) {
            const auto filled = fill(member->value, arguments, depth + 1);
            if (!filled.empty()) out.add(member->key, filled);
        }
        return out.object();
    }
    if (is_json_array(value)) {
        std::string list;
        element_reader elements{value};
        while (const auto element = elements.next()) {
            const auto filled = fill(*element, arguments, depth + 1);
            if (filled.empty()) continue;
            list += list.empty() ? "" : ",";
            list += filled;
        }
        return "[" + list + "]";
    }
    return std::string{value};
}

} // namespace

std::optional<std::string> placeholder_problem(std::string_view text) {
    std::size_t at = 0;
    while (const auto next = next_placeholder(text, at)) {
        if (next->end == 0) return "a {{ is not followed by }}";
        const auto& path = next->path;
        const bool is_path = !path.empty() && path.front() != '.' && path.back() != '.' &&
                             path.find("..") == std::string_view::npos &&
                             path.find_first_of("{} \"\\") == std::string_view::npos;
        if (!is_path) return fmt::format("{{{{{}}}}} does not name an argument", std::string{path});
        at = next->end;
    }
    return std::nullopt;
}

std::string fill_template(std::string_view template_json, std::string_view arguments) {
    return fill(template_json, arguments, 0);
}

} // namespace mcpgw
