// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/entry_fields.hpp"

#include "protocol/text/base64.hpp"
#include "server/config/dialects/entry_translator.hpp"
#include "server/config/keys/config_keys.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace mcpgw {

namespace {

bool is_scalar(const config_node& node) {
    return node.is_string() || node.is_number() || node.kind == node_kind::boolean;
}

std::string trimmed(std::string text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? std::string{} : text.substr(first);
}

/// One item of a list of named texts.
bool add_named(const config_node& item, std::string_view mark, config_node& into) {
    if (item.is_string()) {
        const auto at = item.text.find(mark);
        if (at == std::string::npos || at == 0) return false;
        into.members.push_back({item.text.substr(0, at), item.line,
                                make_text(trimmed(item.text.substr(at + 1)), item.line)});
        return true;
    }
    const auto* name = item.find("name");
    if (name == nullptr) name = item.find("key");
    const auto* const value = item.find("value");
    if (name == nullptr || !name->is_string() || value == nullptr) return false;
    into.members.push_back({name->text, item.line, *value});
    return true;
}

/// `run_shell(ls)` of Gemini is the tool run_shell.
std::string plain_tool(const std::string& name) {
    return name.substr(0, name.find('('));
}

std::optional<std::vector<std::string>> read_tools(const config_node& list) {
    auto names = read_names(list);
    if (!names) return std::nullopt;
    for (auto& name : *names) name = plain_tool(name);
    return names;
}

int hex_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_coded = text[at] == '%' && at + 2 < text.size() &&
                              hex_of(text[at + 1]) >= 0 && hex_of(text[at + 2]) >= 0;
        if (!is_coded) {
            out += text[at];
            continue;
        }
        out += static_cast<char>(hex_of(text[at + 1]) * 16 + hex_of(text[at + 2]));
        at += 2;
    }
    return out;
}

bool is_off(const config_node& rule) {
    if (rule.kind == node_kind::boolean) return !rule.boolean;
    const auto* const enabled = rule.find("enabled");
    if (enabled != nullptr) return enabled->kind == node_kind::boolean && !enabled->boolean;
    const auto* const disabled = rule.find("disabled");
    return disabled != nullptr && disabled->boolean;
}

constexpr std::array<std::string_view, 5> keys_of_allowed{"include", "allow", "allowed",
                                                          "allowed_tools", "enabled_tools"};
constexpr std::array<std::string_view, 5> keys_of_denied{"exclude", "deny", "block", "denied_tools",
                                                         "disabled_tools"};

/// {"include": [...], "exclude": [...]}, or a switch for each tool, or one for all.
foreign_filter read_rules(const config_node& rules) {
    foreign_filter made;
    for (const auto& [name, line, rule] : rules.members) {
        auto list = rule.is_array() ? read_tools(rule) : std::nullopt;
        if (list && std::ranges::find(keys_of_allowed, name) != keys_of_allowed.end()) {
            made.only = std::move(*list);
            continue;
        }
        if (list && std::ranges::find(keys_of_denied, name) != keys_of_denied.end()) {
            std::ranges::move(*list, std::back_inserter(made.except));
            continue;
        }
        if (name == "enabled" && rule.kind == node_kind::boolean) {
            if (!rule.boolean) made.except.emplace_back("*");
            continue;
        }
        const bool is_switch = rule.kind == node_kind::boolean || rule.find("enabled") != nullptr ||
                               rule.find("disabled") != nullptr;
        if (is_off(rule))
            made.except.push_back(name);
        else if (!is_switch)
            made.unused.push_back(name);
    }
    return made;
}

} // namespace

std::optional<config_node> read_named_texts(const config_node& node, std::string_view mark) {
    if (node.is_object()) return node;
    if (!node.is_array()) return std::nullopt;
    config_node made;
    made.kind = node_kind::object;
    made.line = node.line;
    for (const auto& item : node.items)
        if (!add_named(item, mark, made)) return std::nullopt;
    return made;
}

std::optional<std::vector<std::string>> read_names(const config_node& node) {
    std::vector<std::string> names;
    if (node.is_string()) return std::vector{node.text};
    if (!node.is_array()) return std::nullopt;
    for (const auto& item : node.items) {
        const auto* const name = item.is_object() ? item.find("name") : &item;
        if (name == nullptr || !is_scalar(*name)) return std::nullopt;
        names.push_back(name->text);
    }
    return names;
}

std::optional<foreign_filter> read_tool_filter(std::string_view key, const config_node& node,
                                               entry_meaning meaning, bool is_empty_all) {
    if (node.is_object()) {
        const auto* const mode = node.find("mode");
        const auto* const list = node.find("list");
        if (mode == nullptr || list == nullptr)
            return meaning == entry_meaning::tool_rules ? std::optional{read_rules(node)}
                                                        : std::nullopt;
        const bool is_allowed = mode->text == "allow";
        if (!is_allowed && mode->text != "block") return foreign_filter{};
        meaning = is_allowed ? entry_meaning::tools_allowed : entry_meaning::tools_denied;
        return read_tool_filter(key, *list, meaning, is_empty_all);
    }
    auto names = read_tools(node);
    if (!names) return std::nullopt;
    foreign_filter made;
    const bool is_all = std::ranges::find(*names, "*") != names->end();
    if (meaning == entry_meaning::tools_denied)
        made.except = std::move(*names);
    else if (!is_all && !(names->empty() && is_empty_all))
        made.only = std::move(*names);
    return made;
}

bool is_own_tools(const config_node& node) {
    if (!node.is_object() || node.members.empty()) return false;
    return std::ranges::all_of(node.members, [](const config_member& tool) {
        return tool.value.is_object() &&
               std::ranges::all_of(tool.value.members, [](const config_member& member) {
                   return find_config_key("children.tools", member.key) != nullptr;
               });
    });
}

std::optional<std::string> read_token(const config_node& node) {
    if (node.is_string()) return node.text;
    const auto* const type = node.find("type");
    if (type != nullptr && type->is_string() && type->text != "bearer" && type->text != "token")
        return std::nullopt;
    // A header of its own is none of ours to make.
    const auto* const form = node.find("authorization_type");
    if (form != nullptr && form->text != "bearer") return std::nullopt;
    for (const std::string_view key : {"token", "bearer_token", "key"})
        if (const auto* const value = node.find(key); value != nullptr && value->is_string())
            return value->text;
    return std::nullopt;
}

std::optional<std::string> take_login(std::string& url) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return std::nullopt;
    const auto begin = scheme + 3;
    const auto end = std::min(url.find_first_of("/?#", begin), url.size());
    const auto at = url.rfind('@', end);
    if (at == std::string::npos || at < begin || at >= end) return std::nullopt;
    const auto user = url.substr(begin, at - begin);
    if (user.find('$') != std::string::npos) return std::nullopt;
    auto plain = percent_decoded(user);
    if (plain.find(':') == std::string::npos) plain += ':';
    url.erase(begin, at + 1 - begin);
    return "Basic " + encode_base64(plain, base64_form::padded);
}

bool may_be_token(std::string_view key) {
    return key == "apiKey" || key == "auth" || key == "oauth" || key == "oauth2";
}

std::string without_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(blanks) + 1 - first)};
}

} // namespace mcpgw
