// check, import, schema: the commands that deal with configuration files.
#include "server/cli_commands.hpp"

#include "protocol/json_text.hpp"
#include "server/application.hpp"
#include "server/cli.hpp"
#include "server/config.hpp"
#include "server/config_abstracts.hpp"
#include "server/config_import.hpp"
#include "server/config_listen.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace mcpgw {

namespace json = boost::json;

namespace {

using severity = config_problem::severity;

config_problem command_line_problem(std::string key, std::string message) {
    config_problem problem;
    problem.file = "command line";
    problem.key = std::move(key);
    problem.message = std::move(message);
    return problem;
}

void print_problems(const std::vector<config_problem>& problems) {
    for (const auto& problem : problems)
        fmt::print(stderr, "{}: {}\n", problem.level == severity::error ? "error" : "warning",
                   problem.str());
}

void apply_options(const cli_options& options, configuration& config,
                   std::vector<config_problem>& problems) {
    if (!options.abstracts.empty())
        for (auto& [name, text] : load_abstracts(options.abstracts, problems))
            config.gateway.abstracts.insert_or_assign(name, std::move(text));
    if (!options.log_level.empty()) {
        constexpr std::array<std::string_view, 5> names{"debug", "info", "warning", "error", "off"};
        const auto* const found = std::ranges::find(names, options.log_level);
        config.log = static_cast<log_level>(found - names.begin());
    }
    if (options.listen.empty()) return;
    const auto address = parse_listen(options.listen);
    if (address.has_error()) {
        auto problem = command_line_problem("--listen", std::string{address.error().message()});
        problem.hint = "for example 127.0.0.1:8080 or [::1]:8080";
        problems.push_back(std::move(problem));
        return;
    }
    config.http.address = address->address;
    config.http.port = address->port;
}

bool has_errors(const std::vector<config_problem>& problems) {
    return std::ranges::any_of(problems, [](const auto& p) { return p.level == severity::error; });
}

/// Starts every child and tells what only a running one can tell.
task<> check_children(application& app, std::string file, std::vector<config_problem>& problems) {
    for (const auto& c : app.upstreams().children()) c->keep_running();
    for (const auto& c : app.upstreams().children()) {
        const auto ready =
            co_await c->ensure_running(clock_type::now() + c->options().start_timeout);
        if (!ready.has_error()) continue;
        config_problem problem;
        problem.file = file;
        problem.key = fmt::format("children[{}]", c->name());
        problem.message = ready.error().message();
        problems.push_back(std::move(problem));
    }
    for (const auto& conflict : app.upstreams().merged()->conflicts()) {
        config_problem problem;
        problem.level = severity::warning;
        problem.file = file;
        problem.key = "gateway.prefix";
        problem.message = fmt::format("{} '{}' is offered by several servers: {}", conflict.kind,
                                      conflict.key, fmt::join(conflict.others, ", "));
        problem.hint = conflict.kept.empty()
                           ? "all of them get the server's name as prefix"
                           : fmt::format("only the one of '{}' is reachable", conflict.kept);
        problems.push_back(std::move(problem));
    }
}

} // namespace

bool load_for_command(const cli_options& options, configuration& into) {
    config_result loaded;
    if (options.config.empty())
        loaded.value = embedded_default(own_binary());
    else
        loaded = load_config(options.config, process_environment());
    apply_options(options, loaded.value, loaded.problems);
    print_problems(loaded.problems);
    into = std::move(loaded.value);
    if (!has_errors(loaded.problems)) return true;
    fmt::print(stderr, "mcp-gateway: the configuration has errors; nothing was started\n");
    return false;
}

int run_check(const cli_options& options) {
    auto loaded = load_config(options.file, process_environment());
    if (options.starts_children && loaded.is_usable()) {
        loaded.value.log = log_level::off;
        application app{loaded.value, own_binary()};
        app.run_job(check_children(app, options.file, loaded.problems));
    }
    const bool is_good = !has_errors(loaded.problems);
    if (options.as_json) {
        json::array list;
        for (const auto& p : loaded.problems)
            list.push_back(
                json::object{{"severity", p.level == severity::error ? "error" : "warning"},
                             {"file", p.file},
                             {"line", p.line},
                             {"key", p.key},
                             {"message", p.message},
                             {"hint", p.hint}});
        fmt::print("{}\n", json::serialize(json::object{{"ok", is_good}, {"problems", list}}));
        return is_good ? exit_success : exit_usage;
    }
    print_problems(loaded.problems);
    if (!is_good) return exit_usage;
    fmt::print("{}: {} server{} configured, no errors\n", options.file,
               loaded.value.children.size(), loaded.value.children.size() == 1 ? "" : "s");
    if (!options.starts_children)
        fmt::print("Use --start to start them too and to find colliding names.\n");
    return exit_success;
}

int run_import(const cli_options& options) {
    namespace fs = std::filesystem;
    import_options wanted;
    wanted.own_binary = own_binary();
    wanted.config_path = fs::absolute(options.output.empty() ? "gateway.toml" : options.output);
    const auto imported = import_client_config(options.file, wanted, process_environment());
    print_problems(imported.problems);
    if (!imported.is_usable()) return exit_usage;
    if (options.output.empty()) {
        fmt::print("{}", imported.toml);
    } else if (fs::exists(options.output)) {
        fmt::print(stderr, "mcp-gateway: {} exists already and is left as it is\n", options.output);
        return exit_failure;
    } else {
        std::ofstream file{options.output};
        file << imported.toml;
        if (!file.flush()) {
            fmt::print(stderr, "mcp-gateway: {} cannot be written\n", options.output);
            return exit_failure;
        }
        fmt::print(stderr, "Wrote {}\n", options.output);
    }
    if (!imported.variables.empty()) {
        fmt::print(stderr,
                   "\nSet these variables, in the environment or in a file named .env beside "
                   "the configuration:\n");
        for (const auto& v : imported.variables)
            fmt::print(stderr, "  {}=…   # {}\n", v.name, v.key);
    }
    fmt::print(stderr,
               "\nIn the client's configuration, this takes the place of its servers:\n{}\n",
               imported.client_entry);
    return exit_success;
}

int run_schema() {
    fmt::print("{}\n", config_schema());
    return exit_success;
}

} // namespace mcpgw
