#include "server/config_shape.hpp"

#include "protocol/names.hpp"
#include "server/config_hint.hpp"
#include "server/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t name_bytes_max = 32; // is_valid_upstream_name()

constexpr std::string_view name_rule = "1 to 32 of A-Z a-z 0-9 _ - . and begins with a letter or a "
                                       "digit";

bool is_name_char(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/// `name` altered so that it is valid: what does not fit becomes '-', once in a row.
std::string fit_name(std::string_view name) {
    std::string fitted;
    for (const char c : name) {
        const char kept = is_name_char(c) ? c : '-';
        if (kept == '-' && (fitted.empty() || fitted.back() == '-')) continue;
        fitted += kept;
    }
    const auto first = fitted.find_first_not_of("_-.");
    fitted = first == std::string::npos ? "child" : fitted.substr(first, name_bytes_max);
    while (fitted.back() == '-') fitted.pop_back();
    return fitted;
}

class part_finder {
public:
    part_finder(config_node& root, problem_log& problems) : root_(root), problems_(problems) {}

    config_parts find() {
        if (root_.is_array()) {
            parts_.origin = config_origin::child_list;
            add_list(root_, "", false);
        } else if (root_.is_object()) {
            find_in_object();
        } else {
            report_shape();
        }
        return std::move(parts_);
    }

private:
    void find_in_object() {
        parts_.gateway = root_.find("gateway");
        parts_.http = root_.find("http");
        parts_.limits = root_.find("limits");
        parts_.defaults = root_.find("defaults");
        auto* const children = root_.find("children");
        const bool is_ours = parts_.gateway != nullptr || parts_.http != nullptr ||
                             parts_.limits != nullptr || parts_.defaults != nullptr ||
                             children != nullptr;
        if (children != nullptr) add_children(*children);
        add_foreign(root_, "mcpServers", "", config_origin::mcp_servers);
        add_foreign(root_, "mcp_servers", "", config_origin::codex);
        add_foreign(root_, "servers", "", config_origin::vscode);
        if (auto* const mcp = root_.find("mcp"); mcp != nullptr && mcp->is_object())
            add_foreign(*mcp, "servers", "mcp", config_origin::vscode);
        if (is_ours) parts_.origin = config_origin::ours;
        if (is_ours || !has_container_) check_top_level(is_ours);
    }

    /// Other programs' files are full of keys that are none of our business; ours are not.
    void check_top_level(bool is_ours) {
        std::vector<std::string_view> known{"gateway",  "http",       "limits",  "defaults",
                                            "children", "mcpServers", "servers", "mcp_servers"};
        for (const auto& member : root_.members) {
            const auto key = std::string_view{member.key};
            if (key == "$schema" || key == "inputs" || key == "mcp" ||
                std::find(known.begin(), known.end(), key) != known.end())
                continue;
            const auto meant = nearest_word(key, known);
            if (is_ours)
                problems_.error(member.line, shown_key(key), "unknown key",
                                top_level_hint(key, meant));
            else if (!meant.empty())
                problems_.warning(member.line, shown_key(key), "unknown key, left out",
                                  fmt::format("did you mean {}?", meant));
        }
    }

    static std::string top_level_hint(std::string_view key, std::string_view meant) {
        if (!meant.empty()) return fmt::format("did you mean {}?", meant);
        for (const std::string_view section : {"gateway", "http", "limits", "children"})
            if (find_config_key(section, key) != nullptr)
                return fmt::format("it belongs in [{}]", section);
        return "known here: gateway, http, limits, defaults, children";
    }

    void report_shape() {
        problems_.error(
            root_.line, "",
            fmt::format("expected a table or a list of children, found {}", kind_name(root_.kind)));
    }

    void add_children(const config_node& children) {
        has_container_ = true;
        if (children.is_array()) return add_list(children, "children", false);
        problems_.error(children.line, "children",
                        fmt::format("wrong type: expected a list of tables, found {}",
                                    kind_name(children.kind)),
                        "write [[children]] and name = \"...\" for each child");
    }

    void add_foreign(config_node& parent, std::string_view key, std::string_view parent_path,
                     config_origin origin) {
        const auto* const container = parent.find(key);
        if (container == nullptr) return;
        const auto path = key_path(parent_path, key);
        if (!has_container_) parts_.origin = origin;
        has_container_ = true;
        if (container->is_array() && origin == config_origin::codex)
            return add_list(*container, path, true);
        if (!container->is_object()) {
            problems_.error(
                container->line, path,
                fmt::format("wrong type: expected a table, found {}", kind_name(container->kind)));
            return;
        }
        for (const auto& member : container->members) given_names_.insert(member.key);
        for (const auto& member : container->members)
            add(member.key, member.line, member.value, key_path(path, member.key), true);
    }

    void add_list(const config_node& list, const std::string& path, bool is_foreign) {
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            const auto& item = list.items[i];
            const auto item_path = key_path(path, i);
            const auto* const name = item.find("name");
            if (item.is_object() && name == nullptr) {
                problems_.error(item.line, item_path, "a child without a name",
                                "add name = \"...\"");
            } else if (item.is_object() && !name->is_string()) {
                problems_.error(
                    name->line, key_path(item_path, "name"),
                    fmt::format("wrong type: expected a text, found {}", kind_name(name->kind)));
            }
            const bool has_name = name != nullptr && name->is_string();
            add(has_name ? name->text : "", has_name ? name->line : 0, item, item_path, is_foreign);
        }
    }

    void add(const std::string& name, std::size_t line, const config_node& node,
             const std::string& path, bool is_foreign) {
        if (!node.is_object()) {
            problems_.error(
                node.line, path,
                fmt::format("wrong type: expected a table, found {}", kind_name(node.kind)));
            return;
        }
        child_entry entry;
        entry.path = path;
        entry.is_skipped = is_foreign && is_websocket_entry(node);
        if (entry.is_skipped) {
            problems_.warning(node.line, path, "servers over WebSocket are not supported; skipped",
                              "many have an https:// address too");
            entry.name = name;
            parts_.children.push_back(std::move(entry));
            return;
        }
        entry.name = line == 0 ? name : check_name(name, line, path, is_foreign);
        entry.node = is_foreign ? translate_entry(node, path, problems_) : node;
        std::erase_if(entry.node.members, [](const config_member& m) { return m.key == "name"; });
        parts_.children.push_back(std::move(entry));
    }

    [[nodiscard]] bool is_taken(const std::string& name) const {
        return lines_by_name_.contains(name) || given_names_.contains(name);
    }

    std::string check_name(std::string name, std::size_t line, const std::string& path,
                           bool is_foreign) {
        if (!is_valid_upstream_name(name)) {
            const auto name_path = is_foreign ? path : key_path(path, "name");
            auto fitted = fit_name(name);
            if (!is_foreign) {
                problems_.error(line, name_path, fmt::format("not a valid name: {}", name_rule),
                                fmt::format("for example \"{}\"", fitted));
                return name;
            }
            const auto base = fitted.substr(0, name_bytes_max - 4);
            for (int n = 2; is_taken(fitted); ++n) fitted = fmt::format("{}-{}", base, n);
            problems_.warning(line, name_path,
                              fmt::format("the name does not fit; it is called {} here", fitted),
                              fmt::format("a name has {}", name_rule));
            name = std::move(fitted);
        }
        const auto [first, is_new] = lines_by_name_.try_emplace(name, line);
        if (!is_new)
            problems_.error(
                line, is_foreign ? path : key_path(path, "name"),
                fmt::format("the name {} is taken by the child in line {}", name, first->second),
                "give every child a name of its own");
        return name;
    }

    config_node& root_;
    problem_log& problems_;
    config_parts parts_;
    std::map<std::string, std::size_t> lines_by_name_;
    std::set<std::string> given_names_; // an altered name must not take another's
    bool has_container_ = false;
};

} // namespace

config_parts find_config_parts(config_node& root, problem_log& problems) {
    return part_finder{root, problems}.find();
}

} // namespace mcpgw
