// SPDX-License-Identifier: Apache-2.0
// How fast the gateway is, measured beside nginx and others. See tests/bench/README.md.
#include "tests/bench/speed/document.hpp"
#include "tests/bench/speed/parts.hpp"
#include "tests/bench/support/machine.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>

#include <sys/resource.h>

namespace mcpgw::bench {

namespace {

struct part {
    std::string_view name;
    void (*run)(bench_run&);
};

/// "nginx/1.22.1", of "nginx version: nginx/1.22.1".
std::string nginx_version(const std::string& binary) {
    const auto said = said_by({binary, "-v"});
    const auto blank = said.rfind(' ');
    return blank == std::string::npos ? said : said.substr(blank + 1);
}

void run_on_stand(bench_run& run) {
    const bool wants_calls = run.options.wants("calls");
    const bool wants_open = run.options.wants("open");
    if (!wants_calls && !wants_open) return;
    if (!run.needed.nginx.empty()) run.versions.push_back(nginx_version(run.needed.nginx));
    const stand on{run.needed};
    if (wants_calls) run_calls(run, on);
    if (wants_open) run_open(run, on);
}

constexpr std::array parts{
    part{"peers", run_peers}, part{"events", run_events},         part{"lists", run_lists},
    part{"eras", run_eras},   part{"transports", run_transports}, part{"memory", run_memory},
    part{"start", run_start}, part{"profile", run_profile},
};

/// Connections and pipes of all programs of the bench, which inherit it.
void allow_many_files() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

void say(std::string_view name) {
    fmt::print("{} ...\n", name);
    std::fflush(stdout);
}

/// What goes wrong in one part is a missed target, and spares the others.
template <class Run>
void guarded(bench_run& run, std::string_view name, Run part_run) {
    say(name);
    try {
        part_run(run);
    } catch (const std::exception& error) {
        run.out.targets.add(std::string{name}, "to run", error.what(), false);
    }
}

void print(const findings& found) {
    for (const auto& one : found.sections)
        fmt::print("\n## {}\n\n{}\n{}", one.title, one.text, one.tables);
    for (const auto& remark : found.remarks) fmt::print("\n{}\n", remark);
}

int run_all(const speed_options& options) {
    allow_many_files();
    bench_run run;
    run.options = options;
    run.needed = {options.gateway, options.echo, options.nginx, options.against};
    const auto begun = std::chrono::steady_clock::now();
    const other_work meanwhile;
    guarded(run, "calls", run_on_stand);
    for (const auto& [name, run_part] : parts)
        if (options.wants(name)) guarded(run, name, run_part);
    run.others = meanwhile.share();
    print(run.out);
    fmt::print("\nOthers used {:.0f} % of the processors' time meanwhile.\n", run.others * 100);
    run.out.targets.print(options.gateway);
    run.took =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun);
    if (!options.write.empty()) {
        write_document(run);
        fmt::print("Written to {}.\n", options.write);
    }
    return run.out.targets.is_good() ? 0 : 1;
}

} // namespace

} // namespace mcpgw::bench

int main(int argc, char** argv) {
    const auto options = mcpgw::bench::read_speed_options(argc, argv);
    if (!options) return 2;
    try {
        return mcpgw::bench::run_all(*options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 2;
    }
}
