// SPDX-License-Identifier: Apache-2.0
#include "server/import/config_import.hpp"

#include "server/config/format/config_files.hpp"
#include "server/config/format/toml_text.hpp"
#include "server/config/sections/stateful_servers.hpp"
#include "server/config/variables/config_expand.hpp"
#include "server/import/client_entry.hpp"
#include "server/import/import_trial.hpp"
#include "server/import/secret_hider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

namespace fs = std::filesystem;

std::string full_path(const fs::path& path) {
    std::error_code ec;
    const auto full = fs::absolute(path, ec).lexically_normal();
    return ec ? path.string() : full.string();
}

/// Relative paths belong to the file that was read, not to the one that is written.
void make_absolute(config_node& node, const fs::path& directory) {
    if (!node.is_string() || node.text.empty() || node.text.starts_with("${") ||
        node.text.starts_with('~'))
        return;
    node.text = full_path(directory / node.text);
}

class importer {
public:
    importer(const import_options& options, const environment_lookup& environment)
        : options_(options), environment_(environment), hider_(environment) {}

    import_result run(const std::vector<import_source>& sources) {
        for (const auto& source : sources) add_source(source);
        if (made_.servers == 0) return std::move(made_);
        // What is wrong with single entries does not spoil the rest.
        for (auto& problem : made_.problems) problem.level = config_problem::severity::warning;
        for (const auto& secret : hider_.hidden())
            list_variable(secret.name, secret.key, true, secret.value);
        made_.toml = write_head(sources) + children_;
        const auto entry = make_client_entry(origin_, full_path(options_.own_binary),
                                             full_path(options_.config_path));
        made_.client_entry = entry.text;
        made_.client_entry_is_toml = entry.is_toml;
        return std::move(made_);
    }

private:
    void add_source(const import_source& source) {
        problem_log problems{source.path};
        auto root =
            read_config_document(source.text, format_of(source.path, source.text), problems);
        if (root) add_document(*root, source, problems);
        for (auto& problem : problems.take_sorted()) made_.problems.push_back(std::move(problem));
    }

    void add_document(config_node& root, const import_source& source, problem_log& problems) {
        auto parts = find_config_parts(root, problems);
        if (parts.origin == config_origin::ours) {
            const bool has_own = parts.gateway != nullptr || parts.http != nullptr ||
                                 parts.limits != nullptr || parts.defaults != nullptr ||
                                 !parts.children.empty();
            if (has_own)
                problems.error(0, "", "this is a configuration of this gateway already",
                               "use it as it is: mcp-gateway check FILE");
            else
                problems.error(0, "", "no servers were found in it",
                               fmt::format("looked for {}", known_containers()));
            return;
        }
        if (made_.servers == 0) origin_ = parts.origin;
        const auto before = made_.servers;
        for (auto& entry : parts.children) add_child(entry, source, problems);
        if (made_.servers == before)
            problems.error(0, "", "no child to import: no server with a command or a url was found",
                           fmt::format("looked for {}", known_containers()));
    }

    void add_child(child_entry& entry, const import_source& source, problem_log& problems) {
        if (entry.is_skipped) return;
        if (entry.name.empty()) return; // reported
        if (entry.node.find("command") == nullptr && entry.node.find("url") == nullptr)
            return problems.error(entry.node.line, entry.path,
                                  "a child without a command or a url; left out");
        const auto directory = fs::path{full_path(source.path)}.parent_path();
        for (const auto* key : {"cwd", "env_file"})
            if (auto* const path = entry.node.find(key); path != nullptr)
                make_absolute(*path, directory);
        const auto content = toml_value(entry.node);
        if (!contents_.emplace(entry.name, content).second) return; // of another file, the same
        keep_apart(entry, problems);
        drop_nulls(entry.node);
        hider_.hide(entry.name, entry.node, entry.path);
        entry.name = free_name(entry.name);
        const auto tried =
            try_child(entry, hider_.hidden(), options_.config_path, environment_, problems);
        if (!tried) return;
        for (const auto& [variable, key, line] : entry.asked)
            list_variable(variable.name, key, variable.is_secret, std::nullopt);
        list_missing(entry.node, entry.path);
        children_ += tried->toml;
        ++made_.servers;
    }

    /// Clients of a server that keeps state get one each.
    static void keep_apart(child_entry& entry, problem_log& problems) {
        const auto* const command = entry.node.find("command");
        if (command == nullptr || entry.node.find("sharing") != nullptr) return;
        std::vector<std::string> args;
        if (const auto* const list = entry.node.find("args"); list != nullptr)
            for (const auto& item : list->items) args.push_back(item.text);
        const auto state = state_kept_by(command->text, args);
        if (state.empty()) return;
        config_node value;
        value.kind = node_kind::string;
        value.text = "session";
        entry.node.members.push_back({"sharing", entry.node.line, std::move(value)});
        problems.warning(entry.node.line, entry.path,
                         fmt::format("this server keeps {}: each client gets a process of its own "
                                     "(sharing = \"session\")",
                                     state),
                         "sharing = \"shared\" if clients are to meet in it");
    }

    /// No null can be written.
    static void drop_nulls(config_node& node) {
        std::erase_if(node.members,
                      [](const config_member& m) { return m.value.kind == node_kind::null; });
        std::erase_if(node.items, [](const config_node& i) { return i.kind == node_kind::null; });
        for (auto& member : node.members) drop_nulls(member.value);
    }

    std::string free_name(const std::string& wanted) {
        auto name = wanted;
        constexpr std::size_t base_max = 28; // of 32
        for (int n = 2; !names_.insert(name).second; ++n)
            name = fmt::format("{}-{}", wanted.substr(0, base_max), n);
        return name;
    }

    void list_variable(const std::string& name, const std::string& key, bool is_secret,
                       std::optional<std::string> value) {
        const auto same = std::ranges::find(made_.variables, name, &import_variable::name);
        if (same == made_.variables.end())
            made_.variables.push_back({name, key, is_secret, std::move(value)});
    }

    /// Variables of the client's own that are not set here.
    void list_missing(const config_node& node, const std::string& path) {
        const auto& hidden = hider_.hidden();
        if (node.is_string())
            for (const auto& name : expand_variables(node.text, environment_).missing)
                if (std::ranges::find(hidden, name, &hidden_secret::name) == hidden.end())
                    list_variable(name, path, is_secret_key(name), std::nullopt);
        for (std::size_t i = 0; i < node.items.size(); ++i)
            list_missing(node.items[i], key_path(path, i));
        for (const auto& member : node.members)
            list_missing(member.value, key_path(path, member.key));
    }

    [[nodiscard]] std::string write_head(const std::vector<import_source>& sources) const {
        const auto file = fs::path{options_.config_path}.filename().string();
        std::string names;
        for (const auto& source : sources) {
            if (!names.empty()) names += ", ";
            names += shown_key(fs::path{source.path}.filename().string());
        }
        auto text = fmt::format("# Written by `mcp-gateway import` from {}.\n"
                                "# Check it:  mcp-gateway check {}\n"
                                "# All keys:  docs/configuration.md, or mcp-gateway schema\n",
                                names, shown_key(file));
        if (!made_.variables.empty()) {
            text += "#\n# These variables must be set, for example in a file .env beside this "
                    "one:\n";
            for (const auto& variable : made_.variables)
                text += fmt::format("#   {}=...   ({})\n", variable.name, variable.key);
        }
        text +=
            "\n[gateway]\n"
            "# gateway: a few tools that list and call the children. all: every child's tools,\n"
            "# as the client had them. both: the two together.\n"
            "expose = \"gateway\"\n";
        return text;
    }

    const import_options& options_;
    const environment_lookup& environment_;
    secret_hider hider_;
    config_origin origin_ = config_origin::mcp_servers;
    std::set<std::string> names_;
    std::set<std::pair<std::string, std::string>> contents_;
    std::string children_;
    import_result made_;
};

} // namespace

bool import_result::is_usable() const {
    return std::none_of(problems.begin(), problems.end(), [](const config_problem& problem) {
        return problem.level == config_problem::severity::error;
    });
}

import_result import_clients(const std::vector<import_source>& sources,
                             const import_options& options, const environment_lookup& environment) {
    return importer{options, environment}.run(sources);
}

import_result import_client_config(const std::string& path, const import_options& options,
                                   const environment_lookup& environment) {
    auto text = read_text_file(path, config_bytes_max);
    if (text) return import_clients({{path, std::move(*text)}}, options, environment);
    import_result made;
    made.problems.push_back({config_problem::severity::error, path, 0, "",
                             "does not exist or cannot be read as a file", ""});
    return made;
}

} // namespace mcpgw
