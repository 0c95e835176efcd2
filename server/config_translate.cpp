#include "server/config_hint.hpp"
#include "server/config_keys.hpp"
#include "server/config_shape.hpp"

#include "children/child_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

namespace mcpgw {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 3> address_keys{"url", "serverUrl", "httpUrl"};

/// "http", "sse", …; empty where the entry does not say.
std::string_view transport_of(const config_node& entry) {
    for (const std::string_view key : {"type", "transport", "transportType"}) {
        const auto* const type = entry.find(key);
        if (type != nullptr && type->is_string()) return type->text;
    }
    return {};
}

/// Keys that other programs keep for themselves: they say nothing about the server.
bool is_owned_by_others(std::string_view key) {
    return key.starts_with('_') || key.starts_with("//") ||
           is_one_of(key, {"type",
                           "transport",
                           "transportType",
                           "autoApprove",
                           "alwaysAllow",
                           "trust",
                           "gallery",
                           "fromGalleryId",
                           "version",
                           "dev",
                           "icon",
                           "iconPath",
                           "note",
                           "comment",
                           "$schema",
                           "required",
                           "scopes",
                           "sandbox",
                           "sandboxEnabled",
                           "title",
                           "displayName",
                           "initTimeout",
                           "useInstructions",
                           "debug",
                           "source",
                           "settings"});
}

/// Keys that restrict which tools a program offers. Leaving them out silently would offer more
/// than the user allowed.
bool is_tool_filter(std::string_view key) {
    return is_one_of(key, {"enabled_tools", "disabled_tools", "includeTools", "excludeTools",
                           "enabledTools", "disabledTools", "allowedTools", "tools"});
}

bool admits_everything(const config_node& filter) {
    return std::all_of(filter.items.begin(), filter.items.end(),
                       [](const config_node& item) { return item.text == "*"; });
}

config_member make_number(const config_member& from, std::string name, double seconds) {
    config_member made{std::move(name), from.line, from.value};
    made.value.integer = std::llround(std::clamp(seconds, -1e9, 1e9));
    const bool is_whole = static_cast<double>(made.value.integer) == seconds;
    made.value.kind = is_whole ? node_kind::integer : node_kind::real;
    made.value.real = seconds;
    made.value.text = fmt::format("{}", seconds);
    return made;
}

/// Some programs count `timeout` in seconds, some in milliseconds. Nobody waits for 1,000 seconds,
/// and no server answers within 1 second at worst.
double to_seconds(double timeout) {
    return timeout >= 1000 ? timeout / 1000 : timeout;
}

class entry_translator {
public:
    entry_translator(const config_node& entry, const std::string& path, problem_log& problems)
        : entry_(entry), path_(path), problems_(problems), is_remote_(is_remote_entry(entry)) {
        out_.kind = node_kind::object;
        out_.line = entry.line;
    }

    config_node translate() {
        for (const auto& member : entry_.members) translate_member(member);
        if (is_remote_ && transport_of(entry_) == "sse") add_text("transport", "sse", entry_.line);
        return std::move(out_);
    }

private:
    void add_text(std::string name, std::string value, std::size_t line) {
        out_.members.push_back({std::move(name), line, make_text(std::move(value), line)});
    }
    static config_node make_text(std::string value, std::size_t line) {
        config_node node;
        node.kind = node_kind::string;
        node.line = line;
        node.text = std::move(value);
        return node;
    }
    void keep(const config_member& member, std::string name) {
        out_.members.push_back({std::move(name), member.line, member.value});
    }

    void translate_member(const config_member& member) {
        const std::string_view key = member.key;
        if (key == "disabled" && member.value.kind == node_kind::boolean) {
            keep(member, "enabled");
            auto& value = out_.members.back().value;
            value.boolean = !value.boolean;
            value.text = value.boolean ? "true" : "false";
        } else if (key == "envFile") {
            keep(member, "env_file");
        } else if (key == "env_vars" && member.value.is_array()) {
            add_inherited(member);
        } else if (is_remote_ && translate_remote(member)) {
            return;
        } else if (!translate_timeout(member)) {
            translate_rest(member);
        }
    }

    bool translate_timeout(const config_member& member) {
        if (!member.value.is_number()) return false;
        const double number = member.value.real;
        if (member.key == "timeout")
            out_.members.push_back(make_number(member, "timeout", to_seconds(number)));
        else if (member.key == "tool_timeout_sec")
            out_.members.push_back(make_number(member, "timeout", number));
        else if (member.key == "startup_timeout_sec")
            out_.members.push_back(make_number(member, "start_timeout", number));
        else if (member.key == "startup_timeout_ms")
            out_.members.push_back(make_number(member, "start_timeout", number / 1000));
        else
            return false;
        return true;
    }

    void add_inherited(const config_member& member) {
        keep(member, "inherit_env");
        auto& items = out_.members.back().value.items;
        for (const auto& name : child_options{}.inherit_env) {
            items.push_back(make_text(name, member.line));
        }
    }

    /// What says where a remote server is and who we are. False: it is something else.
    bool translate_remote(const config_member& member) {
        const std::string_view key = member.key;
        if (is_one_of(key, {"url", "serverUrl", "httpUrl"})) {
            keep(member, "url");
        } else if (is_one_of(key, {"headers", "http_headers"})) {
            add_headers(member, false);
        } else if (key == "env_http_headers") {
            add_headers(member, true);
        } else if (key == "bearer_token_env_var" && member.value.is_string()) {
            add_text("bearer_token", "${" + member.value.text + "}", member.line);
        } else if (is_one_of(key, {"oauth", "auth", "headersHelper", "authProviderType"})) {
            problems_.warning(member.line, key_path(path_, key),
                              "logins of this kind are not supported by this version",
                              "set headers or bearer_token");
        } else {
            return false;
        }
        return true;
    }

    /// `are_variables`: the values are names of variables that hold the values.
    void add_headers(const config_member& member, bool are_variables) {
        auto* headers = out_.find("headers");
        if (headers == nullptr || !headers->is_object() || !member.value.is_object()) {
            keep(member, "headers");
            headers = &out_.members.back().value;
            if (!are_variables) return;
            headers->members.clear();
        }
        for (const auto& [name, line, value] : member.value.members) {
            auto text = value;
            if (are_variables && value.is_string()) text.text = "${" + value.text + "}";
            headers->members.push_back({name, line, std::move(text)});
        }
    }

    void translate_rest(const config_member& member) {
        const auto path = key_path(path_, member.key);
        if (is_tool_filter(member.key)) {
            if (!admits_everything(member.value))
                problems_.warning(member.line, path, "tool filters are not applied by this version",
                                  "every tool of this child is offered; set enabled = false if "
                                  "that is too much");
        } else if (member.key == "name" || is_owned_by_others(member.key) ||
                   (!is_remote_ && is_one_of(member.key, {"oauth", "headers"}))) {
            return;
        } else if (find_config_key("children", member.key) != nullptr) {
            keep(member, member.key);
        } else {
            problems_.warning(member.line, path, "unknown key, left out",
                              unknown_key_hint("children", member.key));
        }
    }

    const config_node& entry_;
    const std::string& path_;
    problem_log& problems_;
    bool is_remote_;
    config_node out_;
};

} // namespace

config_node translate_entry(const config_node& entry, const std::string& path,
                            problem_log& problems) {
    return entry_translator{entry, path, problems}.translate();
}

bool is_remote_entry(const config_node& entry) {
    return std::ranges::any_of(
        address_keys, [&entry](const std::string_view key) { return entry.find(key) != nullptr; });
}

bool is_websocket_entry(const config_node& entry) {
    if (is_one_of(transport_of(entry), {"ws", "websocket"})) return true;
    return std::ranges::any_of(address_keys, [&entry](const std::string_view key) {
        const auto* const address = entry.find(key);
        return address != nullptr &&
               (address->text.starts_with("ws://") || address->text.starts_with("wss://"));
    });
}

} // namespace mcpgw
