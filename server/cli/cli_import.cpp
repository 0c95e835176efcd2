// SPDX-License-Identifier: Apache-2.0
// import: clients' files become one of ours, and their secrets a `.env` file.
#include "server/cli/cli_commands.hpp"

#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/config/format/config_document.hpp"
#include "server/config/format/config_files.hpp"
#include "server/config/variables/env_file.hpp"
#include "server/import/config_import.hpp"
#include "server/import/known_places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mcpgw {

namespace {

namespace fs = std::filesystem;

/// Writes a file that only its owner reads; what is there stays, `text` comes behind it.
bool append_private(const std::string& path, std::string_view text) {
    constexpr mode_t owner_only = 0600;
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, owner_only);
    if (file < 0) return false;
    bool is_written = ::fchmod(file, owner_only) == 0;
    while (is_written && !text.empty()) {
        const auto count = ::write(file, text.data(), text.size());
        is_written = count > 0;
        if (is_written) text.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::close(file) == 0 && is_written;
}

/// A new file. False: it is there already, or cannot be written.
bool write_new(const std::string& path, std::string_view text) {
    constexpr mode_t as_usual = 0644;
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, as_usual);
    if (file < 0) return false;
    bool is_written = true;
    while (is_written && !text.empty()) {
        const auto count = ::write(file, text.data(), text.size());
        is_written = count > 0;
        if (is_written) text.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::close(file) == 0 && is_written;
}

std::map<std::string, std::string> values_in(const std::string& env_path) {
    const auto text = read_text_file(env_path, config_bytes_max);
    return text ? parse_env_file(*text).values : std::map<std::string, std::string>{};
}

/// The `.env` beside the configuration counts as our environment does, so that no name is taken
/// that it gives another value.
environment_lookup with_file(std::map<std::string, std::string> values) {
    return [values = std::move(values),
            real = process_environment()](const std::string& name) -> std::optional<std::string> {
        if (auto value = real(name)) return value;
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional{found->second};
    };
}

/// Lines for the variables that `.env` has not yet. What nobody knows stands there empty, so that
/// it only has to be filled in.
std::string env_lines(const std::vector<import_variable>& variables,
                      const std::map<std::string, std::string>& known) {
    std::string lines;
    for (const auto& variable : variables) {
        if (known.contains(variable.name)) continue;
        const auto value = variable.value ? quote_env_value(*variable.value) : std::string{};
        lines += fmt::format("# {}{}\n{}={}\n", shown_key(variable.key),
                             variable.value ? "" : ": to be set", variable.name, value);
    }
    return lines;
}

bool write_env(const std::string& path, const std::vector<import_variable>& variables,
               const std::map<std::string, std::string>& known) {
    const auto lines = env_lines(variables, known);
    if (lines.empty()) return true;
    std::error_code ec;
    const bool exists = fs::exists(path, ec);
    if (!append_private(path, (exists ? "\n" : "") + lines)) {
        say("mcp-gateway: {} cannot be written\n", path);
        return false;
    }
    const auto moved = std::ranges::count_if(
        variables, [](const import_variable& v) { return v.value.has_value(); });
    say("{} {} (only you can read it): {} values were moved there\n",
               exists ? "Added to" : "Wrote", path, moved);
    return true;
}

void tell_unset(const std::vector<import_variable>& variables, bool has_output) {
    const auto is_told = [has_output](const import_variable& v) {
        return !has_output || !v.value;
    };
    if (std::ranges::none_of(variables, is_told)) return;
    say("\n{}\n",
               has_output
                   ? "Fill in these variables in the file .env:"
                   : "Set these variables, in the environment or in a file named .env beside "
                     "the configuration (with --output FILE it is written too):");
    for (const auto& v : variables)
        if (is_told(v)) say("  {}=…   # {}\n", v.name, v.key);
}

std::vector<known_place> places_that_exist() {
    std::error_code ec;
    auto places = known_places(process_environment(), fs::current_path(ec).string());
    std::erase_if(places, [](const known_place& place) {
        std::error_code ignored;
        return !fs::is_regular_file(place.path, ignored);
    });
    return places;
}

/// What each known place has, with the command that imports it.
int list_places() {
    std::size_t found = 0;
    std::size_t servers = 0;
    for (const auto& [program, path] : places_that_exist()) {
        const auto imported =
            import_client_config(path, {own_binary(), "gateway.toml"}, process_environment());
        if (imported.servers == 0) continue;
        ++found;
        servers += imported.servers;
        print_out("{}: {} server{} in {}\n    mcp-gateway import '{}' --output gateway.toml\n",
                   program, imported.servers, imported.servers == 1 ? "" : "s", path, path);
    }
    if (found == 0) {
        say("mcp-gateway: no client's servers were found. Looked for:\n");
        std::error_code ec;
        for (const auto& [program, path] :
             known_places(process_environment(), fs::current_path(ec).string()))
            say("  {} ({})\n", path, program);
        say("Name the file: mcp-gateway import FILE\n");
        return exit_failure;
    }
    if (found > 1)
        print_out("All {} servers together:\n    mcp-gateway import --all --output gateway.toml\n",
                   servers);
    return exit_success;
}

} // namespace

int run_import(const cli_options& options) {
    if (options.file.empty() && !options.takes_all) return list_places();
    std::error_code ec;
    import_options wanted;
    wanted.own_binary = own_binary();
    wanted.config_path = fs::absolute(options.output.empty() ? "gateway.toml" : options.output);
    if (!options.output.empty() && fs::exists(options.output, ec)) {
        say("mcp-gateway: {} exists already and is left as it is\n", options.output);
        return exit_failure;
    }
    const auto env_path = (fs::path{wanted.config_path}.parent_path() / ".env").string();
    const auto known = values_in(env_path);
    const auto environment = with_file(known);
    import_result imported;
    if (options.takes_all) {
        std::vector<import_source> sources;
        for (const auto& place : places_that_exist())
            if (auto text = read_text_file(place.path, config_bytes_max))
                sources.push_back({place.path, std::move(*text)});
        imported = import_clients(sources, wanted, environment);
        if (imported.servers == 0) return list_places();
    } else {
        imported = import_client_config(options.file, wanted, environment);
    }
    print_problems(imported.problems);
    if (!imported.is_usable() || imported.servers == 0) return exit_usage;
    if (options.output.empty()) {
        print_out("{}", imported.toml);
    } else {
        // First the secrets: a configuration without them would not run.
        if (!write_env(env_path, imported.variables, known)) return exit_failure;
        if (!write_new(options.output, imported.toml)) {
            say("mcp-gateway: {} cannot be written\n", options.output);
            return exit_failure;
        }
        say("Wrote {}\n", options.output);
    }
    tell_unset(imported.variables, !options.output.empty());
    say("\nIn the client's configuration, this takes the place of its servers:\n{}\n",
               imported.client_entry);
    return exit_success;
}

} // namespace mcpgw
