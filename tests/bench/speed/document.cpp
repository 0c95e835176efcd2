// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/document.hpp"

#include "tests/bench/speed/chart.hpp"
#include "tests/bench/support/machine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace mcpgw::bench {

namespace {

constexpr std::string_view introduction = R"(# Performance

How fast the gateway is, what a call costs, and how it compares with nginx as a plain reverse proxy and with other
gateways. This file is written by the bench itself (`tests/bench/speed`); its words stand there too.

nginx is the measure because it is what people take for granted in front of a server: it passes bytes on, and does not
know what is in them. The gateway reads every message, finds the server and the session, gives the call a new id, and
brings the answer back under the old one.

Other machines have other figures. What holds is the relation between figures of one run, in which all subjects of a
table took turns, round by round.
)";

constexpr std::string_view how_to_repeat = R"(
## How to repeat it

```sh
cmake/build-profiled.sh && cmake --build --preset profiled --target speed_bench
build/profiled/tests/bench/speed/speed_bench --write=docs/performance.md
```

That is the fastest build, as in the container image and the packages. `./start` builds `build/release`, without a
profile, in half the time; its calls take about a fifth more time on the processor.

nginx, strace and valgrind come from the distribution, and are left out where they are not installed. For the other
gateways, install them anywhere and name the directory:

```sh
npm install --prefix peers supergateway mcp-proxy mcp-hub
build/profiled/tests/bench/speed/speed_bench --peers=peers/node_modules --write=docs/performance.md
```

`--quick` measures calls of 64 bytes alone, in less than a minute; `--only=memory,start` some parts;
`--against=OTHER/mcp-gateway` two builds of the gateway in the same rounds.
[tests/bench](../tests/bench/README.md) says more.

## How it is measured

- One program makes the load, on one thread and with epoll. Requests are made before; only the id is written anew. It
  compares every answer with the text that was sent, byte by byte, and stops at the first wrong one. The column `load`
  shows that it takes less time on the processor than what it measures.
- The load, the gateway (or nginx) and the echo server share the machine, so calls per second are those of all three
  together. The time on the processor is of the subject alone.
- The echo server is one program with two faces: stdio as the gateway's child, HTTP behind nginx. Its answers are the
  same.
- Every figure is the median of all rounds. Percentiles come from a histogram with an error below 1 %.
- A ratio is taken in each round, of figures that were measured one after the other; the targets have the median of
  these, and in brackets the lowest and the highest.
)";

std::string today() {
    const std::time_t now = std::time(nullptr);
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(now));
}

std::string facts(const bench_run& run) {
    const auto here = this_machine();
    std::string made = "\n| | |\n|---|---|\n";
    const auto add = [&made](std::string_view what, const std::string& is) {
        made += fmt::format("| {} | {} |\n", what, is);
    };
    add("machine",
        fmt::format("{}, {} cores, {} MiB", here.processor, here.cores, here.memory_mib));
    add("system", here.system);
    add("gateway", fmt::format("{}, {} by {}", MCPGW_VERSION, MCPGW_BUILD_KIND, here.compiler));
    if (!run.versions.empty()) add("beside it", fmt::format("{}", fmt::join(run.versions, ", ")));
    add("others at work", fmt::format("{:.0f} % of the processors' time", run.others * 100));
    add("measured",
        fmt::format("{}, {} rounds of {:.1f} s each, {} min {} s in all", today(),
                    run.options.rounds, static_cast<double>(run.options.measured.count()) / 1000,
                    run.took.count() / 60, run.took.count() % 60));
    return made;
}

/// The picture; empty: there is nothing to draw.
std::string chart_of(const bench_run& run) {
    bar_chart chart;
    chart.title = "Calls per second, text of 64 bytes";
    const std::vector<load_cell> cells{{1, 64}, {16, 64}, {64, 64}, {256, 64}};
    for (const auto& cell : cells)
        chart.groups.push_back(
            fmt::format("{} connection{}", cell.connections, cell.connections == 1 ? "" : "s"));
    const auto add = [&](const comparison& from, const std::string& name) {
        bar_chart::bars made{name, {}};
        for (const auto& cell : cells) made.values.push_back(from.calls_of(name, cell));
        if (std::ranges::any_of(made.values, [](double value) { return value > 0; }))
            chart.series.push_back(std::move(made));
    };
    add(run.rates, names::gateway_legacy);
    add(run.rates, names::gateway_modern);
    add(run.rates, names::nginx);
    const auto fastest = run.peers.fastest_beside(names::gateway_legacy, {64, 64});
    if (!fastest.empty()) add(run.peers, fastest);
    return chart.series.empty() ? std::string{} : chart.svg();
}

void write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path);
    file << text;
    file.close();
    if (!file) throw std::runtime_error(fmt::format("{} cannot be written", path.string()));
}

} // namespace

void write_document(const bench_run& run) {
    std::filesystem::path path{run.options.write};
    auto text = std::string{introduction} + facts(run);
    if (const auto picture = chart_of(run); !picture.empty()) {
        auto beside = path;
        beside.replace_extension(".svg");
        write_file(beside, picture);
        text +=
            fmt::format("\n![Calls per second by connections]({})\n", beside.filename().string());
    }
    text += "\n## Targets\n\n" + run.out.targets.text();
    for (const auto& one : run.out.sections)
        text += fmt::format("\n## {}\n\n{}\n{}", one.title, one.text, one.tables);
    text += how_to_repeat;
    if (!run.out.remarks.empty()) text += "\n## Left out of this run\n\n";
    for (const auto& remark : run.out.remarks) text += "- " + remark + "\n";
    write_file(path, text);
}

} // namespace mcpgw::bench
