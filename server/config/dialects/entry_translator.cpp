// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/entry_translator.hpp"

#include "children/child_options.hpp"
#include "server/config/dialects/command_line.hpp"
#include "server/config/dialects/entry_fields.hpp"
#include "server/config/dialects/entry_keys.hpp"
#include "server/config/dialects/entry_texts.hpp"
#include "server/config/dialects/foreign_time.hpp"
#include "server/config/keys/config_hint.hpp"
#include "server/config/keys/config_keys.hpp"
#include "server/config/variables/config_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace mcpgw {

namespace {

constexpr double times_max = 86'400; // of any of our keys

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

/// Set to something, not just spelled out.
bool says_something(const config_node& node) {
    return !node.items.empty() || !node.members.empty() || node.is_number() ||
           (node.is_string() && !node.text.empty()) ||
           (node.kind == node_kind::boolean && node.boolean);
}

class entry_translator {
public:
    entry_translator(const config_node& entry, std::string_view name, const std::string& path,
                     const dialect& from, const variable_translator& variables,
                     problem_log& problems)
        : flat_(flat_entry(entry))
        , name_(name)
        , path_(path)
        , from_(from)
        , variables_(variables)
        , problems_(problems) {
        made_.node.kind = node_kind::object;
        made_.node.line = entry.line;
    }

    translated_entry translate() {
        read_kind();
        if (!made_.left_out.empty()) return std::move(made_);
        choose_side();
        for (const auto& member : flat_.members) translate_member(member);
        if (is_sse_ && is_remote_) put("transport", make_text("sse", flat_.line));
        split_command();
        move_login();
        translate_texts(made_, {name_, path_, from_, variables_}, problems_);
        return std::move(made_);
    }

private:
    void warn(std::size_t line, const std::string& path, std::string message,
              std::string hint = {}) {
        problems_.warning(line, path, std::move(message), std::move(hint));
    }
    [[nodiscard]] std::string path_of(std::string_view key) const { return key_path(path_, key); }

    /// The first of several keys for one thing wins.
    void put(std::string_view key, config_node value) {
        if (made_.node.find(key) != nullptr) return;
        const auto line = value.line;
        made_.node.members.push_back({std::string{key}, line, std::move(value)});
    }

    // ---- what it is -------------------------------------------------------------------------

    void read_kind() {
        for (const auto& member : flat_.members) {
            if (find_entry_key(member.key).meaning == entry_meaning::address &&
                (member.value.text.starts_with("ws://") || member.value.text.starts_with("wss://")))
                made_.left_out = "servers over WebSocket are not supported";
            if (find_entry_key(member.key).meaning != entry_meaning::kind) continue;
            const auto& text = member.value.text;
            if (is_one_of(text, {"ws", "websocket"}))
                made_.left_out = "servers over WebSocket are not supported";
            if (is_one_of(text, {"builtin", "platform", "frontend", "inline_python", "sdk",
                                 "claudeai-proxy", "inMemory"}))
                made_.left_out = fmt::format("it is a part of {} itself",
                                             from_.name.empty() ? "its client" : from_.name);
            if (text == "sse") is_sse_ = true;
            if (is_one_of(text, {"stdio", "local", "command"})) is_said_local_ = true;
            if (is_one_of(text, {"http", "sse", "remote", "streamable-http", "streamableHttp",
                                 "streamable_http", "streamable", "http-stream"}))
                is_said_remote_ = true;
        }
        if (const auto* const id = flat_.find("connector_id");
            id != nullptr && !looks_like_entry(flat_))
            made_.left_out = fmt::format("{} is reached through its client alone", id->text);
        const auto* const source = flat_.find("source");
        const bool is_extension = source != nullptr && source->text == "extension";
        if ((is_extension || flat_.find("settings") != nullptr) && !looks_like_entry(flat_))
            made_.left_out = "an extension of its client starts it";
    }

    /// A command or an address: where both are given, what the entry says it is decides.
    void choose_side() {
        const config_member* program = nullptr;
        const config_member* address = nullptr;
        for (const auto& member : flat_.members) {
            const auto meaning = find_entry_key(member.key).meaning;
            if (meaning == entry_meaning::program && program == nullptr) program = &member;
            // Gemini: httpUrl is the newer of the two.
            if (meaning == entry_meaning::address &&
                (address == nullptr || member.key == "httpUrl"))
                address = &member;
        }
        is_remote_ = address != nullptr && (program == nullptr || is_said_remote_);
        address_ = address == nullptr ? std::string{} : address->key;
        if (program == nullptr || address == nullptr) return;
        if (!is_said_local_ && !is_said_remote_)
            warn(address->line, path_of(address->key),
                 "a server has a command or an address, not both; the address is left out",
                 "type = \"http\" says that the address is meant");
        const auto unwanted = is_remote_ ? entry_meaning::program : entry_meaning::address;
        std::erase_if(flat_.members, [unwanted](const config_member& m) {
            return find_entry_key(m.key).meaning == unwanted;
        });
    }

    // ---- keys -------------------------------------------------------------------------------

    void translate_member(const config_member& member) {
        const auto key = find_entry_key(member.key);
        switch (key.meaning) {
        case entry_meaning::program:
            return put_program(member);
        case entry_meaning::address:
            if (member.key == address_) put("url", member.value);
            return;
        case entry_meaning::headers:
        case entry_meaning::header_values:
            return put_headers(member, key.meaning == entry_meaning::header_values);
        case entry_meaning::enabled:
        case entry_meaning::disabled:
            return put_enabled(member, key.meaning == entry_meaning::enabled);
        case entry_meaning::eager:
            if (member.value.kind == node_kind::boolean && !member.value.boolean)
                put("start", make_text("lazy", member.line));
            return;
        case entry_meaning::time:
            return put_time(member, key);
        case entry_meaning::tools_allowed:
        case entry_meaning::tools_denied:
        case entry_meaning::tool_rules:
            return put_tools(member, key.meaning);
        case entry_meaning::token_variable:
            if (is_remote_ && member.value.is_string())
                put("bearer_token", make_text("${" + member.value.text + "}", member.line));
            return;
        case entry_meaning::login:
            return put_login(member);
        case entry_meaning::clients:
            if (says_something(member.value))
                warn(member.line, path_of(member.key),
                     "has no meaning for a gateway and is left out", "the client decides this");
            return;
        case entry_meaning::kind:
        case entry_meaning::cosmetic:
            return;
        default:
            return put_plain(member, key.meaning);
        }
    }

    void put_plain(const config_member& member, entry_meaning meaning) {
        const auto& value = member.value;
        switch (meaning) {
        case entry_meaning::arguments:
            return put("args", value);
        case entry_meaning::environment:
            return add_table("env", read_named_texts(value, "="), member);
        case entry_meaning::environment_of:
            return inherit(member, read_names(value));
        case entry_meaning::key_chain:
            return put_key_chain(member);
        case entry_meaning::environment_file:
            return put("env_file", value);
        case entry_meaning::directory:
            return put("cwd", value);
        case entry_meaning::token:
            return put("bearer_token", value);
        case entry_meaning::description:
            return put("description", value);
        default:
            break;
        }
        if (find_config_key("children", member.key) != nullptr) return put(member.key, value);
        warn(member.line, path_of(member.key), "unknown key, left out",
             unknown_key_hint("children", member.key));
    }

    void put_program(const config_member& member) {
        const auto& value = member.value;
        if (!value.is_array()) return put("command", value);
        if (value.items.empty()) return;
        put("command", value.items.front());
        config_node rest = value;
        rest.items.erase(rest.items.begin());
        if (const auto* const more = flat_.find("args"); more != nullptr)
            rest.items.insert(rest.items.end(), more->items.begin(), more->items.end());
        put("args", std::move(rest));
    }

    /// A whole command line in `command`.
    void split_command() {
        auto* const command = made_.node.find("command");
        if (command == nullptr || !command->is_string()) return;
        auto line = split_command_line(command->text);
        if (!line) return;
        warn(command->line, path_of("command"), "a whole command line was taken apart",
             "command is the program alone; its arguments go into args");
        command->text = line->words.front();
        line->words.erase(line->words.begin());
        auto words = make_list(std::move(line->words), command->line);
        const auto at = command->line;
        if (auto* const args = made_.node.find("args"); args != nullptr)
            args->items.insert(args->items.begin(), words.items.begin(), words.items.end());
        else
            put("args", std::move(words));
        if (line->env.empty()) return;
        config_node env;
        env.kind = node_kind::object;
        env.line = at;
        for (auto& [key, value] : line->env) env.members.push_back({key, at, make_text(value, at)});
        add_table("env", std::move(env), {"env", at, {}});
    }

    /// Joins tables of texts; of two values of one name the first stays.
    void add_table(std::string_view key, std::optional<config_node> texts,
                   const config_member& member) {
        if (!texts) return put(key, member.value); // of a wrong type: the checks say so
        auto* table = made_.node.find(key);
        if (table == nullptr || !table->is_object()) return put(key, std::move(*texts));
        for (auto& text : texts->members)
            if (table->find(text.key) == nullptr) table->members.push_back(std::move(text));
    }

    /// https://user:password@host
    void move_login() {
        auto* const url = made_.node.find("url");
        if (url == nullptr || !url->is_string()) return;
        const auto line = url->line;
        url->text = without_blanks(url->text);
        auto login = take_login(url->text);
        if (!login) return;
        config_node headers;
        headers.kind = node_kind::object;
        headers.line = line;
        headers.members.push_back({"Authorization", line, make_text(std::move(*login), line)});
        add_table("headers", std::move(headers), {"headers", line, {}});
    }

    void inherit(const config_member& member, std::optional<std::vector<std::string>> names) {
        if (!names)
            return warn(member.line, path_of(member.key), "not a list of variables; left out");
        for (const auto& name : child_options{}.inherit_env) names->push_back(name);
        put("inherit_env", make_list(std::move(*names), member.line));
    }

    /// The client keeps their values where only it can read them.
    void put_key_chain(const config_member& member) {
        const auto names = read_names(member.value);
        if (!names)
            return warn(member.line, path_of(member.key), "not a list of variables; left out");
        config_node env;
        env.kind = node_kind::object;
        env.line = member.line;
        for (const auto& name : *names) {
            env.members.push_back({name, member.line, make_text("${" + name + "}", member.line)});
            made_.asked.push_back({{name, std::string{from_.name} + "'s key chain", true},
                                   path_of(member.key),
                                   member.line});
        }
        add_table("env", std::move(env), member);
    }

    void put_headers(const config_member& member, bool are_variables) {
        if (!is_remote_) {
            if (says_something(member.value))
                warn(member.line, path_of(member.key),
                     "has a meaning only for a server with an address; left out");
            return;
        }
        auto texts = read_named_texts(member.value, ":");
        if (texts && are_variables)
            for (auto& text : texts->members)
                if (text.value.is_string()) text.value.text = "${" + text.value.text + "}";
        add_table("headers", std::move(texts), {"headers", member.line, member.value});
    }

    void put_enabled(const config_member& member, bool means_on) {
        const auto& value = member.value;
        bool is_set = value.boolean;
        if (value.kind != node_kind::boolean) {
            is_set = !is_one_of(value.text, {"false", "no", "off", "0"});
            const bool is_known = !is_set || is_one_of(value.text, {"true", "yes", "on", "1"});
            warn(member.line, path_of(member.key),
                 fmt::format("neither true nor false; read as {}", is_known ? is_set : !means_on));
            if (!is_known) is_set = !means_on; // better off than on against the user's will
        }
        const bool is_on = is_set == means_on;
        auto* const known = made_.node.find("enabled");
        if (known == nullptr) return put("enabled", make_flag(is_on, member.line));
        if (!is_on) *known = make_flag(false, member.line);
    }

    void put_time(const config_member& member, const entry_key& key) {
        if (member.value.is_object()) return put_times(member);
        auto ours = std::string{key.ours};
        if (member.key == "timeout" && from_.times_start) ours = "start_timeout";
        const auto unit = key.unit == time_unit::unknown ? from_.unit : key.unit;
        put_seconds(member, ours, unit, key.is_exact);
    }

    /// {"startup": 30000, "request": 60000}
    void put_times(const config_member& member) {
        for (const auto& part : member.value.members) {
            const auto ours = is_one_of(part.key, {"startup", "start", "connect"}) ? "start_timeout"
                              : part.key == "catalog"                              ? "list_timeout"
                                                                                   : "timeout";
            put_seconds({member.key + "." + part.key, part.line, part.value}, ours,
                        from_.unit == time_unit::unknown ? time_unit::milliseconds : from_.unit,
                        false);
        }
    }

    void put_seconds(const config_member& member, const std::string& ours, time_unit unit,
                     bool is_exact) {
        const auto path = path_of(member.key);
        auto time = read_foreign_time(member.value, unit, is_exact);
        if (!time) return warn(member.line, path, "not a time; left out");
        if (time->seconds <= 0)
            return warn(member.line, path, "there is always a limit; the default is taken",
                        fmt::format("set {} = seconds", ours));
        if (!time->doubt.empty())
            warn(member.line, path, time->doubt, fmt::format("set {} = seconds", ours));
        const double seconds = std::clamp(time->seconds, 0.001, times_max);
        put(ours, make_number(seconds, member.line));
    }

    void put_tools(const config_member& member, entry_meaning meaning) {
        // `tools` of ours: tables of single tools.
        if (member.key == "tools" && is_own_tools(member.value)) return put("tools", member.value);
        auto filter = read_tool_filter(member.key, member.value, meaning, from_.is_empty_all);
        if (!filter)
            return warn(member.line, path_of(member.key), "not a list of tools; left out",
                        "set tools_only or tools_except");
        if (filter->only) put("tools_only", make_list(std::move(*filter->only), member.line));
        if (!filter->except.empty())
            put("tools_except", make_list(std::move(filter->except), member.line));
        for (const auto& rest : filter->unused)
            warn(member.line, key_path(path_of(member.key), rest),
                 "has no meaning for a gateway and is left out", "the client decides this");
    }

    void put_login(const config_member& member) {
        if (!says_something(member.value)) return;
        if (auto token = read_token(member.value); token && is_remote_ && may_be_token(member.key))
            return put("bearer_token", make_text(std::move(*token), member.line));
        warn(member.line, path_of(member.key),
             "logins of this kind are not supported by this version",
             "set headers or bearer_token");
    }

    config_node flat_;
    std::string_view name_;
    const std::string& path_;
    const dialect& from_;
    const variable_translator& variables_;
    problem_log& problems_;
    translated_entry made_;
    std::string address_;
    bool is_remote_ = false;
    bool is_said_local_ = false;
    bool is_said_remote_ = false;
    bool is_sse_ = false;
};

} // namespace

translated_entry translate_entry(const config_node& entry, std::string_view name,
                                 const std::string& path, const dialect& from,
                                 const variable_translator& variables, problem_log& problems) {
    return entry_translator{entry, name, path, from, variables, problems}.translate();
}

} // namespace mcpgw
