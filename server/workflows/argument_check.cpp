// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/argument_check.hpp"

#include "server/config/keys/config_hint.hpp"
#include "server/workflows/workflow_reader.hpp"

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

bool is_expression(const json::value& value) {
    const auto* const text = value.if_string();
    return text != nullptr && text->starts_with("${") && text->ends_with('}');
}

bool is_of_type(const json::value& value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_bool();
    if (type == "string") return value.is_string();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    if (type == "number") return value.is_number();
    if (type != "integer") return true; // a word that JSON Schema does not have
    if (const auto* const real = value.if_double()) return std::trunc(*real) == *real;
    return value.is_int64() || value.is_uint64();
}

/// The types that a schema allows, as a text; empty: the value is of one of them.
std::string wanted_type(const json::object& schema, const json::value& value) {
    const auto* const type = schema.if_contains("type");
    if (type == nullptr) return {};
    if (const auto* const one = type->if_string())
        return is_of_type(value, *one) ? std::string{} : std::string{std::string_view{*one}};
    std::string all;
    const auto* const list = type->if_array();
    if (list == nullptr) return {};
    for (const auto& each : *list) {
        if (!each.is_string() || is_of_type(value, each.get_string())) return {};
        all += fmt::format("{}{}", all.empty() ? "" : " or ", std::string_view{each.get_string()});
    }
    return all;
}

const json::object* member_table(const json::object& of, std::string_view key) {
    const auto* const found = of.if_contains(key);
    return found == nullptr ? nullptr : found->if_object();
}

class checker {
public:
    explicit checker(bool has_expressions) : has_expressions_(has_expressions) {}

    void check(const json::object& schema, const json::value& value, const std::string& place,
               std::size_t depth) {
        constexpr std::size_t depth_max = 32;
        if (depth > depth_max || (has_expressions_ && is_expression(value))) return;
        if (const auto wanted = wanted_type(schema, value); !wanted.empty()) {
            problems.push_back({place, fmt::format("wrong type: the tool wants {}", wanted)});
            return;
        }
        if (const auto* const object = value.if_object())
            check_members(schema, *object, place, depth);
        const auto* const list = value.if_array();
        const auto* const items = member_table(schema, "items");
        if (list == nullptr || items == nullptr) return;
        for (std::size_t i = 0; i < list->size(); ++i)
            check(*items, (*list)[i], fmt::format("{}[{}]", place, i), depth + 1);
    }

    std::vector<workflow_problem> problems;

private:
    void check_members(const json::object& schema, const json::object& object,
                       const std::string& place, std::size_t depth) {
        const auto* const properties = member_table(schema, "properties");
        const auto* const more = schema.if_contains("additionalProperties");
        const bool is_closed = more != nullptr && more->is_bool() && !more->get_bool();
        const auto place_of = [&place](std::string_view key) {
            return place.empty() ? std::string{key} : fmt::format("{}.{}", place, key);
        };
        if (const auto* const required = schema.if_contains("required"))
            if (const auto* const names = required->if_array())
                for (const auto& each : *names)
                    if (each.is_string() && !object.contains(each.get_string()))
                        problems.push_back(
                            {place_of(each.get_string()), "is missing: the tool needs it"});
        for (const auto& [key, value] : object) {
            const auto* const known =
                properties == nullptr ? nullptr : member_table(*properties, key);
            if (known != nullptr) {
                check(*known, value, place_of(key), depth + 1);
                continue;
            }
            const bool may_be_there = properties == nullptr || properties->contains(key) ||
                                      schema.contains("patternProperties") ||
                                      (more != nullptr && !is_closed);
            if (may_be_there) continue;
            std::vector<std::string_view> names;
            for (const auto& [name, rest] : *properties) names.emplace_back(name);
            const auto meant = nearest_word(key, names);
            problems.push_back({place_of(key), "the tool has no such argument",
                                meant.empty() ? "" : fmt::format("did you mean {}?", meant),
                                !is_closed});
        }
    }

    bool has_expressions_;
};

} // namespace

std::vector<workflow_problem> check_arguments(const json::object& schema,
                                              const json::object& arguments, bool has_expressions) {
    checker made{has_expressions};
    made.check(schema, arguments, {}, 0);
    return std::move(made.problems);
}

result<json::object> complete_arguments(const json::object& schema, json::object given) {
    if (const auto* const properties = member_table(schema, "properties"))
        for (const auto& [key, value] : *properties) {
            const auto* const known = value.if_object();
            const auto* const preset = known == nullptr ? nullptr : known->if_contains("default");
            if (preset != nullptr && !given.contains(key)) given[key] = *preset;
        }
    auto problems = check_arguments(schema, given, false);
    std::erase_if(problems, [](const auto& each) { return each.is_warning; });
    if (!problems.empty()) return fault{errc::invalid_arguments, text_of(problems)};
    return given;
}

} // namespace mcpgw
