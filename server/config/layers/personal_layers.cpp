// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/personal_layers.hpp"

#include "server/config/keys/config_hint.hpp"
#include "server/config/keys/config_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace mcpgw {

namespace {

std::string wrong_type(std::string_view expected, const config_node& found) {
    return fmt::format("wrong type: expected {}, found {}", expected, kind_name(found.kind));
}

} // namespace

std::vector<config_node> personal_layers::find(const config_node& document) {
    const auto* const list = document.find("overlays");
    if (list == nullptr || list->kind == node_kind::null) return {};
    if (!list->is_array()) {
        problems_.error(list->line, "overlays", wrong_type("a list of tables", *list),
                        "write [[overlays]]");
        return {};
    }
    std::vector<config_node> layers;
    for (std::size_t i = 0; i < list->items.size(); ++i)
        if (auto layer = read(list->items[i], key_path("overlays", i)))
            layers.push_back(std::move(*layer));
    return layers;
}

std::optional<config_node> personal_layers::read(const config_node& overlay,
                                                 const std::string& path) {
    if (!overlay.is_object()) {
        problems_.error(overlay.line, path, wrong_type("a table", overlay));
        return std::nullopt;
    }
    auto layer = make_table(overlay.line);
    const config_node* when = nullptr;
    const config_member* view = nullptr;
    for (const auto& member : overlay.members) {
        const auto member_path = key_path(path, member.key);
        if (member.key == "when") {
            when = &member.value;
        } else if (member.key == "gateway" || member.key == "children") {
            if (member.key == "gateway") check_keys(member.value, "gateway", member_path);
            for (std::size_t i = 0; i < member.value.items.size(); ++i)
                check_keys(member.value.items[i], "children", key_path(member_path, i));
            layer.members.push_back(member);
        } else if (member.key == "views") {
            layer.members.push_back(member);
        } else if (member.key == "view") {
            view = &member;
        } else {
            problems_.error(member.line, member_path, "unknown key",
                            "known here: when, gateway, children, views, view");
        }
    }
    if (when == nullptr) {
        problems_.error(overlay.line, path, "does not say whom it is for",
                        "write when = { user = \"...\" } or when = { group = \"...\" }");
        return std::nullopt;
    }
    add_view(layer, view, *when, path);
    if (!is_meant(*when, key_path(path, "when")).value_or(false)) return std::nullopt;
    return layer;
}

void personal_layers::add_view(config_node& layer, const config_member* said,
                               const config_node& when, const std::string& path) {
    const auto* const name = when.find("view");
    if (said == nullptr && name == nullptr) return;
    if (said == nullptr || name == nullptr)
        return problems_.error(
            said == nullptr ? name->line : said->line,
            key_path(path, said == nullptr ? "when.view" : "view"),
            said == nullptr ? "nothing is said of that view" : "does not say of which view",
            "write when = { view = \"NAME\" } and view = { ... } with keys of [[views]]");
    if (!said->value.is_object())
        return problems_.error(said->line, key_path(path, "view"),
                               wrong_type("a table", said->value));
    auto table = said->value;
    table.members.insert(table.members.begin(), {"name", name->line, *name});
    config_node list;
    list.kind = node_kind::array;
    list.line = said->line;
    list.items.push_back(std::move(table));
    layer.members.push_back({"views", said->line, std::move(list)});
}

/// All that it says must be so. Nothing: it is wrong.
std::optional<bool> personal_layers::is_meant(const config_node& when, const std::string& path) {
    bool is_right = when.is_object() && !when.members.empty();
    if (!is_right)
        problems_.error(when.line, path,
                        when.is_object() ? "says nothing" : wrong_type("a table", when),
                        "write { user = \"...\" } or { group = \"...\" }");
    bool is_so = true;
    for (const auto& [key, line, value] : when.members) {
        const auto key_of_it = key_path(path, key);
        if (key != "user" && key != "group" && key != "view") {
            const auto meant = nearest_word(key, {"user", "group", "view"});
            problems_.error(line, key_of_it, "unknown key",
                            meant.empty() ? "known here: user, group, view"
                                          : fmt::format("did you mean {}?", meant));
            is_right = false;
        } else if (!value.is_string() || value.text.empty()) {
            problems_.error(value.line, key_of_it,
                            value.is_string() ? "is empty" : wrong_type("a text", value));
            is_right = false;
        } else if (key != "view") {
            if (!who_) who_ = find_person(user_);
            is_so = is_so && (key == "user" ? who_->name == value.text
                                            : std::ranges::find(who_->groups, value.text) !=
                                                  who_->groups.end());
        }
    }
    return is_right ? std::optional{is_so} : std::nullopt;
}

void personal_layers::check_keys(const config_node& table, std::string_view section,
                                 const std::string& path) {
    std::vector<std::string_view> allowed;
    for (const auto* key : section_keys(section))
        if (key->is_personal) allowed.push_back(key->name);
    for (const auto& [name, line, value] : table.members) {
        if (std::ranges::find(allowed, name) != allowed.end()) continue;
        const bool is_known = find_config_key(section, name) != nullptr;
        problems_.error(line, key_path(path, name),
                        is_known ? "is the same for all people" : "unknown key",
                        is_known ? fmt::format("an overlay may say {}", fmt::join(allowed, ", "))
                                 : unknown_key_hint(section, name));
    }
}

} // namespace mcpgw
