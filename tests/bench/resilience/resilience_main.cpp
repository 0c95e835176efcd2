// SPDX-License-Identifier: Apache-2.0
// What the gateway does when things go wrong, measured. See tests/bench/README.md.
#include "tests/bench/resilience/scenarios.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>

namespace mcpgw::bench {

namespace {

struct scenario {
    std::string_view name;
    void (*run)(const bench_options&, report&);
};

constexpr std::array scenarios{
    scenario{"failover", run_failover}, scenario{"neighbours", run_neighbours},
    scenario{"lazy", run_lazy},         scenario{"guard", run_guard},
    scenario{"cycles", run_cycles},     scenario{"reload", run_reload},
    scenario{"chaos", run_chaos},
};

constexpr std::string_view usage =
    "resilience_bench [--binary=PATH] [--only=chaos|cycles|guard|lazy|neighbours|failover|reload]\n"
    "                 [--duration=60]\n"
    "                 [--children=8] [--clients=32] [--cycles=1000] [--guarded=50] [--lazy=100]\n"
    "                 [--stop-every=25] [--seed=1]\n";

/// A number of an argument; nothing: it is none, or out of bounds.
std::optional<std::size_t> number_of(std::string_view text, std::size_t min, std::size_t max) {
    std::size_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, ec] = std::from_chars(text.data(), end, value);
    if (ec != std::errc{} || rest != end || value < min || value > max) return std::nullopt;
    return value;
}

bool is_scenario(std::string_view name) {
    for (const auto& one : scenarios)
        if (one.name == name) return true;
    return false;
}

/// One argument; false: it is not understood.
bool take(std::string_view argument, bench_options& options) {
    const auto equals = argument.find('=');
    if (equals == std::string_view::npos) return false;
    const auto key = argument.substr(0, equals);
    const auto value = argument.substr(equals + 1);
    struct row {
        std::string_view key;
        std::size_t* out;
        std::size_t min, max;
    };
    std::size_t duration = static_cast<std::size_t>(options.duration.count());
    std::size_t seed = options.seed;
    const std::array rows{row{"--duration", &duration, 1, 3600},
                          row{"--children", &options.children, 2, 64},
                          row{"--clients", &options.clients, 1, 256},
                          row{"--cycles", &options.cycles, 1, 100'000},
                          row{"--guarded", &options.guarded, 1, 200},
                          row{"--lazy", &options.lazy, 2, 1000},
                          row{"--stop-every", &options.stop_every, 0, 1'000'000},
                          row{"--seed", &seed, 0, 1'000'000}};
    for (const auto& [name, out, min, max] : rows) {
        if (name != key) continue;
        const auto number = number_of(value, min, max);
        if (!number) return false;
        *out = *number;
        options.duration = std::chrono::seconds{duration};
        options.seed = static_cast<unsigned>(seed);
        return true;
    }
    if (key == "--binary") options.binary = value;
    if (key == "--only") options.only = value;
    return key == "--binary" || (key == "--only" && is_scenario(value));
}

int run(const bench_options& options) {
    report out;
    for (const auto& [name, run_it] : scenarios) {
        if (!options.only.empty() && options.only != name) continue;
        fmt::print("{} ...\n", name);
        std::fflush(stdout);
        try {
            run_it(options, out);
        } catch (const std::exception& error) {
            out.add(std::string{name}, "to run", error.what(), false);
        }
    }
    out.print(options.binary);
    return out.is_good() ? 0 : 1;
}

} // namespace

} // namespace mcpgw::bench

int main(int argc, char** argv) {
    mcpgw::bench::bench_options options;
    options.binary = MCPGW_BINARY;
    for (int i = 1; i < argc; ++i) {
        if (mcpgw::bench::take(argv[i], options)) continue;
        fmt::print(stderr, "not understood: {}\n{}", argv[i], mcpgw::bench::usage);
        return 2;
    }
    return mcpgw::bench::run(options);
}
