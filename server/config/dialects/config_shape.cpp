// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/config_shape.hpp"

#include "protocol/ascii.hpp"
#include "protocol/catalog/public_names.hpp"
#include "protocol/crypto/request_digest.hpp"
#include "protocol/text/transliteration.hpp"
#include "server/config/dialects/catalog_entry.hpp"
#include "server/config/dialects/dialect.hpp"
#include "server/config/format/toml_text.hpp"
#include "server/config/keys/config_hint.hpp"
#include "server/config/keys/config_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t name_bytes_max = 32; // is_valid_upstream_name()
constexpr std::size_t digest_digits = 8;

constexpr std::string_view name_rule = "1 to 32 of A-Z a-z 0-9 _ - . and begins with a letter or a "
                                       "digit";

bool is_name_char(char c) {
    return is_alnum(c) || c == '_' || c == '-' || c == '.';
}

/// `name` altered so that it is valid: other scripts are spelt in Latin letters, and what does not
/// fit becomes '-', once in a row. Where nothing is left of letters, a digest tells it from others.
std::string fit_name(std::string_view name) {
    std::string fitted;
    for (const char c : transliterate(name).text) {
        const char kept = is_name_char(c) ? c : '-';
        if (kept == '-' && (fitted.empty() || fitted.back() == '-')) continue;
        fitted += kept;
    }
    const auto first = fitted.find_first_not_of("_-.");
    if (first == std::string::npos) {
        const bool is_ascii = std::ranges::all_of(name, [](char c) { return (c & 0x80) == 0; });
        if (is_ascii) return "child";
        return "child-" + request_digest("name", name, {}).substr(0, digest_digits);
    }
    fitted = fitted.substr(first, name_bytes_max);
    while (fitted.back() == '-') fitted.pop_back();
    return fitted;
}

/// Parts of a configuration of ours. Other programs have keys that are called like the later ones.
constexpr std::array<std::string_view, 13> own_parts{
    "gateway",  "http",  "limits", "defaults", "children",  "include", "profiles",
    "overlays", "flags", "admin",  "views",    "workflows", "search"};
constexpr std::size_t telling_parts = 5;

class part_finder {
public:
    part_finder(config_node& root, problem_log& problems, child_paths paths)
        : root_(root), problems_(problems), paths_(paths) {}

    config_parts find() {
        if (root_.is_array()) {
            parts_.origin = config_origin::child_list;
            add_list(root_, "");
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
        parts_.search = root_.find("search");
        parts_.limits = root_.find("limits");
        parts_.admin = root_.find("admin");
        parts_.defaults = root_.find("defaults");
        parts_.flags = root_.find("flags");
        auto* const children = root_.find("children");
        const bool is_ours = is_own_document(root_);
        if (!is_ours) parts_ = {};
        if (is_ours && children != nullptr) add_children(*children);
        if (is_ours) parts_.views = find_views(root_, problems_);
        if (is_ours) parts_.workflows = find_workflows(root_, problems_);
        add_foreign(is_ours);
        if (is_ours) parts_.origin = config_origin::ours;
        if (is_ours || !has_container_) check_top_level(is_ours);
    }

    /// Other programs' files are full of keys that are none of our business; ours are not.
    void check_top_level(bool is_ours) {
        std::vector<std::string_view> known{own_parts.begin(), own_parts.end()};
        for (const std::string_view container : {"mcpServers", "servers", "mcp_servers"})
            known.push_back(container);
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
        for (const std::string_view section :
             {"gateway", "http", "search", "limits", "admin", "children"})
            if (find_config_key(section, key) != nullptr)
                return fmt::format("it belongs in [{}]", section);
        return fmt::format("known here: {}", fmt::join(own_parts, ", "));
    }

    void report_shape() {
        problems_.error(
            root_.line, "",
            fmt::format("expected a table or a list of children, found {}", kind_name(root_.kind)));
    }

    void add_children(const config_node& children) {
        has_container_ = true;
        if (children.is_array()) return add_list(children, "children");
        problems_.error(children.line, "children",
                        fmt::format("wrong type: expected a list of tables, found {}",
                                    kind_name(children.kind)),
                        "write [[children]] and name = \"...\" for each child");
    }

    void add_foreign(bool is_mixed) {
        auto found = find_servers(root_, is_mixed, problems_);
        if (!found.has_container) return;
        has_container_ = true;
        parts_.origin = found.origin;
        std::error_code ec;
        const auto& given = problems_.file_of(root_.line);
        const auto file = std::filesystem::absolute(given, ec).lexically_normal();
        const auto& from = find_dialect(file.string(), root_);
        parts_.program = from.name;
        const auto* inputs = root_.find("inputs");
        if (const auto* const mcp = root_.find("mcp"); inputs == nullptr && mcp != nullptr)
            inputs = mcp->find("inputs");
        const variable_translator variables{from, ec ? given : file.string(), inputs};
        for (const auto& server : found.list) given_names_.insert(server.name);
        for (const auto& server : found.list) add_server(server, from, variables);
    }

    void add_server(const found_server& server, const dialect& from,
                    const variable_translator& variables) {
        const auto entry_node = server.is_image ? entry_of_catalog(*server.node) : *server.node;
        auto made =
            translate_entry(entry_node, server.name, server.path, from, variables, problems_);
        child_entry entry;
        entry.path = server.path;
        entry.line = server.name_line;
        entry.name = server.name;
        if (!made.left_out.empty()) {
            problems_.warning(server.node->line, server.path,
                              fmt::format("{}; left out", made.left_out));
            entry.is_skipped = true;
            parts_.children.push_back(std::move(entry));
            return;
        }
        if (server.is_off) set(made.node, "enabled", make_flag(false, server.node->line));
        if (!server.hidden_tools.empty())
            set(made.node, "tools_except", make_list(server.hidden_tools, server.node->line));
        // The same server in several projects of one file is one child.
        const auto same = std::ranges::find_if(parts_.children, [&](const child_entry& other) {
            return originals_[other.path] == server.name &&
                   contents_[other.path] == toml_value(made.node);
        });
        if (same != parts_.children.end() && server.name_line != 0) return;
        originals_[server.path] = server.name;
        contents_[server.path] = toml_value(made.node);
        report_asked(made.asked);
        entry.asked = std::move(made.asked);
        if (server.name_line != 0)
            entry.name = check_name(server.name, server.name_line, server.path, true);
        set_directory(made.node, server, variables.workspace());
        entry.node = std::move(made.node);
        parts_.children.push_back(std::move(entry));
    }

    static void set(config_node& node, std::string_view key, config_node value) {
        if (auto* const known = node.find(key); known != nullptr) {
            *known = std::move(value);
            return;
        }
        const auto line = value.line;
        node.members.push_back({std::string{key}, line, std::move(value)});
    }

    void report_asked(const std::vector<asked_variable>& asked) {
        for (const auto& [variable, key, line] : asked)
            problems_.warning(line, key,
                              fmt::format("{}, which only the client knows, became ${{{}}}",
                                          variable.was, variable.name),
                              fmt::format("put {}=... into the file .env beside the configuration",
                                          variable.name));
    }

    /// A client starts the servers of a project within it. Relative paths begin there too.
    static void set_directory(config_node& node, const found_server& server,
                              const std::string& workspace) {
        if (node.find("command") == nullptr) return;
        const auto& folder = server.project.empty() ? workspace : server.project;
        if (folder.empty()) return;
        if (auto* const cwd = node.find("cwd"); cwd != nullptr) {
            const bool is_relative =
                cwd->is_string() && !cwd->text.starts_with('/') && !cwd->text.starts_with("${");
            if (is_relative) cwd->text = (std::filesystem::path{folder} / cwd->text).string();
            return;
        }
        std::error_code ec; // a project that is gone says nothing
        if (std::filesystem::is_directory(folder, ec))
            set(node, "cwd", make_text(folder, server.node->line));
    }

    void add_list(const config_node& list, const std::string& path) {
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            const auto& item = list.items[i];
            const auto* const name = item.find("name");
            const bool has_name = name != nullptr && name->is_string();
            const auto item_path = paths_ == child_paths::by_name && has_name
                                       ? fmt::format("{}[{}]", path, shown_key(name->text))
                                       : key_path(path, i);
            if (item.is_object() && name == nullptr) {
                problems_.error(item.line, item_path, "a child without a name",
                                "add name = \"...\"");
            } else if (item.is_object() && !name->is_string()) {
                problems_.error(
                    name->line, key_path(item_path, "name"),
                    fmt::format("wrong type: expected a text, found {}", kind_name(name->kind)));
            }
            add(has_name ? name->text : "", has_name ? name->line : 0, item, item_path);
        }
    }

    void add(const std::string& name, std::size_t line, const config_node& node,
             const std::string& path) {
        if (!node.is_object()) {
            problems_.error(
                node.line, path,
                fmt::format("wrong type: expected a table, found {}", kind_name(node.kind)));
            child_entry none;
            none.name = name;
            none.path = path;
            none.is_skipped = true;
            parts_.children.push_back(std::move(none));
            return;
        }
        child_entry entry;
        entry.path = path;
        entry.line = line;
        entry.name = line == 0 ? name : check_name(name, line, path, false);
        entry.node = node;
        std::erase_if(entry.node.members, [](const config_member& m) {
            return m.key == "name" || m.value.kind == node_kind::null;
        });
        parts_.children.push_back(std::move(entry));
    }

    [[nodiscard]] bool is_taken(const std::string& name) const {
        return lines_by_name_.contains(name) || given_names_.contains(name);
    }

    std::string free_name(const std::string& wanted) const {
        const auto base = wanted.substr(0, name_bytes_max - 4);
        auto name = fmt::format("{}-2", base);
        for (int n = 3; is_taken(name); ++n) name = fmt::format("{}-{}", base, n);
        return name;
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
            if (is_taken(fitted)) fitted = free_name(fitted);
            problems_.warning(line, name_path,
                              fmt::format("the name does not fit; it is called {} here", fitted),
                              fmt::format("a name has {}", name_rule));
            name = std::move(fitted);
        }
        if (is_foreign && lines_by_name_.contains(name) && !own_names_.contains(name)) {
            auto other = free_name(name);
            problems_.warning(line, path,
                              fmt::format("the name {} is taken already; it is called "
                                          "{} here",
                                          name, other));
            name = std::move(other);
        }
        const auto [first, is_new] = lines_by_name_.try_emplace(name, line);
        if (!is_foreign) own_names_.insert(name);
        if (!is_new)
            problems_.error(line, is_foreign ? path : key_path(path, "name"),
                            fmt::format("the name {} is taken by the child in line {}", name,
                                        line_in_file(first->second)),
                            "give every child a name of its own");
        return name;
    }

    config_node& root_;
    problem_log& problems_;
    child_paths paths_;
    config_parts parts_;
    std::map<std::string, std::size_t> lines_by_name_;
    std::set<std::string> given_names_;            // an altered name must not take another's
    std::set<std::string> own_names_;              // of [[children]]
    std::map<std::string, std::string> originals_; // names in the file, by path
    std::map<std::string, std::string> contents_;
    bool has_container_ = false;
};

} // namespace

bool is_own_document(const config_node& root) {
    const auto is_one_of = [](std::span<const std::string_view> parts, const config_member& m) {
        return std::ranges::find(parts, m.key) != parts.end();
    };
    const std::span parts{own_parts};
    const bool is_told = std::ranges::any_of(root.members, [&](const config_member& m) {
        return is_one_of(parts.first<telling_parts>(), m);
    });
    const bool has_nothing_else = std::ranges::all_of(root.members, [&](const config_member& m) {
        return is_one_of(parts, m) || m.key == "$schema";
    });
    // {"http": {"command": ...}}: a server that is called like a part of ours.
    const bool is_map_of_servers = std::ranges::all_of(
        root.members, [](const config_member& m) { return looks_like_entry(m.value); });
    return (is_told || has_nothing_else) && !is_map_of_servers;
}

config_parts find_config_parts(config_node& root, problem_log& problems, child_paths paths) {
    return part_finder{root, problems, paths}.find();
}

} // namespace mcpgw
