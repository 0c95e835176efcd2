// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_child.hpp"

#include "children/process/package_runner.hpp"
#include "children/process/process.hpp"
#include "server/config/format/config_files.hpp"
#include "server/config/sections/config_isolation.hpp"
#include "server/config/sections/config_pool.hpp"
#include "server/config/sections/config_remote.hpp"
#include "server/config/sections/config_resilience.hpp"
#include "server/config/sections/stateful_servers.hpp"
#include "server/config/variables/config_expand.hpp"
#include "server/config/variables/config_secrets.hpp"
#include "server/config/variables/env_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

namespace fs = std::filesystem;

truncation read_truncation(const checked_section& section) {
    truncation keep;
    section.take("head", keep.head);
    section.take("tail", keep.tail);
    section.take("head_chars", keep.head_chars);
    section.take("tail_chars", keep.tail_chars);
    return keep;
}

/// Whether a command may be quoted in a message: only what nobody would write a secret as.
bool is_plain_command(const config_node& command) {
    constexpr std::size_t shown_max = 80;
    const auto is_plain = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               std::string_view{"._+/@-"}.find(c) != std::string_view::npos;
    };
    return !command.has_variables && command.text.size() <= shown_max &&
           std::all_of(command.text.begin(), command.text.end(), is_plain);
}

std::string install_hint(const std::string& command) {
    if (command.find_first_of(" \t") != std::string::npos)
        return "command is one program; put its arguments into args";
    if (command == "npx" || command == "node" || command == "npm")
        return "install Node.js (https://nodejs.org)";
    if (command == "uvx" || command == "uv") return "install uv (https://docs.astral.sh/uv)";
    if (command == "docker" || command == "podman") return "install it, or use another command";
    if (command == "python") return "many systems call it python3";
    return "install it, or write its absolute path";
}

/// Why a command with a slash cannot be run.
std::string path_problem(const fs::path& path) {
    std::error_code ec;
    const auto status = fs::status(path, ec);
    if (ec || !fs::exists(status)) return "does not exist";
    if (fs::is_directory(status)) return "is a directory";
    return "is not executable";
}

} // namespace

void apply_child_limits(const checked_section& section, child_limits& limits) {
    section.take("line_bytes_max", limits.line_bytes_max);
    section.take("write_queue_bytes_max", limits.write_queue_bytes_max);
    section.take("calls_in_flight_max", limits.calls_in_flight_max);
    section.take("stderr_lines_max", limits.stderr_lines_max);
    section.take("stderr_line_bytes_max", limits.stderr_line_bytes_max);
    section.take("list_pages_max", limits.list_pages_max);
    section.take("list_items_max", limits.list_items_max);
    section.take("garbage_lines_max", limits.garbage_lines_max);
}

void child_reader::read_defaults(config_node* node, const child_limits& limits) {
    defaults_.options.limits = limits;
    if (node == nullptr) return;
    if (node->is_object())
        expand_section(
            *node, "defaults", "defaults",
            [this](const std::string& name) { return environment_.find(name); }, problems_);
    const checked_section section{node, "defaults", "defaults", problems_};
    apply(section, defaults_.options);
    apply_env_file(section, defaults_.options);
    apply_env(section, defaults_.options);
    section.take("required_env", defaults_.required_env);
    section.take("description", defaults_.description);
}

child_reader::child child_reader::read(child_entry& entry) {
    child made{defaults_.options, defaults_.description};
    auto& options = made.options;
    options.name = entry.name;
    // Whether it is enabled decides how the rest is read.
    const auto* const enabled = entry.node.find("enabled");
    if (enabled != nullptr && enabled->kind == node_kind::boolean)
        options.is_enabled = enabled->boolean;
    if (options.is_enabled)
        expand_section(
            entry.node, "children", entry.path,
            [this](const std::string& name) { return environment_.find(name); }, problems_);

    const checked_section section{&entry.node, "children", entry.path, problems_};
    section.take("command", options.command);
    section.take("args", options.args);
    section.take("description", made.description);
    apply(section, options);
    if (options.is_enabled) apply_env_file(section, options);
    apply_env(section, options);
    if (options.is_enabled) check(section, entry.node, options);
    options.secrets =
        secrets_of(options, [this](const std::string& name) { return environment_.find(name); });
    return made;
}

void child_reader::apply(const checked_section& section, child_options& options) {
    section.take("inherit_env", options.inherit_env);
    section.take("layer", options.layer);
    section.take("tags", options.tags);
    section.take("enabled", options.is_enabled);
    const bool has_start_timeout = section.take("start_timeout", options.start_timeout) ||
                                   options.start_timeout != child_options{}.start_timeout;
    if (!has_start_timeout && !package_runner(options.command, options.args).empty())
        options.start_timeout = runner_start_timeout;
    section.take("probe_timeout", options.probe_timeout);
    section.take("list_timeout", options.list_timeout);
    section.take("stop_grace", options.stop_grace);
    apply_remote(section, options.remote,
                 [this](const std::string& path) { return absolute(path); });
    if (std::string cwd; section.take("cwd", cwd)) options.cwd = cwd.empty() ? "" : absolute(cwd);
    apply_isolation(
        section, options.isolation, [this](const std::string& path) { return absolute(path); },
        options.is_enabled, problems_);
    apply_questions(section, options);
    apply_pool(section, options);
    apply_timeouts(section, options, problems_);
    apply_tools(section, options, problems_);
    apply_resilience(section, options, problems_);
    if (const auto* limits = section.find("limits"); limits != nullptr) {
        problem_log reported{""}; // the first check reported them
        apply_child_limits({limits, "children.limits", "", reported}, options.limits);
    }
    apply_truncation(section, options);
}

/// What decides in which era it is spoken to, and how it may ask its clients.
void child_reader::apply_questions(const checked_section& section, child_options& options) {
    if (std::string name; section.take("era", name)) {
        options.only_era.reset();
        if (name != "auto") options.only_era = name == "modern" ? era::modern : era::legacy;
    }
    if (std::string answer; section.take("interactive", answer))
        options.interactive = answer == "yes" || answer == "true"   ? interactivity::yes
                              : answer == "no" || answer == "false" ? interactivity::no
                                                                    : interactivity::automatic;
    if (section.take("roots", options.roots) && options.is_enabled) check_roots(section, options);
    section.take("question_hold_timeout", options.question_hold_timeout);
}

void child_reader::check_roots(const checked_section& section, const child_options& options) {
    // 2025-11-25, client/roots: the uri "MUST be a file:// URI in the current specification".
    const auto* const list = section.find("roots");
    for (std::size_t i = 0; i < options.roots.size(); ++i)
        if (!options.roots[i].starts_with("file:///"))
            problems_.error(list->items[i].line, key_path(section.path_of("roots"), i),
                            "a root must be a file URI", "write file:///home/me/project");
}

void child_reader::apply_env(const checked_section& section, child_options& options) {
    const auto* const env = section.find("env");
    if (env == nullptr) return;
    for (const auto& [name, line, value] : env->members) {
        if (value.kind == node_kind::null) options.env.erase(name);
        // A broken value stays as it was written: the configuration is not usable anyway, and the
        // name counts as given.
        else
            options.env.insert_or_assign(name, value.text);
    }
}

void child_reader::apply_env_file(const checked_section& section, child_options& options) {
    std::string path;
    if (!section.take("env_file", path)) return;
    const auto* const node = section.find("env_file");
    const auto text = read_text_file(absolute(path), config_bytes_max);
    if (!text) {
        problems_.error(node->line, section.path_of("env_file"),
                        "the file does not exist or cannot be read",
                        "its path is relative to the configuration file");
        return;
    }
    auto parsed = parse_env_file(*text);
    for (const auto& bad : parsed.bad_lines)
        problems_.warning(
            node->line, section.path_of("env_file"),
            fmt::format("line {} of the file is left out: {}", bad.line, bad.message));
    for (auto& [name, value] : parsed.values) options.env.insert_or_assign(name, std::move(value));
}

void child_reader::apply_truncation(const checked_section& section, child_options& options) const {
    problem_log reported{""}; // the first check reported them
    if (const auto* steps = section.find("truncate_adaptive"); steps != nullptr) {
        options.truncate = {};
        options.truncate_adaptive.clear();
        for (const auto& item : steps->items) {
            const checked_section step{&item, "truncate_adaptive", "", reported};
            truncation_step made;
            step.take("lines_min", made.lines_min);
            made.keep = read_truncation(step);
            options.truncate_adaptive.push_back(made);
        }
    }
    const auto* const truncate = section.find("truncate");
    if (truncate == nullptr) return;
    options.truncate = {};
    if (truncate->is_object()) {
        options.truncate = read_truncation({truncate, "truncate", "", reported});
    } else if (truncate->text == "none") {
        options.truncate_adaptive.clear();
    } else if (options.truncate_adaptive.empty()) {
        options.truncate_adaptive = default_adaptive_truncation();
    }
}

void child_reader::check(const checked_section& section, const config_node& node,
                         child_options& options) {
    check_required(section, node, options);
    for (const auto& name : options.inherit_env) {
        // `.env` stands for our environment, so a child inherits from it too.
        if (options.env.contains(name) || environment_.is_real(name)) continue;
        if (const auto value = environment_.find_in_file(name)) options.env.emplace(name, *value);
    }
    check_pool(section, node.line, options, problems_);
    check_sharing(section, node.line, options);
    const auto* const command = node.find("command");
    const auto* const url = node.find("url");
    if (command != nullptr && url != nullptr)
        problems_.error(url->line, section.path_of("url"),
                        "a child has either a command or a url, not both");
    if (command == nullptr && url == nullptr)
        problems_.error(node.line, section.path(), "a child without a command",
                        "add command = \"...\", or url = \"https://...\"");
    if (url != nullptr) return check_remote(section, options.remote, problems_);
    check_no_remote(section, problems_);
    if (check_cwd(section, options)) check_command(section, options);
}

/// A server that keeps what a client did: by default all clients would meet in it.
void child_reader::check_sharing(const checked_section& section, std::size_t line,
                                 const child_options& options) {
    if (options.pool.share != sharing::shared || section.find("sharing") != nullptr) return;
    const auto state = state_kept_by(options.command, options.args);
    if (state.empty()) return;
    problems_.warning(
        line, section.path(), fmt::format("this server keeps {}, and all clients share it", state),
        "sharing = \"session\" gives each client its own; \"shared\" if that is meant");
}

bool child_reader::check_cwd(const checked_section& section, const child_options& options) {
    const auto* const cwd = section.find("cwd");
    if (cwd == nullptr || options.cwd.empty()) return true;
    std::error_code ec;
    if (fs::is_directory(options.cwd, ec)) return true;
    problems_.error(cwd->line, section.path_of("cwd"), "is not a directory",
                    cwd->text.starts_with("~") ? "~ is not expanded: write ${HOME}/..." : "");
    return false;
}

void child_reader::check_command(const checked_section& section, const child_options& options) {
    const auto* const command = section.find("command");
    if (command == nullptr) return;
    const auto path = section.path_of("command");
    if (options.command.empty()) return problems_.error(command->line, path, "is empty");
    const auto own_path = options.env.find("PATH");
    const auto search =
        own_path != options.env.end() ? own_path->second : environment_.find("PATH").value_or("");
    if (!find_program(options.command, search, options.cwd).empty()) return;

    const auto shown = is_plain_command(*command) ? options.command : std::string{"the program"};
    if (options.command.find('/') == std::string::npos) {
        auto hint = install_hint(options.command);
        if (own_path != options.env.end()) hint += "; env gives this child a PATH of its own";
        problems_.error(command->line, path, fmt::format("{} is not on PATH", shown), hint);
        return;
    }
    if (options.command.find_first_of(" \t") != std::string::npos) {
        problems_.error(command->line, path, fmt::format("{} {}", shown, "does not exist"),
                        install_hint(options.command));
        return;
    }
    const auto full =
        options.cwd.empty() ? fs::path{options.command} : fs::path{options.cwd} / options.command;
    const auto what = path_problem(full);
    std::string hint;
    if (options.command.starts_with("~"))
        hint = "~ is not expanded: write ${HOME}/...";
    else if (what == "is not executable")
        hint = "chmod +x it, or make its interpreter the command";
    else if (!full.is_absolute())
        hint = "a relative path begins at the gateway's working directory; set cwd";
    problems_.error(command->line, path, fmt::format("{} {}", shown, what), hint);
}

void child_reader::check_required(const checked_section& section, const config_node& node,
                                  child_options& options) {
    auto names = defaults_.required_env;
    const bool is_own = section.take("required_env", names);
    const auto* const list = section.find("required_env");
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& name = names[i];
        const auto path =
            is_own ? key_path(section.path_of("required_env"), i) : section.path_of("required_env");
        const auto line = is_own ? list->items[i].line : node.line;
        if (!is_variable_name(name)) {
            problems_.error(line, path, "this cannot be a variable's name");
            continue;
        }
        if (const auto given = options.env.find(name); given != options.env.end()) {
            if (given->second.empty())
                problems_.error(line, path,
                                fmt::format("the variable {} is required and is empty", name));
            continue;
        }
        const auto value = environment_.find(name);
        if (value && !value->empty()) {
            options.env.emplace(name, *value);
            continue;
        }
        problems_.error(line, path, fmt::format("the variable {} is required and not set", name),
                        fmt::format("export {0}=..., or put {0}=... into the file .env beside "
                                    "this one",
                                    name));
    }
}

std::string child_reader::absolute(const std::string& path) const {
    std::error_code ec;
    const auto full = fs::absolute(fs::path{directory_} / path, ec).lexically_normal();
    return ec ? path : full.string();
}

} // namespace mcpgw
