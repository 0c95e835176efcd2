// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/entry_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::array<std::string_view, 8> keys_with_variables{
    "command", "args", "url", "headers", "env", "cwd", "env_file", "bearer_token"};

/// In these nobody means a folder called ~.
constexpr std::array<std::string_view, 5> keys_with_paths{"command", "args", "env", "cwd",
                                                          "env_file"};

class text_translator {
public:
    text_translator(translated_entry& made, const entry_owner& owner, problem_log& problems)
        : made_(made), owner_(owner), problems_(problems) {}

    void run() {
        find_script();
        for (auto& [key, line, value] : made_.node.members) {
            if (std::ranges::find(keys_with_variables, key) == keys_with_variables.end()) continue;
            const auto path = key_path(owner_.path, key);
            const bool is_path = std::ranges::find(keys_with_paths, key) != keys_with_paths.end();
            translate(value, path, key, is_path);
            for (std::size_t i = 0; i < value.items.size(); ++i) {
                const bool is_script = key == "args" && i == script_;
                translate(value.items[i], key_path(path, i), key, is_path && !is_script, is_script);
            }
            for (auto& one : value.members) {
                if (key == "env") inherit_empty(one);
                translate(one.value, key_path(path, one.key), one.key, is_path);
            }
        }
        put_own_variables();
    }

private:
    static constexpr auto nowhere = static_cast<std::size_t>(-1);

    /// Of `sh -c SCRIPT`: which argument it is.
    void find_script() {
        const auto* const command = made_.node.find("command");
        const auto* const args = made_.node.find("args");
        if (command == nullptr || args == nullptr) return;
        constexpr std::array<std::string_view, 5> shells{"sh", "bash", "zsh", "dash", "fish"};
        const auto program = std::string_view{command->text};
        if (std::ranges::find(shells, program.substr(program.rfind('/') + 1)) == shells.end())
            return;
        for (std::size_t i = 0; i + 1 < args->items.size() && script_ == nowhere; ++i)
            if (args->items[i].text.starts_with('-') && args->items[i].text.ends_with('c'))
                script_ = i + 1;
    }

    /// ["--header", "Authorization:${AUTH}"] with AUTH in the entry's own `env`: where the client
    /// does not replace it, the server does, from there.
    void put_own_variables() {
        const auto* const env = made_.node.find("env");
        if (env == nullptr) return;
        for (auto& [key, line, value] : made_.node.members) {
            if (key != "args" && key != "headers" && key != "url") continue;
            put_own(value, *env);
            for (auto& item : value.items) put_own(item, *env);
            for (auto& one : value.members) put_own(one.value, *env);
        }
    }

    static void put_own(config_node& node, const config_node& env) {
        if (!node.is_string()) return;
        for (const auto& [name, line, value] : env.members) {
            if (!value.is_string() || value.text.empty()) continue;
            const auto variable = "${" + name + "}";
            for (auto at = node.text.find(variable); at != std::string::npos;
                 at = node.text.find(variable, at + value.text.size())) {
                if (at > 0 && node.text[at - 1] == '$') break; // escaped: a text
                node.text.replace(at, variable.size(), value.text);
            }
        }
    }

    void inherit_empty(config_member& one) const {
        const bool is_empty =
            one.value.kind == node_kind::null || (one.value.is_string() && one.value.text.empty());
        if (owner_.from.inherits_empty && is_empty)
            one.value = make_text("${" + one.key + "}", one.line);
    }

    void translate(config_node& node, const std::string& path, std::string_view key, bool is_path,
                   bool is_for_shell = false) {
        if (!node.is_string()) return;
        if (is_path) node.text = variable_translator::expand_home(std::move(node.text));
        auto done = owner_.variables.translate(node.text, fmt::format("{}_{}", owner_.name, key),
                                               is_for_shell);
        node.text = std::move(done.text);
        for (auto& variable : done.asked)
            made_.asked.push_back({std::move(variable), path, node.line});
        for (const auto& doubt : done.doubts)
            problems_.warning(node.line, path,
                              fmt::format("{} stays as text{}", doubt,
                                          owner_.from.name.empty()
                                              ? ""
                                              : fmt::format(", as {} has it", owner_.from.name)),
                              "write ${NAME} for the variable, $$NAME for the text");
    }

    translated_entry& made_;
    const entry_owner& owner_;
    problem_log& problems_;
    std::size_t script_ = nowhere;
};

} // namespace

void translate_texts(translated_entry& made, const entry_owner& owner, problem_log& problems) {
    text_translator{made, owner, problems}.run();
}

} // namespace mcpgw
