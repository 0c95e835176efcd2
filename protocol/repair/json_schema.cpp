// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/json_schema.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/text/value_rules.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace mcpgw {

namespace {

bool is_flag(std::string_view raw) {
    return raw == "true" || raw == "false";
}

bool is_count(std::string_view raw) {
    return is_whole_number(raw) && raw.front() != '-';
}

bool is_positive(std::string_view raw) {
    return is_finite_number(raw) && raw.front() != '-' &&
           raw.find_first_of("123456789") < raw.find_first_of("eE");
}

bool is_list_of(std::string_view raw, bool (*is_one)(std::string_view)) {
    if (!is_json_array(raw)) return false;
    element_reader elements{raw};
    while (const auto element = elements.next())
        if (!is_one(*element)) return false;
    return true;
}

bool is_text_list(std::string_view raw) {
    return is_list_of(raw, [](std::string_view each) { return is_json_string(each); });
}

bool is_filled_list(std::string_view raw) {
    return is_json_array(raw) && element_reader{raw}.next().has_value();
}

bool is_type(std::string_view raw) {
    static constexpr std::array<std::string_view, 7> types{
        R"("string")",  R"("number")", R"("integer")", R"("boolean")",
        R"("object")", R"("array")",  R"("null")"};
    return std::ranges::find(types, raw) != types.end();
}

bool is_types(std::string_view raw) {
    return is_type(raw) || (is_filled_list(raw) && is_list_of(raw, is_type));
}

/// What JavaScript refuses with the flag `u`, as validators use it: escapes that mean nothing, and
/// the groups of Python and Perl. Brackets are to be closed. Not a parser of patterns.
bool is_pattern(std::string_view raw) {
    const auto pattern = unquote_json(raw);
    if (!pattern) return false;
    static constexpr std::string_view escapes = "dDsSwWbBnrtfvcxukpP0123456789^$\\.*+?()[]{}|/-";
    int open = 0;
    bool is_in_class = false;
    for (std::size_t i = 0; i < pattern->size(); ++i) {
        const char c = (*pattern)[i];
        if (c == '\\') {
            if (++i == pattern->size() || escapes.find((*pattern)[i]) == std::string_view::npos)
                return false;
        } else if (is_in_class) {
            is_in_class = c != ']';
        } else if (c == '[') {
            is_in_class = true;
        } else if (c == '(') {
            ++open;
            constexpr std::string_view groups = ":=!<";
            const bool is_special = i + 2 < pattern->size() && (*pattern)[i + 1] == '?';
            if (is_special && groups.find((*pattern)[i + 2]) == groups.npos) return false;
        } else if (c == ')' && --open < 0) {
            return false;
        }
    }
    return open == 0 && !is_in_class;
}

class schema_check {
public:
    explicit schema_check(std::string_view root) : root_(root) {}

    // NOLINTNEXTLINE(misc-no-recursion): the depth of what was scanned is bounded
    [[nodiscard]] bool is_schema(std::string_view raw) const {
        if (is_flag(raw)) return true;
        if (!is_json_object(raw)) return false;
        member_reader members{raw};
        while (const auto member = members.next())
            if (!is_good(member->key, member->value)) return false;
        return true;
    }

private:
    using rule = bool (schema_check::*)(std::string_view) const;
    struct keyword {
        std::string_view name;
        bool (*is_good)(std::string_view) = nullptr;
        rule is_good_here = nullptr;
    };

    // NOLINTNEXTLINE(misc-no-recursion)
    [[nodiscard]] bool is_good(std::string_view key, std::string_view value) const {
        for (const auto& known : keywords) {
            if (known.name != key) continue;
            return known.is_good != nullptr ? known.is_good(value)
                                            : (this->*known.is_good_here)(value);
        }
        return true;
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    [[nodiscard]] bool are_named_schemas(std::string_view raw) const {
        if (!is_json_object(raw)) return false;
        member_reader members{raw};
        while (const auto member = members.next())
            if (!is_schema(member->value)) return false;
        return true;
    }
    // NOLINTNEXTLINE(misc-no-recursion)
    [[nodiscard]] bool are_schemas(std::string_view raw) const {
        if (!is_filled_list(raw)) return false;
        element_reader elements{raw};
        while (const auto element = elements.next())
            if (!is_schema(*element)) return false;
        return true;
    }
    /// In draft 7 a list of schemas too.
    // NOLINTNEXTLINE(misc-no-recursion)
    [[nodiscard]] bool is_items(std::string_view raw) const {
        return is_schema(raw) || are_schemas(raw);
    }
    /// Elsewhere than in this schema there is nothing to be found: nobody fetches for a validator.
    [[nodiscard]] bool is_reference(std::string_view raw) const {
        const auto reference = unquote_json(raw);
        if (!reference) return false;
        if (*reference == "#") return true;
        const bool has_names = root_.find("\"$id\"") != std::string_view::npos ||
                               root_.find("\"$anchor\"") != std::string_view::npos;
        if (!reference->starts_with("#/")) return has_names;
        return has_names || is_there(std::string_view{*reference}.substr(1));
    }
    /// By a JSON pointer (RFC 6901).
    [[nodiscard]] bool is_there(std::string_view pointer) const {
        auto at = root_;
        while (!pointer.empty()) {
            const auto end = std::min(pointer.find('/', 1), pointer.size());
            std::string name{pointer.substr(1, end - 1)};
            pointer.remove_prefix(end);
            // Names that are spelt otherwise than they are written are left to the validator.
            if (name.find_first_of("~%") != std::string::npos) return true;
            if (is_json_array(at)) return true;
            at = find_member(at, name);
            if (at.empty()) return false;
        }
        return true;
    }

    static const std::array<keyword, 47> keywords;

    std::string_view root_;
};

const std::array<schema_check::keyword, 47> schema_check::keywords{{
    {.name = "type", .is_good = is_types},
    {.name = "properties", .is_good_here = &schema_check::are_named_schemas},
    {.name = "required", .is_good = is_text_list},
    {.name = "description", .is_good = is_json_string},
    {.name = "title", .is_good = is_json_string},
    {.name = "items", .is_good_here = &schema_check::is_items},
    {.name = "enum", .is_good = is_filled_list},
    {.name = "format", .is_good = is_json_string},
    {.name = "additionalProperties", .is_good_here = &schema_check::is_schema},
    {.name = "anyOf", .is_good_here = &schema_check::are_schemas},
    {.name = "allOf", .is_good_here = &schema_check::are_schemas},
    {.name = "oneOf", .is_good_here = &schema_check::are_schemas},
    {.name = "not", .is_good_here = &schema_check::is_schema},
    {.name = "$ref", .is_good_here = &schema_check::is_reference},
    {.name = "$defs", .is_good_here = &schema_check::are_named_schemas},
    {.name = "definitions", .is_good_here = &schema_check::are_named_schemas},
    {.name = "$schema", .is_good = is_json_string},
    {.name = "$id", .is_good = is_json_string},
    {.name = "$anchor", .is_good = is_json_string},
    {.name = "$comment", .is_good = is_json_string},
    {.name = "minimum", .is_good = is_finite_number},
    {.name = "maximum", .is_good = is_finite_number},
    {.name = "exclusiveMinimum", .is_good = is_finite_number},
    {.name = "exclusiveMaximum", .is_good = is_finite_number},
    {.name = "multipleOf", .is_good = is_positive},
    {.name = "minLength", .is_good = is_count},
    {.name = "maxLength", .is_good = is_count},
    {.name = "pattern", .is_good = is_pattern},
    {.name = "minItems", .is_good = is_count},
    {.name = "maxItems", .is_good = is_count},
    {.name = "uniqueItems", .is_good = is_flag},
    {.name = "minContains", .is_good = is_count},
    {.name = "maxContains", .is_good = is_count},
    {.name = "minProperties", .is_good = is_count},
    {.name = "maxProperties", .is_good = is_count},
    {.name = "prefixItems", .is_good_here = &schema_check::are_schemas},
    {.name = "additionalItems", .is_good_here = &schema_check::is_schema},
    {.name = "contains", .is_good_here = &schema_check::is_schema},
    {.name = "propertyNames", .is_good_here = &schema_check::is_schema},
    {.name = "patternProperties", .is_good_here = &schema_check::are_named_schemas},
    {.name = "dependentSchemas", .is_good_here = &schema_check::are_named_schemas},
    {.name = "unevaluatedItems", .is_good_here = &schema_check::is_schema},
    {.name = "unevaluatedProperties", .is_good_here = &schema_check::is_schema},
    {.name = "if", .is_good_here = &schema_check::is_schema},
    {.name = "then", .is_good_here = &schema_check::is_schema},
    {.name = "else", .is_good_here = &schema_check::is_schema},
    {.name = "examples", .is_good = is_json_array},
}};

} // namespace

bool is_json_schema(std::string_view raw) {
    return schema_check{raw}.is_schema(raw);
}

} // namespace mcpgw
