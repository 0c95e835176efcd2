// SPDX-License-Identifier: Apache-2.0
#include "server/cli/shown_config.hpp"

#include "protocol/text/secret_mask.hpp"
#include "server/config/format/toml_text.hpp"
#include "server/import/secret_hider.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr std::string_view mask = "***";

/// `hidden`: the same table, its secrets replaced by variables. Where they differ is one.
void mask_differences(config_node& node, const config_node& hidden,
                      const std::vector<std::string>& secrets) {
    if (node.is_string() && node.text != hidden.text) {
        auto masked = mask_secrets(node.text, secrets);
        node.text = masked != node.text ? std::move(masked) : std::string{mask};
    }
    for (std::size_t i = 0; i < node.items.size(); ++i)
        mask_differences(node.items[i], hidden.items[i], secrets);
    for (std::size_t i = 0; i < node.members.size(); ++i)
        mask_differences(node.members[i].value, hidden.members[i].value, secrets);
}

/// Of a child, or of what stands for all of them.
void mask_entry(config_node& entry, const std::string& name) {
    secret_hider hider{[](const std::string& /*name*/) {
        return std::nullopt;
    }};
    auto hidden = entry;
    hider.hide(name, hidden, name);
    std::vector<std::string> secrets;
    for (const auto& secret : hider.hidden()) secrets.push_back(secret.value);
    std::ranges::sort(secrets, std::ranges::greater{}, &std::string::size);
    mask_differences(entry, hidden, secrets);
}

void mask_text(config_node* table, std::string_view key) {
    auto* const node = table == nullptr ? nullptr : table->find(key);
    if (node != nullptr && node->is_string() && node->text.find("${") == std::string::npos)
        node->text = mask;
}

bool is_list_of_tables(const config_node& node) {
    return node.is_array() && !node.items.empty() &&
           std::ranges::all_of(node.items, &config_node::is_object);
}

bool is_plain(const config_node& node) {
    return !node.is_object() && !is_list_of_tables(node);
}

class toml_writer {
public:
    /// `files`: null where origins are not shown.
    explicit toml_writer(const problem_log* files) : files_(files) {}

    std::string write(const config_node& root) {
        write_table(root, "");
        return std::move(text_);
    }

private:
    void write_table(const config_node& table, const std::string& path) {
        for (const auto& [key, line, value] : table.members)
            if (value.kind != node_kind::null && is_plain(value))
                text_ += fmt::format("{} = {}{}\n", toml_key(key), toml_value(value),
                                     origin_of(value.line));
        for (const auto& [key, line, value] : table.members) {
            const auto below = path.empty() ? toml_key(key) : path + "." + toml_key(key);
            if (value.is_object()) write_header(fmt::format("[{}]", below), value, below);
            if (!is_list_of_tables(value)) continue;
            for (const auto& item : value.items)
                write_header(fmt::format("[[{}]]", below), item, below);
        }
    }

    void write_header(const std::string& header, const config_node& table,
                      const std::string& path) {
        if (!text_.empty()) text_ += '\n';
        text_ += header + "\n";
        write_table(table, path);
    }

    [[nodiscard]] std::string origin_of(std::size_t line) const {
        if (files_ == nullptr) return {};
        return fmt::format(" # {}:{}", files_->file_of(line), line_in_file(line));
    }

    const problem_log* files_;
    std::string text_;
};

json::value json_of(const config_node& node) {
    switch (node.kind) {
    case node_kind::boolean:
        return node.boolean;
    case node_kind::integer:
        return node.integer;
    case node_kind::real:
        return node.real;
    case node_kind::array: {
        json::array list;
        for (const auto& item : node.items) list.push_back(json_of(item));
        return list;
    }
    case node_kind::object: {
        json::object table;
        for (const auto& [key, line, value] : node.members)
            if (value.kind != node_kind::null) table[key] = json_of(value);
        return table;
    }
    case node_kind::null:
        return nullptr;
    case node_kind::string:
    case node_kind::other:
        break;
    }
    return json::string{node.text};
}

/// "children[github].env.TOKEN": a child is called by its name.
void add_origins(json::object& origins, const config_node& node, const std::string& path,
                 const problem_log& files) {
    if (node.kind == node_kind::null) return;
    if (is_plain(node)) {
        origins[path] =
            json::object{{"file", files.file_of(node.line)}, {"line", line_in_file(node.line)}};
        return;
    }
    for (const auto& [key, line, value] : node.members)
        add_origins(origins, value, key_path(path, key), files);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const auto* const name = node.items[i].find("name");
        add_origins(origins, node.items[i],
                    name == nullptr ? key_path(path, i) : fmt::format("{}[{}]", path, name->text),
                    files);
    }
}

} // namespace

shown_config::shown_config(layered_document& document)
    : root_(make_table(0)), files_(document.problems()) {
    auto& parts = document.parts();
    mask_text(parts.gateway, "state_secret");
    mask_text(parts.admin, "token");
    if (parts.defaults != nullptr) mask_entry(*parts.defaults, "defaults");
    const std::pair<std::string_view, config_node*> sections[] = {
        {"flags", parts.flags},      {"gateway", parts.gateway}, {"http", parts.http},
        {"search", parts.search},    {"limits", parts.limits},   {"admin", parts.admin},
        {"defaults", parts.defaults}};
    for (const auto& [name, node] : sections)
        if (node != nullptr) put(root_, name, *node);
    config_node children = make_table(0);
    children.kind = node_kind::array;
    for (const auto& entry : parts.children) {
        if (entry.is_skipped) continue;
        auto& child = children.items.emplace_back(make_table(entry.node.line));
        put(child, "name", make_text(entry.name, entry.line));
        auto masked = entry.node;
        mask_entry(masked, entry.name);
        std::ranges::move(masked.members, std::back_inserter(child.members));
    }
    if (!children.items.empty()) put(root_, "children", std::move(children));
    config_node views = make_table(0);
    views.kind = node_kind::array;
    for (const auto& entry : parts.views) views.items.push_back(entry.node);
    if (!views.items.empty()) put(root_, "views", std::move(views));
    config_node workflows = make_table(0);
    workflows.kind = node_kind::array;
    for (const auto& entry : parts.workflows) workflows.items.push_back(entry.node);
    if (!workflows.items.empty()) put(root_, "workflows", std::move(workflows));
}

std::string shown_config::toml(bool has_origins) const {
    return toml_writer{has_origins ? &files_ : nullptr}.write(root_);
}

std::string shown_config::json(bool has_origins) const {
    if (!has_origins) return json::serialize(json_of(root_));
    json::object origins;
    add_origins(origins, root_, "", files_);
    return json::serialize(
        json::object{{"configuration", json_of(root_)}, {"origins", std::move(origins)}});
}

} // namespace mcpgw
