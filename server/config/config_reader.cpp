// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_reader.hpp"

#include "children/registry/schema_cache.hpp"
#include "protocol/ascii.hpp"
#include "protocol/crypto/sealed_token.hpp"
#include "protocol/json/json_text.hpp"
#include "server/config/config_views.hpp"
#include "server/config/config_workflows.hpp"
#include "server/config/sections/config_child.hpp"
#include "server/config/sections/config_fallbacks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t separator_bytes_max = 4;

bool is_name_char(char c) {
    return is_alnum(c) || c == '_' || c == '-';
}

class configuration_reader {
public:
    configuration_reader(const config_environment& environment, used_files& files,
                         problem_log& problems)
        : environment_(environment)
        , files_(files)
        , problems_(problems)
        , children_(environment, files, problems) {
        made_.schema_cache = "auto";
    }

    configuration read(config_parts& parts) {
        const config_scope scope{environment_, files_, problems_};
        const auto gateway = open(parts.gateway, "gateway");
        const auto http = open(parts.http, "http");
        const auto search = open(parts.search, "search");
        const auto limits = open(parts.limits, "limits");
        const auto admin = open(parts.admin, "admin");
        for (const auto* section : {&gateway, &http, &search, &limits, &admin})
            section->store(made_, scope);
        check_gateway(gateway);
        find_schema_cache(gateway, scope);
        check_http(http);
        check_admin(admin);
        children_.read_defaults(parts.defaults, limits);
        for (auto& entry : parts.children) read_child(entry);
        made_.gateway.views =
            read_views(parts.views, made_.children, made_.gateway.naming.separator, scope);
        made_.gateway.workflows.named = read_workflows(parts.workflows, made_.children, scope);
        check_fallbacks(parts.children, made_.children, problems_);
        find_defects(parts.children);
        check_count(parts.children);
        return std::move(made_);
    }

private:
    checked_section open(config_node* node, std::string_view section) {
        if (node != nullptr && node->is_object())
            expand_section(*node, section, std::string{section}, environment_, problems_);
        return {node, section, std::string{section}, problems_};
    }

    void check_gateway(const checked_section& section) {
        auto& [prefix, separator, name_bytes_max, reserved] = made_.gateway.naming;
        if (const auto* node = section.find("separator");
            node != nullptr && (separator.empty() || separator.size() > separator_bytes_max ||
                                !std::ranges::all_of(separator, is_name_char))) {
            separator = naming_options{}.separator;
            problems_.error(node->line, section.path_of("separator"),
                            "must have 1 to 4 characters of A-Z a-z 0-9 _ -");
        }
        auto& secret = made_.gateway.state_secret;
        if (secret.empty() || secret.size() >= token_sealer::secret_bytes_min) return;
        secret.clear();
        problems_.error(
            section.find("state_secret")->line, section.path_of("state_secret"),
            fmt::format("is shorter than {} characters", token_sealer::secret_bytes_min),
            "make one with: openssl rand -hex 16");
    }

    void find_schema_cache(const checked_section& section, const config_scope& scope) {
        const auto variable = [this](const std::string& name) {
            return environment_.find(name).value_or("");
        };
        auto& directory = made_.schema_cache;
        if (directory == "auto")
            directory = default_schema_directory(variable("XDG_CACHE_HOME"), variable("HOME"));
        else if (!directory.empty())
            directory = directory == "off"
                            ? ""
                            : scope.absolute(directory, section.find("schema_cache")->line);
    }

    void check_http(const checked_section& section) {
        auto& http = made_.http;
        // Requests are served with a slash at the end and without.
        for (auto* const path : {&http.path, &http.sse_path, &http.messages_path})
            if (path->size() > 1 && path->ends_with('/')) path->pop_back();
        check_paths(section);
        check_access_lists(section);
    }

    void check_paths(const checked_section& section) {
        const auto& http = made_.http;
        const std::array<std::pair<std::string_view, std::string_view>, 3> paths{
            {{"path", http.path},
             {"sse_path", http.sse_path},
             {"messages_path", http.messages_path}}};
        for (std::size_t i = 0; i < paths.size(); ++i) {
            const auto& [key, path] = paths[i];
            const auto* const node = section.find(key);
            if (node == nullptr) continue;
            const auto complain = [&, key = key](std::string message) { // clang 14 wants it named
                problems_.error(node->line, section.path_of(key), std::move(message));
            };
            const bool has_bad_char = std::any_of(path.begin(), path.end(), [](char c) {
                return c <= ' ' || c == '?' || c == '#' || c == '%' || c == 0x7f;
            });
            if (!path.starts_with('/') || has_bad_char)
                complain("must begin with / and hold no blanks, ?, # or %");
            else if (is_taken(path))
                complain("is taken: /healthz, /readyz, /status, /servers/, /views/, /layers/ and "
                         "/tags/ have other meanings");
            for (std::size_t j = 0; j < paths.size(); ++j) {
                // Reported once, at the later one that the file gives.
                const bool is_given = section.find(paths[j].first) != nullptr;
                if (j != i && paths[j].second == path && (j < i || !is_given))
                    complain(fmt::format("is the same as {}", paths[j].first));
            }
        }
    }

    static bool is_taken(std::string_view path) {
        constexpr std::array<std::string_view, 4> tables{"/servers/", "/views/", "/layers/",
                                                         "/tags/"};
        return path == "/healthz" || path == "/readyz" || path == "/status" ||
               std::ranges::any_of(tables,
                                   [path](std::string_view t) { return path.starts_with(t); });
    }

    void check_access_lists(const checked_section& section) {
        if (const auto* list = section.find("origins_allowed"); list != nullptr)
            for (std::size_t i = 0; i < list->items.size(); ++i)
                if (!is_origin(list->items[i].text))
                    problems_.error(list->items[i].line,
                                    key_path(section.path_of("origins_allowed"), i),
                                    "not an origin",
                                    "write https://app.example (with port, without path), * or "
                                    "null");
        check_hosts(section);
    }

    void check_hosts(const checked_section& section) {
        if (const auto* list = section.find("hosts_allowed"); list != nullptr)
            for (std::size_t i = 0; i < list->items.size(); ++i)
                if (!is_host(list->items[i].text))
                    problems_.error(
                        list->items[i].line, key_path(section.path_of("hosts_allowed"), i),
                        "not a host name", "write app.example, without scheme and port");
    }

    /// Over TCP the token is all that keeps others out.
    void check_admin(const checked_section& section) {
        auto& admin = made_.admin;
        const auto line_of = [&section](std::string_view key) {
            const auto* const node = section.find(key);
            return node == nullptr ? 0 : node->line;
        };
        const auto* const make_one = "make one with: openssl rand -hex 16";
        if (!admin.token.empty() && admin.token.size() < admin_options::token_bytes_min)
            problems_.error(
                line_of("token"), section.path_of("token"),
                fmt::format("is shorter than {} characters", admin_options::token_bytes_min),
                make_one);
        if (!admin.address.empty() && admin.token.empty())
            problems_.error(line_of("listen"), section.path_of("listen"),
                            "needs admin.token: whoever reaches it can start any program",
                            make_one);
        check_hosts(section);
        if (admin.socket.empty()) admin.socket = "off";
        if (admin.socket == "auto" || admin.socket == "off" || admin.socket.starts_with('/'))
            return;
        problems_.error(line_of("socket"), section.path_of("socket"),
                        "must be an absolute path, \"auto\" or \"off\"");
    }

    static bool is_origin(std::string_view text) {
        if (text == "*" || text == "null") return true;
        const auto scheme = text.find("://");
        if (scheme == std::string_view::npos || scheme == 0) return false;
        const auto host = text.substr(scheme + 3);
        return !host.empty() && host.find_first_of("/?#@ ") == std::string_view::npos;
    }
    static bool is_host(std::string_view text) {
        if (text.starts_with('[')) return text.ends_with(']') && text.size() > 2;
        return !text.empty() && text.find_first_of("/?#@: ") == std::string_view::npos;
    }

    void read_child(child_entry& entry) {
        if (entry.is_skipped) return;
        auto child = children_.read(entry);
        if (!child.description.empty())
            made_.gateway.abstracts.insert_or_assign(child.name, child.description);
        made_.children.push_back(std::move(child));
    }

    /// Which children have errors of their own. Of those without a name of their own nobody could
    /// ask for one: they are left out.
    void find_defects(const std::vector<child_entry>& entries) {
        // What is wrong with the defaults is wrong with every child.
        const bool is_all_faulty = problems_.has_errors_at("defaults");
        std::set<std::string_view> names;
        std::size_t place = 0;
        for (const auto& entry : entries) {
            auto defect = problems_.assign_to_child(entry.path);
            if (entry.is_skipped) continue;
            auto& child = made_.children[place];
            const bool is_named =
                is_valid_upstream_name(child.name) && names.insert(child.name).second;
            if (!is_named) child.is_enabled = false;
            if (!defect.empty() || is_all_faulty) made_.faulty_children.push_back(place);
            child.defect = std::move(defect);
            ++place;
        }
    }

    void check_count(const std::vector<child_entry>& entries) {
        const auto& children = made_.children;
        if (std::any_of(children.begin(), children.end(),
                        [](const child_options& child) { return child.is_enabled; }))
            return;
        if (!children.empty())
            problems_.warning(0, "", "no child is enabled: the gateway has nothing to offer");
        else if (entries.empty())
            problems_.warning(0, "", "no children: the gateway has nothing to offer",
                              "add [[children]], or pass a file with mcpServers or servers");
    }

    const config_environment& environment_;
    used_files& files_;
    problem_log& problems_;
    child_reader children_;
    configuration made_;
};

} // namespace

configuration read_configuration(config_parts& parts, const config_environment& environment,
                                 used_files& files, problem_log& problems) {
    return configuration_reader{environment, files, problems}.read(parts);
}

} // namespace mcpgw
