// SPDX-License-Identifier: Apache-2.0
// What some programs nest, at the level where the others have it.
#include "protocol/text/base64.hpp"
#include "server/config/dialects/entry_translator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace mcpgw {

namespace {

/// Tables whose members say what belongs to the entry itself.
bool is_wrapper(const config_member& member) {
    constexpr std::array<std::string_view, 7> names{
        "transport", "config", "command", "options", "requestInit", "requestOptions", "launch"};
    return member.value.is_object() && std::ranges::find(names, member.key) != names.end();
}

bool is_absent(const config_node& node) {
    return node.kind == node_kind::null || (node.is_string() && node.text.empty());
}

void add_members(const config_node& from, config_node& into, std::size_t depth) {
    constexpr std::size_t depth_max = 3;
    for (const auto& member : from.members) {
        if (is_absent(member.value)) continue;
        if (depth < depth_max && is_wrapper(member)) {
            add_members(member.value, into, depth + 1);
            continue;
        }
        // Within `command` of Zed the program is called path.
        const bool is_program =
            depth > 0 && member.key == "path" && into.find("command") == nullptr;
        const std::string key = is_program ? "command" : member.key;
        if (into.find(key) == nullptr) into.members.push_back({key, member.line, member.value});
    }
}

/// cmd /c npx ...: how Windows runs what is no program; here it is one.
void unwrap_command(config_node& flat) {
    auto* const command = flat.find("command");
    auto* const args = flat.find("args");
    if (command == nullptr || args == nullptr || args->items.size() < 2) return;
    const bool is_wrapper = command->text == "cmd" || command->text == "cmd.exe";
    const auto& first = args->items.front().text;
    if (!is_wrapper || (first != "/c" && first != "/C")) return;
    *command = args->items[1];
    args->items.erase(args->items.begin(), args->items.begin() + 2);
}

std::string take_text(config_node& flat, std::string_view key) {
    const auto* const found = flat.find(key);
    if (found == nullptr || !found->is_string()) return {};
    auto text = found->text;
    std::erase_if(flat.members, [key](const config_member& member) { return member.key == key; });
    return text;
}

/// LiteLLM says in two keys what a header says in one, and so does Letta.
void join_login(config_node& flat) {
    auto type = take_text(flat, "auth_type");
    auto value = take_text(flat, "auth_value");
    auto name = take_text(flat, "auth_header");
    if (value.empty()) value = take_text(flat, "auth_token");
    if (value.empty()) return;
    const bool has_scheme = value.starts_with("Bearer ") || value.starts_with("Basic ");
    if (name.empty()) name = type == "api_key" ? "X-API-Key" : "Authorization";
    if (type == "basic" && !has_scheme)
        value = "Basic " + encode_base64(value, base64_form::padded);
    else if (type != "api_key" && type != "authorization" && name == "Authorization" && !has_scheme)
        value = "Bearer " + value;
    auto* headers = flat.find("headers");
    if (headers == nullptr) {
        config_node made;
        made.kind = node_kind::object;
        made.line = flat.line;
        flat.members.push_back({"headers", flat.line, std::move(made)});
        headers = flat.find("headers");
    }
    if (headers->is_object())
        headers->members.push_back({std::move(name), flat.line, make_text(value, flat.line)});
}

} // namespace

config_node flat_entry(const config_node& entry) {
    config_node flat;
    flat.kind = node_kind::object;
    flat.line = entry.line;
    add_members(entry, flat, 0);
    unwrap_command(flat);
    join_login(flat);
    return flat;
}

bool looks_like_entry(const config_node& node) {
    if (!node.is_object()) return false;
    const auto flat = flat_entry(node);
    return std::ranges::any_of(
        std::array<std::string_view, 10>{"command", "cmd", "url", "serverUrl", "httpUrl", "baseUrl",
                                         "uri", "endpoint", "server_url", "image"},
        [&flat](std::string_view key) { return flat.find(key) != nullptr; });
}

config_node make_text(std::string text, std::size_t line) {
    config_node node;
    node.kind = node_kind::string;
    node.line = line;
    node.text = std::move(text);
    return node;
}

config_node make_number(double number, std::size_t line) {
    config_node node;
    node.line = line;
    node.integer = std::llround(number);
    node.real = number;
    const bool is_whole = static_cast<double>(node.integer) == number;
    node.kind = is_whole ? node_kind::integer : node_kind::real;
    node.text = fmt::format("{}", number);
    return node;
}

config_node make_flag(bool value, std::size_t line) {
    config_node node;
    node.kind = node_kind::boolean;
    node.line = line;
    node.boolean = value;
    node.text = value ? "true" : "false";
    return node;
}

config_node make_list(std::vector<std::string> texts, std::size_t line) {
    config_node node;
    node.kind = node_kind::array;
    node.line = line;
    for (auto& text : texts) node.items.push_back(make_text(std::move(text), line));
    return node;
}

} // namespace mcpgw
