// SPDX-License-Identifier: Apache-2.0
// The registry of MCP servers (server.schema.json): packages and remotes as entries.
#include "server/config/dialects/listed_entries.hpp"

#include "protocol/ascii.hpp"
#include "server/config/dialects/entry_translator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace mcpgw {

namespace {

/// Older revisions of the schema write registry_type for registryType, and so on.
const config_node* find_either(const config_node& node, std::string_view key) {
    if (const auto* const found = node.find(key); found != nullptr) return found;
    std::string older;
    for (const char c : key) {
        if (is_upper(c)) older += '_';
        older += to_lower(c);
    }
    return node.find(older);
}

std::string text_of(const config_node& node, std::string_view key) {
    const auto* const found = find_either(node, key);
    return found != nullptr && (found->is_string() || found->is_number()) ? found->text
                                                                          : std::string{};
}

bool is_set(const config_node& node, std::string_view key) {
    const auto* const found = find_either(node, key);
    return found != nullptr && found->kind == node_kind::boolean && found->boolean;
}

/// "file_path" and "X-Api-Key" as names of variables.
std::string variable_name(std::string_view text) {
    std::string name;
    for (const char c : text) name += is_alnum(c) ? to_upper(c) : '_';
    const auto first = name.find_first_not_of('_');
    if (first == std::string::npos) return "VALUE";
    name.erase(0, first);
    return is_digit(name.front()) ? "V_" + name : name;
}

std::string reference(std::string_view name) {
    return "${" + variable_name(name) + "}";
}

/// What an input of the schema is set to, with its {variables}; nothing: the user has to know.
std::optional<std::string> given(const config_node& input) {
    auto text = text_of(input, "value");
    if (text.empty()) text = text_of(input, "default");
    if (text.empty()) return std::nullopt;
    const auto* const variables = input.find("variables");
    std::string made;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text[at] == '{' ? text.find('}', at) : std::string::npos;
        const auto name = end == std::string::npos ? "" : text.substr(at + 1, end - at - 1);
        const auto* const variable =
            variables == nullptr || name.empty() ? nullptr : variables->find(name);
        if (variable == nullptr) {
            made += text[at++];
            continue;
        }
        made += given(*variable).value_or(reference(name));
        at = end + 1;
    }
    return made;
}

class registry_server {
public:
    registry_server(const config_node& server, std::string path, problem_log& problems)
        : server_(server), path_(std::move(path)), problems_(problems) {}

    listed_entry make() {
        listed_entry made;
        const auto full = text_of(server_, "name");
        made.name = full.substr(full.rfind('/') + 1); // io.github.somebody/weather
        made.line = server_.line;
        made.path = path_.empty() ? "packages" : path_;
        made.node = make_table(server_.line);
        if (const auto status = text_of(server_, "status"); !status.empty() && status != "active")
            warn(server_.line, "status", fmt::format("its registry calls it {}", status));
        const bool is_done = add_first("packages", made) || add_first("remotes", made);
        if (!is_done) put(made.node, "type", make_text("unknown", server_.line));
        if (const auto* const text = server_.find("description"); text != nullptr)
            put(made.node, "description", *text);
        return made;
    }

private:
    [[nodiscard]] std::string path_of(std::string_view key) const {
        return path_.empty() ? std::string{key} : key_path(path_, key);
    }
    void warn(std::size_t line, const std::string& key, std::string message,
              std::string hint = {}) {
        problems_.warning(line, path_of(key), std::move(message), std::move(hint));
    }

    bool add_first(std::string_view list_key, listed_entry& made) {
        const auto* const list = server_.find(list_key);
        if (list == nullptr) return false;
        bool is_done = has_way_;
        for (std::size_t i = 0; i < list->items.size(); ++i) {
            const auto& way = list->items[i];
            place_ = key_path(list_key, i);
            if (is_done) {
                warn(way.line, place_, "another way to the same server; left out");
                continue;
            }
            auto entry = list_key == "packages" ? of_package(way) : of_remote(way);
            if (!entry) continue;
            made.path = path_of(place_);
            made.line = way.line;
            made.node = std::move(*entry);
            is_done = has_way_ = true;
        }
        if (list_key == "packages" && is_done) add_first("remotes", made);
        return is_done;
    }

    // ---- addresses ----------------------------------------------------------------------------

    std::optional<config_node> of_remote(const config_node& remote) {
        auto entry = make_table(remote.line);
        auto type = text_of(remote, "type");
        if (type.empty()) type = text_of(remote, "transportType");
        config_node address = make_table(remote.line);
        put(address, "value", make_text(text_of(remote, "url"), remote.line));
        if (const auto* const variables = remote.find("variables"); variables != nullptr)
            put(address, "variables", *variables);
        const auto url = given(address);
        if (!url) {
            warn(remote.line, place_, "it has no url; left out");
            return std::nullopt;
        }
        put(entry, "type", make_text(type.empty() ? "streamable-http" : type, remote.line));
        put(entry, "url", make_text(*url, remote.line));
        auto headers = make_table(remote.line);
        if (const auto* const list = remote.find("headers"); list != nullptr)
            for (const auto& header : list->items) add_variable(header, headers, "headers");
        if (!headers.members.empty()) put(entry, "headers", std::move(headers));
        return entry;
    }

    /// A header or a variable of the environment: one with a value, or one that has to have one.
    /// The names of others are returned.
    std::string add_variable(const config_node& input, config_node& into, std::string_view key) {
        const auto name = text_of(input, "name");
        if (name.empty()) return {};
        const auto text = given(input);
        if (text) {
            into.members.push_back({name, input.line, make_text(*text, input.line)});
        } else if (is_set(input, "isRequired")) {
            into.members.push_back({name, input.line, make_text(reference(name), input.line)});
        } else if (key == "headers") {
            warn(input.line, key_path(key_path(place_, key), name),
                 "it may be left out, and is", "set headers");
        } else {
            return name;
        }
        return {};
    }

    // ---- packages -----------------------------------------------------------------------------

    std::optional<config_node> of_package(const config_node& package) {
        auto type = text_of(package, "registryType");
        if (type.empty()) type = text_of(package, "registryName");
        auto id = text_of(package, "identifier");
        if (id.empty()) id = text_of(package, "name");
        const auto* const transport = package.find("transport");
        const auto way = transport == nullptr ? std::string{"stdio"} : text_of(*transport, "type");
        if (!way.empty() && way != "stdio") {
            warn(package.line, place_,
                 fmt::format("it does not speak over its streams but serves {}; left out", way),
                 "start it yourself and set url");
            return std::nullopt;
        }
        auto program = text_of(package, "runtimeHint");
        if (program.empty()) program = program_for(type);
        if (program.empty() || id.empty()) {
            warn(package.line, place_,
                 fmt::format("nothing runs packages of the type '{}' directly; left out", type),
                 "unpack it and set command");
            return std::nullopt;
        }
        auto env = make_table(package.line);
        std::vector<std::string> inherited;
        if (const auto* const list = find_either(package, "environmentVariables"); list != nullptr)
            for (const auto& variable : list->items)
                if (auto name = add_variable(variable, env, "env"); !name.empty())
                    inherited.push_back(std::move(name));
        auto entry = make_table(package.line);
        put(entry, "command", make_text(program, package.line));
        auto words = arguments_of(package, "runtimeArguments");
        const auto version = text_of(package, "version");
        if (program == "docker" || program == "podman")
            words = image_words(package, std::move(words), id, env, inherited);
        else
            add_package(program, words, id, version);
        for (auto& word : arguments_of(package, "packageArguments"))
            words.push_back(std::move(word));
        put(entry, "args", make_list(std::move(words), package.line));
        if (!env.members.empty()) put(entry, "env", std::move(env));
        if (!inherited.empty())
            put(entry, "env_vars", make_list(std::move(inherited), package.line));
        return entry;
    }

    static std::string program_for(std::string_view type) {
        if (type == "npm") return "npx";
        if (type == "pypi") return "uvx";
        if (type == "oci" || type == "docker" || type == "docker-hub") return "docker";
        return type == "nuget" ? "dnx" : "";
    }

    static bool has_word(const std::vector<std::string>& words, std::string_view start) {
        return std::ranges::any_of(words, [start](const std::string& word) {
            return word == start || (word.starts_with(start) && word.size() > start.size() &&
                                     word[start.size()] == '@');
        });
    }

    static void add_package(const std::string& program, std::vector<std::string>& words,
                            const std::string& id, const std::string& version) {
        if (program == "npx" && !has_word(words, "-y") && !has_word(words, "--yes"))
            words.insert(words.begin(), "-y");
        if (has_word(words, id)) return; // said already
        const bool is_plain = version.empty() || version == "latest";
        words.push_back(is_plain ? id : fmt::format("{}@{}", id, version));
        if (program == "dnx") words.insert(words.end(), {"--yes", "--"});
    }

    static std::vector<std::string> image_words(const config_node& package,
                                                std::vector<std::string> options,
                                                const std::string& id, const config_node& env,
                                                const std::vector<std::string>& inherited) {
        std::vector<std::string> words{"run", "-i", "--rm"};
        const bool is_whole = !options.empty() && options.front() == "run";
        if (is_whole) words.clear();
        std::ranges::move(options, std::back_inserter(words));
        const auto pass = [&words](const std::string& name) {
            const bool is_passed = std::ranges::any_of(words, [&name](const std::string& word) {
                return word == name || word.starts_with(name + "=");
            });
            if (!is_passed) words.insert(words.end(), {"-e", name});
        };
        for (const auto& variable : env.members) pass(variable.key);
        for (const auto& name : inherited) pass(name);
        const auto version = text_of(package, "version");
        const auto last = id.substr(id.rfind('/') + 1);
        const bool has_tag = last.find_first_of(":@") != std::string::npos;
        words.push_back(has_tag || version.empty() ? id : fmt::format("{}:{}", id, version));
        return words;
    }

    std::vector<std::string> arguments_of(const config_node& package, std::string_view key) {
        std::vector<std::string> words;
        const auto* const list = find_either(package, key);
        if (list == nullptr) return words;
        for (const auto& argument : list->items) {
            if (argument.is_string()) {
                words.push_back(argument.text);
                continue;
            }
            const auto name = text_of(argument, "name");
            auto hint = text_of(argument, "valueHint");
            if (hint.empty()) hint = name;
            auto text = given(argument);
            if (!text && is_set(argument, "isRequired")) text = reference(hint);
            const bool is_flag = !name.empty() && text_of(argument, "type") != "positional";
            if (!text) {
                warn(argument.line, key_path(key_path(place_, key), hint.empty() ? "?" : hint),
                     "it may be left out, and is", "set args");
                continue;
            }
            if (is_flag) words.push_back(name);
            if (!is_flag || *text != "true" || text_of(argument, "format") != "boolean")
                words.push_back(*text);
        }
        return words;
    }

    const config_node& server_;
    std::string path_;
    problem_log& problems_;
    std::string place_; ///< of the way that is being read
    bool has_way_ = false;
};

bool is_registry_server(const config_node& node) {
    const auto* const name = node.find("name");
    if (name == nullptr || !name->is_string()) return false;
    return std::ranges::any_of(std::array<std::string_view, 2>{"packages", "remotes"},
                               [&node](std::string_view key) {
                                   const auto* const list = node.find(key);
                                   return list != nullptr && list->is_array() &&
                                          !list->items.empty() && list->items.front().is_object();
                               });
}

} // namespace

std::vector<listed_entry> entries_of_registry(const config_node& root, problem_log& problems) {
    std::vector<listed_entry> found;
    const auto look_at = [&](const config_node& node, const std::string& path) {
        const auto* const inner = node.find("server");
        const auto& server = inner != nullptr && inner->is_object() ? *inner : node;
        if (!is_registry_server(server)) return;
        const auto place = &server == &node ? path
                           : path.empty()   ? std::string{"server"}
                                            : key_path(path, "server");
        found.push_back(registry_server{server, place, problems}.make());
    };
    look_at(root, "");
    if (const auto* const list = root.find("servers"); list != nullptr && list->is_array())
        for (std::size_t i = 0; i < list->items.size(); ++i)
            look_at(list->items[i], key_path("servers", i));
    return found;
}

} // namespace mcpgw
