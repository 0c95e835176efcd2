// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/toml_text.hpp"

#include "protocol/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace mcpgw {

namespace {

constexpr std::size_t list_columns_max = 80;

bool is_bare_char(char c) {
    return is_alnum(c) || c == '_' || c == '-';
}

std::string list_text(const config_node& node) {
    std::vector<std::string> items;
    for (const auto& item : node.items) items.push_back(toml_value(item));
    auto text = fmt::format("[{}]", fmt::join(items, ", "));
    if (text.size() <= list_columns_max) return text;
    return fmt::format("[\n    {},\n]", fmt::join(items, ",\n    "));
}

std::string table_text(const config_node& node) {
    std::vector<std::string> members;
    for (const auto& [key, line, value] : node.members)
        if (value.kind != node_kind::null)
            members.push_back(fmt::format("{} = {}", toml_key(key), toml_value(value)));
    if (members.empty()) return "{}";
    return fmt::format("{{ {} }}", fmt::join(members, ", "));
}

} // namespace

std::string quote_toml(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        switch (c) {
        case '"':
            quoted += "\\\"";
            break;
        case '\\':
            quoted += "\\\\";
            break;
        case '\n':
            quoted += "\\n";
            break;
        case '\r':
            quoted += "\\r";
            break;
        case '\t':
            quoted += "\\t";
            break;
        default:
            const auto byte = static_cast<unsigned char>(c);
            if (byte < 0x20 || byte == 0x7f)
                quoted += fmt::format("\\u{:04X}", byte);
            else
                quoted += c;
        }
    }
    return quoted + '"';
}

std::string toml_key(std::string_view key) {
    const bool is_bare = !key.empty() && std::all_of(key.begin(), key.end(), is_bare_char);
    return is_bare ? std::string{key} : quote_toml(key);
}

std::string toml_value(const config_node& node) {
    switch (node.kind) {
    case node_kind::string:
        return quote_toml(node.text);
    case node_kind::boolean:
        return node.boolean ? "true" : "false";
    case node_kind::integer:
        return fmt::format("{}", node.integer);
    case node_kind::real: {
        const auto text = fmt::format("{}", node.real);
        const bool is_whole = text.find_first_not_of("-0123456789") == std::string::npos;
        return is_whole ? text + ".0" : text;
    }
    case node_kind::array:
        return list_text(node);
    case node_kind::object:
        return table_text(node);
    case node_kind::null:
    case node_kind::other:
        break;
    }
    return "\"\"";
}

} // namespace mcpgw
