// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_toml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <sstream>
#include <tuple>
#include <vector>

#include <toml.hpp>

namespace mcpgw {

namespace {

// ---- What differs between toml11 3 (Debian 12, Ubuntu 24.04) and 4 (Debian 13). ----

/// Where a value begins, both from 1.
struct place {
    std::size_t line, column;
};

#if TOML11_VERSION_MAJOR >= 4

class place_finder {
public:
    static place find(const toml::value& value) {
        const auto where = value.location();
        return {where.first_line_number(), where.first_column_number()};
    }
};

struct syntax_problem {
    std::size_t line;
    std::string title;
};

std::vector<syntax_problem> problems_of(const toml::syntax_error& error) {
    std::vector<syntax_problem> found;
    for (const auto& info : error.errors()) {
        // A key given twice has two places; the later one is the culprit.
        std::size_t line = 0;
        for (const auto& place : info.locations())
            line = std::max(line, place.first.first_line_number());
        found.push_back({line, info.title()});
    }
    return found;
}

#else

/// The library counts the lines before each value anew: minutes for a thousand servers.
class place_finder {
public:
    place find(const toml::value& value) {
        const auto* const region =
            dynamic_cast<const toml::detail::region*>(toml::detail::get_region(value));
        if (region == nullptr || !region->is_ok()) return {1, 1};
        const auto offset = region->first() - region->begin();
        if (starts_.size() == 1)
            for (auto at = region->begin(); at != region->end(); ++at)
                if (*at == '\n') starts_.push_back(at + 1 - region->begin());
        const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
        return {static_cast<std::size_t>(next - starts_.begin()),
                static_cast<std::size_t>(offset - *std::prev(next)) + 1};
    }

private:
    std::vector<std::ptrdiff_t> starts_{0}; ///< of all lines; filled by the first value
};

struct syntax_problem {
    std::size_t line;
    std::string title;
};

/// The exception's own location is where the reader gave up, often lines later. The message shows
/// the right ones as " 12 | text"; the last of them is the culprit, the others explain.
std::vector<syntax_problem> problems_of(const toml::syntax_error& error) {
    std::istringstream message(error.what());
    std::string title;
    std::getline(message, title);
    std::size_t line = 0;
    for (std::string row; std::getline(message, row);) {
        const auto digit = row.find_first_not_of(' ');
        if (digit == std::string::npos || row[digit] < '0' || row[digit] > '9') continue;
        const auto after = row.find_first_not_of("0123456789", digit);
        if (after == std::string::npos || row.compare(after, 2, " |") != 0 || after - digit > 9)
            continue;
        line = static_cast<std::size_t>(std::stoul(row.substr(digit, after - digit)));
    }
    return {{line != 0 ? line : error.location().line(), title}};
}

#endif

// ------------------------------------------------------------------------------------

/// What the library's title is about, in words that quote nothing of the file.
std::string explain(const std::string& title) {
    struct row {
        std::string_view part, meaning;
    };
    static constexpr std::array<row, 12> rows{{
        {"already", "this key or table is given twice"},
        {"twice", "this key or table is given twice"},
        {"conflict", "this key or table is given twice"},
        {"collides", "this key or table is given twice"},
        {"overwrit", "this key or table is given twice"},
        {"inline_table", "an inline table { … } must stand in one line and be closed by }"},
        {"inline table", "an inline table { … } must stand in one line and be closed by }"},
        {"array", "a list [ … ] is not written correctly"},
        {"utf", "a text is not valid UTF-8"},
        {"string", "a text is not closed or has an unknown \\ escape"},
        {"integer", "a number is not written correctly"},
        {"key", "expected key = value"},
    }};
    for (const auto& [part, meaning] : rows)
        if (title.find(part) != std::string::npos) return std::string{meaning};
    return "expected key = value, with texts in \"quotes\"";
}

config_node convert(const toml::value& value, place_finder& places);

void convert_table(const toml::value& value, config_node& node, place_finder& places) {
    struct entry {
        const std::string* key;
        const toml::value* value;
        place at;
    };
    // The library's tables have no order. Ours is the file's, so that problems come in it.
    std::vector<entry> entries;
    for (const auto& [key, member] : value.as_table())
        entries.push_back({&key, &member, places.find(member)});
    std::sort(entries.begin(), entries.end(), [](const entry& a, const entry& b) {
        return std::tie(a.at.line, a.at.column, *a.key) < std::tie(b.at.line, b.at.column, *b.key);
    });
    for (const auto& e : entries)
        node.members.push_back({*e.key, e.at.line, convert(*e.value, places)});
}

config_node convert(const toml::value& value, place_finder& places) {
    config_node node;
    node.line = places.find(value).line;
    if (value.is_table()) {
        node.kind = node_kind::object;
        convert_table(value, node, places);
    } else if (value.is_array()) {
        node.kind = node_kind::array;
        for (const auto& item : value.as_array()) node.items.push_back(convert(item, places));
    } else if (value.is_string()) {
        node.kind = node_kind::string;
        node.text = toml::get<std::string>(value);
    } else if (value.is_boolean()) {
        node.kind = node_kind::boolean;
        node.boolean = value.as_boolean();
        node.text = node.boolean ? "true" : "false";
    } else if (value.is_integer()) {
        node.kind = node_kind::integer;
        node.integer = value.as_integer();
        node.real = static_cast<double>(node.integer);
        node.text = std::to_string(node.integer);
    } else if (value.is_floating()) {
        node.kind = node_kind::real;
        node.real = value.as_floating();
        node.text = fmt::format("{}", node.real);
    } else {
        node.kind = node_kind::other;
    }
    return node;
}

/// The library recurses without a limit; this keeps it from running out of stack.
bool is_nested_too_deeply(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '#') {
            at = std::min(text.find('\n', at), text.size());
        } else if (c == '"' || c == '\'') {
            const bool is_long = text.substr(at, 3) == std::string(3, c);
            const std::string quote(is_long ? 3 : 1, c);
            for (at += quote.size(); at < text.size(); ++at) {
                if (c == '"' && text[at] == '\\') {
                    ++at;
                } else if (text.substr(at, quote.size()) == quote) {
                    at += quote.size() - 1;
                    break;
                }
            }
        } else if (c == '[' || c == '{') {
            if (++depth > config_depth_max) return true;
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return false;
}

} // namespace

std::optional<config_node> read_toml_document(std::string_view text, problem_log& problems) {
    if (is_nested_too_deeply(text)) {
        problems.error(0, "", "not valid TOML: nested too deeply");
        return std::nullopt;
    }
    std::istringstream stream{std::string{text}};
    try {
        place_finder places;
        return convert(toml::parse(stream, problems.file_of(0)), places);
    } catch (const toml::syntax_error& error) {
        for (const auto& p : problems_of(error))
            problems.error(p.line, "", "not valid TOML: " + explain(p.title));
    } catch (const std::exception&) { // e.g. std::out_of_range of a number; its text is no help
        problems.error(0, "", "not valid TOML: a value cannot be read");
    }
    return std::nullopt;
}

} // namespace mcpgw
