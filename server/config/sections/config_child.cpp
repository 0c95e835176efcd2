// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_child.hpp"

#include "children/process/package_runner.hpp"
#include "children/process/process.hpp"
#include "children/sandbox/account.hpp"
#include "children/sandbox/landlock.hpp"
#include "protocol/ascii.hpp"
#include "server/config/sections/config_flags.hpp"
#include "server/config/sections/config_overrides.hpp"
#include "server/config/sections/config_remote.hpp"
#include "server/config/sections/config_store.hpp"
#include "server/config/sections/stateful_servers.hpp"
#include "server/config/variables/config_expand.hpp"
#include "server/config/variables/config_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

namespace fs = std::filesystem;

/// Whether a command may be quoted in a message: only what nobody would write a secret as.
bool is_plain_command(const config_node& command) {
    constexpr std::size_t shown_max = 80;
    const auto is_plain = [](char c) {
        return is_alnum(c) || std::string_view{"._+/@-"}.find(c) != std::string_view::npos;
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

/// The line to show for a value that a table of the child gives.
std::size_t line_of(const checked_section& section, std::string_view table, std::string_view key,
                    std::size_t otherwise) {
    const auto* const node = section.find(table);
    const auto* const member = node == nullptr ? nullptr : node->find(key);
    return member == nullptr ? otherwise : member->line;
}

void check_pool(const checked_section& section, std::size_t line, const child_options& options,
                problem_log& problems) {
    const auto* const share = section.find("sharing");
    if (options.pool.share == sharing::principal)
        problems.error(share == nullptr ? line : share->line, section.path_of("sharing"),
                       "\"principal\" gives each user processes of their own, and nothing tells "
                       "this gateway who a user is: it has no authentication",
                       "sharing = \"session\" gives each client its own; for users, run one "
                       "gateway for each");
    if (options.restart.max < options.restart.base)
        problems.error(line_of(section, "restart", "max", line), section.path_of("restart.max"),
                       "less than restart.base");
    if (options.pool.max != 0 && options.pool.max < options.pool.min)
        problems.error(line_of(section, "instances", "max", line), section.path_of("instances.max"),
                       "less than instances.min");
}

void check_landlock(const checked_section& section, const landlock_paths& paths,
                    problem_log& problems) {
    const auto line = section.find("landlock")->line;
    const auto path = section.path_of("landlock");
    if (paths.read.empty() && paths.write.empty())
        problems.error(line, path, "without paths the child could not even read its program",
                       "for most: read = [\"/usr\", \"/lib\", \"/lib64\", \"/bin\", \"/etc\"]");
    const int abi = landlock_abi();
    if (abi == 0)
        problems.error(line, path, "this kernel offers no Landlock",
                       "it came with Linux 5.13, and may be switched off; leave the key out");
    else if (abi < landlock_abi_of_truncate)
        problems.warning(line, path,
                         "before Linux 6.2 a child can still cut files short that its user may "
                         "write",
                         "set user as well, or use a newer kernel");
}

void check_account(const checked_section& section, const isolation_options& options,
                   problem_log& problems) {
    const auto* const user = section.find("user");
    const auto* const group = section.find("group");
    if (user == nullptr && group == nullptr) return;
    const auto found = find_account(options.user, options.group);
    if (found.has_value()) return;
    // The other one of the two may stand in [defaults].
    const std::string message{found.error().message()};
    const bool is_group = user == nullptr || (group != nullptr && message.starts_with("`group`"));
    problems.error((is_group ? group : user)->line, section.path_of(is_group ? "group" : "user"),
                   message);
}

/// What was read as a secret is one, whatever its key is called.
void add_secrets(std::vector<std::string>& secrets, const std::vector<std::string>& read) {
    constexpr std::size_t bytes_min = 4; // shorter ones would mask half of what is said
    for (const auto& secret : read)
        if (secret.size() >= bytes_min) secrets.push_back(secret);
    std::ranges::stable_sort(secrets, std::ranges::greater{}, &std::string::size);
}

} // namespace

void child_reader::read_defaults(config_node* node, const checked_section& limits) {
    limits.store(defaults_, {environment_, files_, problems_});
    if (node == nullptr) return;
    if (node->is_object()) expand_section(*node, "defaults", "defaults", environment_, problems_);
    apply({node, "defaults", "defaults", problems_}, defaults_);
}

child_options child_reader::read(child_entry& entry) {
    auto options = defaults_;
    options.name = entry.name;
    // Whether it is enabled decides how the rest is read.
    auto* const enabled = entry.node.find("enabled");
    if (enabled != nullptr)
        resolve_flag(*enabled, key_path(entry.path, "enabled"), environment_, problems_);
    if (enabled != nullptr && enabled->kind == node_kind::boolean)
        options.is_enabled = enabled->boolean;
    if (options.is_enabled)
        expand_section(entry.node, "children", entry.path, environment_, problems_);

    const checked_section section{&entry.node, "children", entry.path, problems_};
    apply(section, options);
    if (options.is_enabled) {
        files_.add(options.remote.ca_file);
        options.remote.ca_mark = mark_of_file(options.remote.ca_file);
        check(section, entry.node, options);
    }
    options.secrets =
        secrets_of(options, [this](const std::string& name) { return environment_.find(name); });
    add_secrets(options.secrets, secrets_of_all_);
    add_secrets(options.secrets, environment_.take_secrets());
    return options;
}

void child_reader::apply(const checked_section& section, child_options& options) {
    bool is_checked = options.is_enabled;
    if (const auto* enabled = section.find("enabled"); enabled != nullptr)
        is_checked = enabled->boolean;
    const config_scope scope{environment_, files_, problems_, is_checked};
    section.store(options, scope);
    settle_times(section, options.call_timeout, options.total_timeout, problems_);
    store_tools(section, options, scope);
    check_shown_names(section, options, problems_);
    if (section.find("start_timeout") == nullptr &&
        options.start_timeout == child_options{}.start_timeout &&
        !package_runner(options.command, options.args).empty())
        options.start_timeout = runner_start_timeout;
    if (!is_checked) return;
    check_roots(section, options);
    check_account(section, options.isolation, problems_);
    if (section.find("landlock") != nullptr)
        check_landlock(section, *options.isolation.landlock, problems_);
}

void child_reader::check_roots(const checked_section& section, const child_options& options) {
    // 2025-11-25, client/roots: the uri "MUST be a file:// URI in the current specification".
    const auto* const list = section.find("roots");
    if (list == nullptr) return;
    for (std::size_t i = 0; i < options.roots.size(); ++i)
        if (!options.roots[i].starts_with("file:///"))
            problems_.error(list->items[i].line, key_path(section.path_of("roots"), i),
                            "a root must be a file URI", "write file:///home/me/project");
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
    const auto& names = options.required_env;
    const auto* const list = section.find("required_env"); // else they are those of all children
    const bool is_own = list != nullptr;
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

} // namespace mcpgw
