// SPDX-License-Identifier: Apache-2.0
#include "tests/support/gateway_world.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace mcpgw::gateway_test {

namespace {

bool has_type(const json::value& value, const json::value& type) {
    if (type.is_array())
        return std::ranges::any_of(type.as_array(),
                                   [&](const auto& one) { return has_type(value, one); });
    const auto& name = type.as_string();
    if (name == "object") return value.is_object();
    if (name == "array") return value.is_array();
    if (name == "string") return value.is_string();
    if (name == "boolean") return value.is_bool();
    if (name == "null") return value.is_null();
    if (name == "integer") return value.is_int64() || value.is_uint64();
    return name == "number" && value.is_number();
}

std::string breach_of_object(const json::object& value, const json::object& schema,
                             const std::string& path) {
    if (const auto* const required = schema.if_contains("required"))
        for (const auto& key : required->as_array())
            if (!value.contains(key.as_string()))
                return path + ": " + std::string{key.as_string()} + " is missing";
    const auto* const properties = schema.if_contains("properties");
    const auto* const others = schema.if_contains("additionalProperties");
    for (const auto& [key, member] : value) {
        const auto* const known =
            properties == nullptr ? nullptr : properties->as_object().if_contains(key);
        const std::string inner = path + "." + std::string{key};
        if (known == nullptr) {
            if (others != nullptr && others->is_bool() && !others->as_bool())
                return inner + " is not allowed";
            continue;
        }
        if (auto breach = breach_of_schema(member, *known, inner); !breach.empty()) return breach;
    }
    return {};
}

} // namespace

std::string breach_of_schema(const json::value& value, const json::value& schema,
                             const std::string& path) {
    const auto& rules = schema.as_object();
    if (const auto* const type = rules.if_contains("type"); type && !has_type(value, *type))
        return path + " is no " + json::serialize(*type) + ": " + json::serialize(value);
    if (const auto* const allowed = rules.if_contains("enum"))
        if (std::ranges::find(allowed->as_array(), value) == allowed->as_array().end())
            return path + " is none of " + json::serialize(*allowed);
    if (value.is_object()) return breach_of_object(value.as_object(), rules, path);
    const auto* const items = rules.if_contains("items");
    if (!value.is_array() || items == nullptr) return {};
    for (std::size_t i = 0; i < value.as_array().size(); ++i)
        if (auto breach =
                breach_of_schema(value.at(i), *items, path + "[" + std::to_string(i) + "]");
            !breach.empty())
            return breach;
    return {};
}

} // namespace mcpgw::gateway_test
