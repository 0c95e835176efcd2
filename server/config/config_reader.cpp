// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_reader.hpp"

#include "children/upstream/schema_cache.hpp"
#include "protocol/crypto/sealed_token.hpp"
#include "protocol/json/json_text.hpp"
#include "server/config/format/config_json.hpp"
#include "server/config/format/config_toml.hpp"
#include "server/config/format/config_yaml.hpp"
#include "server/config/sections/config_child.hpp"
#include "server/config/sections/config_fallbacks.hpp"
#include "server/config/sections/config_listen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t separator_bytes_max = 4;

bool is_name_char(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

class configuration_reader {
public:
    configuration_reader(const config_environment& environment, const std::string& directory,
                         problem_log& problems)
        : environment_(environment)
        , problems_(problems)
        , children_(environment, directory, problems) {}

    configuration read(config_node& root) {
        auto parts = find_config_parts(root, problems_);
        read_gateway(open(parts.gateway, "gateway"));
        read_http(open(parts.http, "http"));
        const auto limits = open(parts.limits, "limits");
        read_client_limits(limits);
        child_limits of_children;
        apply_child_limits(limits, of_children);
        children_.read_defaults(parts.defaults, of_children);
        for (auto& entry : parts.children) read_child(entry);
        check_fallbacks(parts.children, made_.children, problems_);
        find_defects(parts.children);
        check_count(parts.children);
        return std::move(made_);
    }

private:
    checked_section open(config_node* node, const std::string& section) {
        if (node != nullptr && node->is_object())
            expand_section(
                *node, section, section,
                [this](const std::string& name) { return environment_.find(name); }, problems_);
        return {node, section, section, problems_};
    }

    void read_gateway(const checked_section& section) {
        auto& gateway = made_.gateway;
        std::string text;
        if (section.take("expose", text))
            gateway.expose = text == "all"    ? exposure::all
                             : text == "both" ? exposure::both
                                              : exposure::gateway;
        if (section.take("prefix", text))
            gateway.naming.prefix = text == "never"         ? prefix_policy::never
                                    : text == "on_conflict" ? prefix_policy::on_conflict
                                                            : prefix_policy::always;
        section.take("instructions", gateway.instructions);
        section.take("question_timeout_ms", gateway.question_timeout);
        section.take("list_wait", gateway.list_wait);
        section.take("question_window_ms", gateway.parking.window);
        read_state_secret(section);
        read_schema_cache(section);
        if (section.take("log_level", text))
            made_.log = text == "debug"     ? log_level::debug
                        : text == "warning" ? log_level::warning
                        : text == "error"   ? log_level::error
                        : text == "off"     ? log_level::off
                                            : log_level::info;
        if (!section.take("separator", text)) return;
        if (!text.empty() && text.size() <= separator_bytes_max &&
            std::all_of(text.begin(), text.end(), is_name_char))
            gateway.naming.separator = text;
        else
            problems_.error(section.find("separator")->line, section.path_of("separator"),
                            "must have 1 to 4 characters of A-Z a-z 0-9 _ -");
    }

    void read_schema_cache(const checked_section& section) {
        std::string text{"auto"};
        section.take("schema_cache", text);
        const auto variable = [this](const std::string& name) {
            return environment_.find(name).value_or("");
        };
        if (text == "auto")
            made_.schema_cache =
                default_schema_directory(variable("XDG_CACHE_HOME"), variable("HOME"));
        else if (!text.empty() && text != "off")
            made_.schema_cache = children_.absolute(text);
    }

    void read_state_secret(const checked_section& section) {
        auto& secret = made_.gateway.state_secret;
        if (!section.take("state_secret", secret) || secret.empty()) return;
        if (secret.size() >= token_sealer::secret_bytes_min) return;
        secret.clear();
        problems_.error(
            section.find("state_secret")->line, section.path_of("state_secret"),
            fmt::format("is shorter than {} characters", token_sealer::secret_bytes_min),
            "make one with: openssl rand -hex 16");
    }

    void read_http(const checked_section& section) {
        auto& http = made_.http;
        read_listen(section);
        section.take("path", http.path);
        section.take("sse_path", http.sse_path);
        section.take("messages_path", http.messages_path);
        section.take("origins_allowed", http.access.origins_allowed);
        section.take("hosts_allowed", http.access.hosts_allowed);
        section.take("header_timeout_ms", http.header_timeout);
        section.take("body_timeout_ms", http.body_timeout);
        section.take("body_rate_min", http.body_rate_min);
        section.take("idle_timeout_ms", http.idle_timeout);
        section.take("write_timeout_ms", http.write_timeout);
        section.take("sse_keep_alive_ms", http.sse_keep_alive);
        section.take("stream_delay_ms", http.stream_delay);
        section.take("retry_delay_ms", http.retry_delay);
        section.take("session_timeout_ms", http.session_timeout);
        section.take("compress", http.compresses);
        section.take("compress_bytes_min", http.compress_bytes_min);
        // Requests are served with a slash at the end and without.
        for (auto* const path : {&http.path, &http.sse_path, &http.messages_path})
            if (path->size() > 1 && path->ends_with('/')) path->pop_back();
        check_paths(section);
        check_access_lists(section);
    }

    void read_listen(const checked_section& section) {
        std::string text;
        if (!section.take("listen", text)) return;
        const auto line = section.find("listen")->line;
        const auto path = section.path_of("listen");
        const auto parsed = parse_listen(text);
        if (parsed.has_error())
            return problems_.error(line, path, parsed.error().detail,
                                   "for example \"127.0.0.1:8080\"");
        made_.http.address = parsed->address;
        made_.http.port = parsed->port;
        if (!parsed->is_loopback())
            problems_.warning(line, path, std::string{open_address_warning()},
                              std::string{open_address_hint()});
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
            const auto complain = [&](std::string message) {
                problems_.error(node->line, section.path_of(key), std::move(message));
            };
            const bool has_bad_char = std::any_of(path.begin(), path.end(), [](char c) {
                return c <= ' ' || c == '?' || c == '#' || c == '%' || c == 0x7f;
            });
            if (!path.starts_with('/') || has_bad_char)
                complain("must begin with / and hold no blanks, ?, # or %");
            else if (path == "/healthz" || path == "/readyz" || path == "/status" ||
                     path.starts_with("/servers/"))
                complain("is taken: /healthz, /readyz, /status and /servers/ have other meanings");
            for (std::size_t j = 0; j < paths.size(); ++j) {
                // Reported once, at the later one that the file gives.
                const bool is_given = section.find(paths[j].first) != nullptr;
                if (j != i && paths[j].second == path && (j < i || !is_given))
                    complain(fmt::format("is the same as {}", paths[j].first));
            }
        }
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
        if (const auto* list = section.find("hosts_allowed"); list != nullptr)
            for (std::size_t i = 0; i < list->items.size(); ++i)
                if (!is_host(list->items[i].text))
                    problems_.error(
                        list->items[i].line, key_path(section.path_of("hosts_allowed"), i),
                        "not a host name", "write app.example, without scheme and port");
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

    void read_client_limits(const checked_section& section) {
        auto& limits = made_.limits;
        section.take("message_bytes_max", limits.message_bytes_max);
        section.take("header_bytes_max", limits.header_bytes_max);
        section.take("connections_max", limits.connections_max);
        section.take("memory_max", limits.memory_max);
        section.take("sessions_max", limits.sessions_max);
        section.take("sessions_per_client_max", limits.sessions_per_client_max);
        section.take("depth_max", limits.depth_max);
        section.take("requests_per_session_max", limits.requests_per_session_max);
        section.take("batch_messages_max", limits.batch_messages_max);
        section.take("stream_queue_bytes_max", limits.stream_queue_bytes_max);
        section.take("notifications_backlog_max", limits.notifications_backlog_max);
        section.take("resume_events_max", limits.resume_events_max);
        section.take("resume_bytes_max", limits.resume_bytes_max);
        section.take("drain_timeout_ms", limits.drain_timeout);
        section.take("stop_grace_ms", limits.stop_grace);
        section.take("starts_at_once_max", made_.starts_at_once_max);
        section.take("list_page_items", made_.gateway.list_page_items);
        auto& parking = made_.gateway.parking;
        section.take("askable_calls_max", parking.running_max);
        section.take("parked_calls_max", parking.parked_max);
        section.take("parked_calls_per_client_max", parking.parked_per_client_max);
    }

    void read_child(child_entry& entry) {
        if (entry.is_skipped) return;
        auto child = children_.read(entry);
        if (!child.description.empty())
            made_.gateway.abstracts.insert_or_assign(child.options.name,
                                                     std::move(child.description));
        made_.children.push_back(std::move(child.options));
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
    problem_log& problems_;
    child_reader children_;
    configuration made_;
};

} // namespace

std::optional<config_node> read_config_document(std::string_view text, config_format format,
                                                problem_log& problems) {
    if (text.size() > config_bytes_max) {
        problems.error(0, "", "the file is too large for a configuration");
        return std::nullopt;
    }
    if (const auto valid = sanitize_utf8(text); valid != text) {
        const auto [bad, other] = std::mismatch(text.begin(), text.end(), valid.begin());
        const auto lines = std::count(text.begin(), bad, '\n');
        problems.error(static_cast<std::size_t>(lines) + 1, "", "the text is not valid UTF-8");
        return std::nullopt;
    }
    if (format == config_format::yaml) return read_yaml_document(text, problems);
    return format == config_format::toml ? read_toml_document(text, problems)
                                         : read_json_document(text, problems);
}

config_format format_of(std::string_view filename, std::string_view text) {
    using enum config_format;
    if (filename.ends_with(".toml")) return toml;
    if (filename.ends_with(".json") || filename.ends_with(".jsonc")) return json;
    if (filename.ends_with(".yaml") || filename.ends_with(".yml")) return yaml;
    constexpr std::string_view blanks = " \t\r\n";
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    auto first = text.find_first_not_of(blanks);
    while (first != std::string_view::npos && text[first] == '#')
        first = text.find_first_not_of(blanks, std::min(text.find('\n', first), text.size()));
    if (first == std::string_view::npos) return toml;
    if (text[first] == '{' || text[first] == '/') return json;
    if (text[first] == '[') {
        // [gateway] and [[children]] or a JSON list of objects
        const auto second = text.find_first_not_of(blanks, first + 1);
        const bool is_json = second != std::string_view::npos &&
                             std::string_view{"{]/"}.find(text[second]) != std::string_view::npos;
        return is_json ? json : toml;
    }
    const auto line = text.substr(first, text.find('\n', first) - first);
    const auto mark = line.find_first_of(":=");
    const bool is_yaml = line.starts_with("---") || line.starts_with("- ") ||
                         (mark != std::string_view::npos && line[mark] == ':');
    return is_yaml ? yaml : toml;
}

configuration read_configuration(config_node& root, const config_environment& environment,
                                 const std::string& directory, problem_log& problems) {
    return configuration_reader{environment, directory, problems}.read(root);
}

} // namespace mcpgw
