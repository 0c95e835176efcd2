// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/argument_rules.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t schema_depth_max = 8; // of allOf within anyOf and so on
constexpr std::size_t shown_name_bytes_max = 60;

using name_test = std::function<bool(std::string_view key)>;

std::string_view without_quotes(std::string_view raw) {
    return raw.substr(1, raw.size() - 2);
}

/// An array of texts without those of which `is_left_out` holds.
std::string texts_without(std::string_view array, const name_test& is_left_out) {
    std::string kept;
    element_reader texts{array};
    while (const auto text = texts.next()) {
        if (is_json_string(*text) && is_left_out(without_quotes(*text))) continue;
        kept += kept.empty() ? "" : ",";
        kept += *text;
    }
    return "[" + kept + "]";
}

/// What stands at the same place of the arguments as the schema that it is in.
bool is_list_of_schemas(std::string_view key) {
    return key == "allOf" || key == "anyOf" || key == "oneOf";
}
bool is_schema(std::string_view key) {
    return key == "if" || key == "then" || key == "else";
}

/// The schema where the gateway gives arguments: nobody else has to give them, in none of its
/// branches.
std::string without_required(std::string_view schema, const name_test& is_given,
                             std::size_t depth) {
    if (!is_json_object(schema) || depth > schema_depth_max) return std::string{schema};
    member_writer out{schema.size()};
    member_reader members{schema};
    while (const auto member = members.next()) {
        if (member->key == "required" && is_json_array(member->value)) {
            auto kept = texts_without(member->value, is_given);
            if (kept != "[]") out.add(member->key, kept);
        } else if (is_list_of_schemas(member->key) && is_json_array(member->value)) {
            std::string list;
            element_reader branches{member->value};
            while (const auto branch = branches.next())
                list += (list.empty() ? "" : ",") + without_required(*branch, is_given, depth + 1);
            out.add(member->key, "[" + list + "]");
        } else if (is_schema(member->key)) {
            out.add(member->key, without_required(member->value, is_given, depth + 1));
        } else {
            out.add(member->key, member->value);
        }
    }
    return out.take_object();
}

std::string with_default(std::string_view property, std::string_view value) {
    if (!is_json_object(property)) return std::string{property};
    member_writer out{property.size()};
    member_reader members{property};
    while (const auto member = members.next())
        if (member->key != "default") out.add(member->key, member->value);
    out.add("default", value);
    return out.take_object();
}

} // namespace

argument_rules::argument_rules(std::vector<argument_rule> rules) : rules_(std::move(rules)) {
    for (auto& rule : rules_) {
        if (rule.is_fixed) rule.is_hidden = true;
        const auto quoted = quote_json(rule.name);
        keys_.emplace_back(without_quotes(quoted));
    }
}

/// `key`: as a client spells it, which may be with escapes.
const argument_rule* argument_rules::find(std::string_view key) const {
    auto found = std::ranges::find(keys_, key);
    if (found == keys_.end() && key.find('\\') != std::string_view::npos)
        found = std::ranges::find(keys_, respelt_key(key));
    return found == keys_.end() ? nullptr
                                : &rules_[static_cast<std::size_t>(found - keys_.begin())];
}

std::string argument_rules::shown_schema(std::string_view schema) const {
    const auto is_given = [this](std::string_view key) {
        const auto* const rule = find(key);
        return rule != nullptr && (rule->is_hidden || !rule->value.empty());
    };
    const auto relaxed = without_required(schema, is_given, 0);
    if (!is_json_object(relaxed)) return relaxed;
    member_writer out{relaxed.size()};
    member_reader members{relaxed};
    while (const auto member = members.next()) {
        if (member->key != "properties" || !is_json_object(member->value)) {
            out.add(member->key, member->value);
            continue;
        }
        member_writer properties{member->value.size()};
        member_reader known{member->value};
        while (const auto property = known.next()) {
            const auto* const rule = find(property->key);
            if (rule == nullptr || (!rule->is_hidden && rule->value.empty()))
                properties.add(property->key, property->value);
            else if (!rule->is_hidden)
                properties.add(property->key, with_default(property->value, rule->value));
        }
        out.add(member->key, properties.take_object());
    }
    return out.take_object();
}

/// Those that the client has not given, as far as the gateway gives them.
void argument_rules::add_missing(std::vector<bool>& is_given, member_writer& into) const {
    for (std::size_t i = 0; i < rules_.size(); ++i)
        if (!is_given[i] && !rules_[i].value.empty()) into.add(keys_[i], rules_[i].value);
}

result<std::string> argument_rules::apply(std::string_view arguments, std::string_view tool) const {
    const bool has_none = arguments.empty() || arguments == "null";
    if (!has_none && !is_json_object(arguments))
        return fault{errc::invalid_arguments, "`arguments` must be an object"};
    std::vector<bool> is_given(rules_.size(), false);
    member_writer out{arguments.size()};
    member_reader members{has_none ? std::string_view{"{}"} : arguments};
    while (const auto member = members.next()) {
        if (const auto* const rule = find(member->key)) {
            if (rule->is_hidden)
                return fault{errc::invalid_arguments,
                             fmt::format("tool '{}' has no argument `{}`", tool,
                                         rule->name.substr(
                                             0, utf8_prefix(rule->name, shown_name_bytes_max)))};
            is_given[static_cast<std::size_t>(rule - rules_.data())] = true;
        }
        out.add(member->key, member->value);
    }
    add_missing(is_given, out);
    return out.take_object();
}

std::string argument_rules::fill(std::string_view arguments) const {
    std::vector<bool> is_given(rules_.size(), false);
    member_writer out{arguments.size()};
    member_reader members{arguments};
    while (const auto member = members.next()) {
        if (const auto* const rule = find(member->key)) {
            if (rule->is_fixed) continue;
            is_given[static_cast<std::size_t>(rule - rules_.data())] = true;
        }
        out.add(member->key, member->value);
    }
    add_missing(is_given, out);
    return out.take_object();
}

std::vector<std::string> argument_rules::misfits(std::string_view schema) const {
    std::vector<std::string> list;
    const auto properties = find_member(schema, "properties");
    const auto required = find_member(schema, "required");
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        const auto& rule = rules_[i];
        if (find_member(properties, keys_[i]).empty()) {
            list.push_back(fmt::format("its inputSchema has no argument `{}`", rule.name));
            continue;
        }
        bool is_required = false;
        element_reader texts{required};
        while (const auto text = texts.next())
            is_required = is_required || *text == quote_json(rule.name);
        if (is_required && rule.value.empty())
            list.push_back(fmt::format("the argument `{}` is required, hidden, and has no value: "
                                       "the server may refuse every call",
                                       rule.name));
    }
    return list;
}

} // namespace mcpgw
