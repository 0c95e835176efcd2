// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/param_headers.hpp"

#include "protocol/ascii.hpp"
#include "protocol/http/header_value.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace mcpgw {

namespace {

constexpr std::string_view annotation = "x-mcp-header";
constexpr std::string_view field_prefix = "Mcp-Param-";
constexpr std::size_t shown_bytes_max = 80; // of a value in an error text

std::string shown(std::string_view value) {
    auto text = sanitize_utf8(value.substr(0, shown_bytes_max * 4));
    const auto kept = utf8_prefix(text, shown_bytes_max);
    if (kept == text.size() && value.size() <= shown_bytes_max * 4) return text;
    text.resize(kept);
    return text + "...";
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return is_alnum(c) || marks.find(c) != std::string_view::npos;
    });
}

/// The member's key with its escapes resolved: two spellings of one name must not differ.
std::string name_of(const json_member& member) {
    if (member.key.find('\\') == std::string_view::npos) return std::string{member.key};
    return unquote_json(fmt::format("\"{}\"", member.key)).value_or(std::string{member.key});
}

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
    return std::ranges::find(names, name) != names.end();
}

// JSON Schema 2020-12: values of these are data, whatever they look like.
constexpr std::array<std::string_view, 4> data_keywords{"const", "default", "enum", "examples"};
// Values of these map names to schemas, so a name in them is no keyword.
constexpr std::array<std::string_view, 5> schema_maps{"$defs", "definitions", "dependencies",
                                                      "dependentSchemas", "patternProperties"};

std::string_view last_value_of(std::string_view object, std::string_view name) {
    std::string_view value;
    member_reader reader{object};
    while (const auto member = reader.next())
        if (name_of(*member) == name) value = member->value;
    return value;
}

/// string, integer or boolean; or one of them and null.
bool is_mirrored_type(std::string_view raw) {
    constexpr std::array<std::string_view, 3> allowed{R"("string")", R"("integer")",
                                                      R"("boolean")"};
    if (!is_json_array(raw)) return is_one_of(raw, allowed);
    std::size_t primitives = 0;
    element_reader reader{raw};
    while (const auto element = reader.next()) {
        if (*element == R"("null")") continue;
        if (!is_one_of(*element, allowed)) return false;
        ++primitives;
    }
    return primitives == 1;
}

/// Walks over a schema. Its depth is that of the message it came in, which the scanner limits.
class annotation_finder {
public:
    result<void> walk(std::string_view schema, bool is_reachable) {
        if (is_json_array(schema)) return walk_elements(schema);
        if (!is_json_object(schema)) return {};
        member_reader reader{schema};
        while (const auto member = reader.next()) {
            const auto key = name_of(*member);
            if (is_one_of(key, data_keywords)) continue;
            auto done = key == annotation             ? add(schema, member->value, is_reachable)
                        : key == "properties"         ? walk_map(member->value, is_reachable)
                        : is_one_of(key, schema_maps) ? walk_map(member->value, false)
                                                      : walk(member->value, false);
            if (done.has_error()) return done;
        }
        return {};
    }

    std::vector<param_header> take() { return std::move(found_); }

private:
    result<void> walk_elements(std::string_view array) {
        element_reader reader{array};
        while (const auto element = reader.next())
            if (auto done = walk(*element, false); done.has_error()) return done;
        return {};
    }

    result<void> walk_map(std::string_view map, bool is_reachable) {
        if (!is_json_object(map)) return {};
        member_reader reader{map};
        while (const auto member = reader.next()) {
            path_.push_back(name_of(*member));
            auto done = walk(member->value, is_reachable);
            path_.pop_back();
            if (done.has_error()) return done;
        }
        return {};
    }

    result<void> add(std::string_view schema, std::string_view raw, bool is_reachable) {
        const auto name = unquote_json(raw);
        if (!name) return invalid("is no string");
        if (!is_token(*name))
            return invalid(fmt::format("'{}' is no HTTP field name (RFC 9110, 5.1)", shown(*name)));
        if (!is_reachable || path_.empty())
            return invalid(fmt::format("'{}' is not on a property that is reached through "
                                       "'properties' alone",
                                       shown(*name)));
        if (!is_mirrored_type(last_value_of(schema, "type")))
            return invalid(fmt::format("'{}' is on a property whose type is not string, integer "
                                       "or boolean",
                                       shown(*name)));
        auto field = fmt::format("{}{}", field_prefix, *name);
        for (const auto& other : found_)
            if (equals_ignoring_case(other.field, field))
                return invalid(fmt::format("'{}' is there twice", shown(*name)));
        found_.push_back({path_, std::move(field)});
        return {};
    }

    static result<void> invalid(std::string_view problem) {
        return fault{errc::invalid_params, fmt::format("{} {}", annotation, problem)};
    }

    std::vector<std::string> path_;
    std::vector<param_header> found_;
};

/// The raw value at the path; empty where there is none, and for null.
std::string_view value_at(std::string_view arguments, const std::vector<std::string>& path) {
    auto value = arguments;
    for (const auto& name : path) {
        if (!is_json_object(value)) return {};
        value = last_value_of(value, name);
    }
    return value == "null" ? std::string_view{} : value;
}

bool is_json_number(std::string_view raw) {
    return !raw.empty() && (raw[0] == '-' || is_digit(raw[0]));
}

/// A decimal number in one form only, so that equal numbers are equal here, however long.
struct decimal {
    bool is_negative = false;
    std::string digits; ///< without zeros at either end; empty: zero
    std::int64_t exponent = 0;
    friend bool operator==(const decimal&, const decimal&) = default;
};

/// Reads what JSON calls a number; nothing if `text` is none.
std::optional<decimal> parse_decimal(std::string_view text) {
    decimal number;
    if (text.starts_with('-')) {
        number.is_negative = true;
        text.remove_prefix(1);
    }
    const auto take_digits = [&text, &number] {
        std::size_t count = 0;
        while (count < text.size() && is_digit(text[count])) ++count;
        number.digits += text.substr(0, count);
        text.remove_prefix(count);
        return count;
    };
    const auto whole = take_digits();
    if (whole == 0 || (whole > 1 && number.digits.starts_with('0'))) return std::nullopt;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const auto fraction = take_digits();
        if (fraction == 0) return std::nullopt;
        number.exponent = -static_cast<std::int64_t>(fraction);
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(text.starts_with("e+") || text.starts_with("E+") ? 2 : 1);
        std::int32_t exponent = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), exponent);
        if (ec != std::errc{}) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        number.exponent += exponent;
    }
    if (!text.empty()) return std::nullopt;
    while (number.digits.ends_with('0')) {
        number.digits.pop_back();
        ++number.exponent;
    }
    number.digits.erase(0, std::min(number.digits.find_first_not_of('0'), number.digits.size()));
    if (number.digits.empty()) return decimal{};
    return number;
}

/// Decimal digits where that is short (1e3, 42.0); else as it is written.
std::string integer_text(std::string_view raw) {
    constexpr std::int64_t zeros_max = 20;
    const auto number = parse_decimal(raw);
    if (!number || number->exponent < 0 || number->exponent > zeros_max) return std::string{raw};
    if (number->digits.empty()) return "0";
    return fmt::format("{}{}{}", number->is_negative ? "-" : "", number->digits,
                       std::string(static_cast<std::size_t>(number->exponent), '0'));
}

bool is_equal(std::string_view decoded, std::string_view raw) {
    if (is_json_string(raw)) return unquote_json(raw) == decoded;
    if (!is_json_number(raw)) return raw == decoded;
    const auto number = parse_decimal(decoded);
    return number && number == parse_decimal(raw);
}

fault mismatch(std::string_view field, std::string_view problem) {
    return {errc::header_mismatch, fmt::format("Header mismatch: {} {}", field, problem)};
}

} // namespace

result<std::vector<param_header>> read_param_headers(std::string_view input_schema) {
    // Most schemas have none; the escape could hide one.
    if (input_schema.find(annotation) == std::string_view::npos &&
        input_schema.find("\\u") == std::string_view::npos)
        return std::vector<param_header>{};
    annotation_finder finder;
    if (auto done = finder.walk(input_schema, true); done.has_error()) return done.error();
    return finder.take();
}

result<void> check_param_headers(const std::vector<param_header>& expected,
                                 const param_fields& sent, std::string_view arguments) {
    for (const auto& [path, field] : expected) {
        const auto raw = value_at(arguments, path);
        const std::string* value = nullptr;
        for (const auto& [name, text] : sent) {
            if (!equals_ignoring_case(name, field)) continue;
            if (value != nullptr) return mismatch(field, "is sent twice");
            value = &text;
        }
        if (value == nullptr && raw.empty()) continue;
        const auto place = fmt::format("params.arguments.{}", fmt::join(path, "."));
        if (value == nullptr)
            return mismatch(field, fmt::format("is missing while the body has {}", shown(place)));
        if (raw.empty())
            return mismatch(field, fmt::format("is sent while the body has no {}", shown(place)));
        const auto decoded = decode_header_value(*value);
        if (!decoded) return mismatch(field, "contains invalid characters or invalid Base64");
        if (!is_equal(*decoded, raw))
            return mismatch(field, fmt::format("value '{}' does not match {} in the body",
                                               shown(*decoded), shown(place)));
    }
    return {};
}

param_fields make_param_headers(const std::vector<param_header>& wanted,
                                std::string_view arguments) {
    param_fields fields;
    for (const auto& [path, field] : wanted) {
        const auto raw = value_at(arguments, path);
        if (raw.empty() || is_json_object(raw) || is_json_array(raw)) continue;
        const auto text = is_json_string(raw)   ? unquote_json(raw).value_or("")
                          : is_json_number(raw) ? integer_text(raw)
                                                : std::string{raw};
        fields.emplace_back(field, encode_header_value(text));
    }
    return fields;
}

} // namespace mcpgw
