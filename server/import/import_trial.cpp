// SPDX-License-Identifier: Apache-2.0
#include "server/import/import_trial.hpp"

#include "server/config/config.hpp"
#include "server/config/format/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace {

constexpr int keys_left_out_max = 64; // of one child

/// Tables of their own end the child's keys, so they come last.
bool is_table(const config_member& member) {
    return member.key == "env" || member.key == "headers";
}

std::string write_child(const child_entry& entry, const std::string& note) {
    auto text = fmt::format("\n[[children]]\nname = {}\n", quote_toml(entry.name));
    if (!note.empty()) text += fmt::format("enabled = false # {}\n", note);
    for (const auto& member : entry.node.members) {
        if (is_table(member) || (member.key == "enabled" && !note.empty())) continue;
        text += fmt::format("{} = {}\n", toml_key(member.key), toml_value(member.value));
    }
    for (const auto& member : entry.node.members) {
        if (!is_table(member) || member.value.members.empty()) continue;
        text += fmt::format("[children.{}]\n", member.key);
        for (const auto& [key, line, value] : member.value.members) {
            auto as_text = value;
            as_text.kind = value.is_object() || value.is_array() ? value.kind : node_kind::string;
            text += fmt::format("{} = {}\n", toml_key(key), toml_value(as_text));
        }
    }
    return text;
}

/// In a comment, in one line.
std::string as_note(std::string_view text) {
    std::string note;
    for (const char c : text.substr(0, 120))
        note += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    return note;
}

/// The first error of what was written; nothing: it is good.
std::optional<config_problem> first_error(const std::string& toml, const std::string& config_path,
                                          const environment_lookup& environment) {
    auto read = parse_config(toml, config_format::toml, config_path, environment);
    for (auto& problem : read.problems)
        if (problem.level == config_problem::severity::error) return std::move(problem);
    return std::nullopt;
}

class trial {
public:
    trial(child_entry& entry, const std::string& config_path, environment_lookup environment,
          problem_log& problems)
        : entry_(entry)
        , config_path_(config_path)
        , environment_(std::move(environment))
        , problems_(problems) {}

    std::optional<tried_child> run() {
        std::optional<config_problem> error;
        for (int i = 0; i < keys_left_out_max; ++i) {
            auto toml = write_child(entry_, "");
            error = first_error(toml, config_path_, environment_);
            if (!error) return tried_child{std::move(toml)};
            if (!leave_out(*error)) break;
        }
        const auto why = fmt::format("{}: {}", local_key(error->key), error->message);
        auto toml = write_child(entry_, as_note(why));
        if (!first_error(toml, config_path_, environment_)) {
            problems_.warning(entry_.node.line, entry_.path,
                              fmt::format("it cannot run here and is switched off: {}", why),
                              error->hint);
            return tried_child{std::move(toml)};
        }
        problems_.warning(entry_.node.line, entry_.path, fmt::format("left out: {}", why),
                          error->hint);
        return std::nullopt;
    }

private:
    static std::string local_key(const std::string& key) {
        constexpr std::string_view before = "children[0].";
        if (key.starts_with(before)) return key.substr(before.size());
        return key.empty() ? "the entry" : key;
    }

    /// What can be done without. A missing folder or file is no such thing: without it the child
    /// would run in another place, or with other values.
    bool leave_out(const config_problem& error) {
        const auto key = local_key(error.key);
        auto& members = entry_.node.members;
        const auto member = std::ranges::find_if(members, [&key](const config_member& m) {
            const auto name = shown_key(m.key);
            return key == name || key.starts_with(name + ".") || key.starts_with(name + "[");
        });
        if (member == members.end()) return false;
        constexpr std::array<std::string_view, 6> needed{"command", "args",     "url",
                                                         "cwd",     "env_file", "ca_file"};
        if (std::ranges::find(needed, member->key) != needed.end()) return false;
        problems_.warning(member->line, key_path(entry_.path, key),
                          fmt::format("left out: {}", error.message), error.hint);
        if (is_table(*member) &&
            std::erase_if(member->value.members, [&](const config_member& one) {
                return key_path(member->key, one.key) == key;
            }) > 0)
            return true;
        members.erase(member);
        return true;
    }

    child_entry& entry_;
    const std::string& config_path_;
    environment_lookup environment_;
    problem_log& problems_;
};

} // namespace

std::optional<tried_child> try_child(child_entry& entry, const std::vector<hidden_secret>& hidden,
                                     const std::string& config_path,
                                     const environment_lookup& environment, problem_log& problems) {
    // As it will be when the user has set what is missing.
    const auto complete = [&](const std::string& name) -> std::optional<std::string> {
        const auto secret = std::ranges::find(hidden, name, &hidden_secret::name);
        if (secret != hidden.end()) return secret->value;
        auto value = environment(name);
        return value || name == "PATH" ? std::move(value) : std::string{};
    };
    return trial{entry, config_path, complete, problems}.run();
}

} // namespace mcpgw
