// SPDX-License-Identifier: Apache-2.0
// How well, and how fast, tools are found. See tests/bench/README.md.
#include "server/search/tool_ranker.hpp"
#include "tests/bench/search/question_sets.hpp"
#include "tests/bench/support/report.hpp"
#include "tests/bench/support/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw::bench {

namespace {

constexpr std::string_view usage =
    "search_bench [--golden=FOLDER] [--bfcl=FOLDER]\n"
    "  FOLDERs with public sets; what is not given is not measured (tests/bench/README.md)\n";

struct search_options {
    std::string golden, bfcl;
};

/// A set in an index, everything of it shown.
struct loaded_set {
    explicit loaded_set(const question_set& set) {
        for (const auto& [server, tools] : set.servers) index.set_server(server, "", tools);
        select(set);
    }
    void select(const question_set& set) {
        shown = tool_selection{index};
        names.assign(index.ids(), {});
        for (const auto& [server, tools] : set.servers) {
            for (const auto& tool : tools) {
                const auto id = index.find(server, tool.key);
                if (!id) continue;
                shown.add(index, *id);
                names[*id] = server + ":" + tool.key;
            }
        }
    }
    ranking ask(std::string_view text, std::size_t best_max) {
        return ranker.rank(index, shown, search_question::of(text, index.stemmer(), none),
                           best_max);
    }

    tool_index index;
    tool_selection shown;
    std::vector<std::string> names; ///< by tool_id
    tool_ranker ranker;
    synonyms none;
};

double recall_at(loaded_set& in, const question_set& set, std::size_t places) {
    double sum = 0;
    for (const auto& question : set.questions) {
        const auto found = in.ask(question.text, places);
        std::size_t right = 0;
        for (const auto& one : found.best)
            right +=
                static_cast<std::size_t>(std::ranges::count(question.wanted, in.names[one.tool]));
        sum += static_cast<double>(right) / static_cast<double>(question.wanted.size());
    }
    return sum / static_cast<double>(set.questions.size());
}

void measure_set(report& out, std::string_view name, const question_set& set, double target) {
    loaded_set in{set};
    const auto first = recall_at(in, set, 1);
    const auto fifth = recall_at(in, set, 5);
    const auto tenth = recall_at(in, set, 10);
    out.add(fmt::format("{}: {} tools, {} questions", name, set.tools(), set.questions.size()),
            fmt::format("recall@5 >= {:.2f}", target),
            fmt::format("{:.3f} (@1 {:.3f}, @10 {:.3f})", fifth, first, tenth), fifth >= target);
}

using clock = std::chrono::steady_clock;

double nanoseconds_since(clock::time_point begun) {
    return std::chrono::duration<double, std::nano>(clock::now() - begun).count();
}

void measure_speed(report& out, std::size_t tools, double p95_ms_max) {
    const auto set = make_tools(tools, 1);
    const auto begun = clock::now();
    loaded_set in{set};
    const auto built = nanoseconds_since(begun);
    std::vector<double> times;
    for (const auto& question : set.questions) {
        const auto asked = clock::now();
        const auto found = in.ask(question.text, 10);
        times.push_back(nanoseconds_since(asked));
        if (found.best.empty()) throw std::runtime_error{"nothing was found"};
    }
    std::ranges::sort(times);
    const auto p95 = times[times.size() * 95 / 100];
    const auto size = with_commas(static_cast<double>(tools));
    out.add(fmt::format("{} tools: a search, p95 of {}", size, times.size()),
            fmt::format("< {} ms", p95_ms_max),
            fmt::format("{} (median {})", time_text(p95), time_text(times[times.size() / 2])),
            p95 < p95_ms_max * 1e6);
    const auto bytes = in.index.bytes() / tools;
    out.add(fmt::format("{} tools: the index, for each tool", size), "< 2048 bytes",
            fmt::format("{} bytes", bytes), bytes < 2048);
    out.note(fmt::format("{} tools: made from nothing", size), time_text(built));
    // Each server in turn says something else.
    std::vector<double> changes;
    for (const auto& [server, listed] : set.servers) {
        auto changed = listed;
        for (auto& tool : changed) tool.json.insert(1, R"("title":"Another title",)");
        const auto from = clock::now();
        in.index.set_server(server, "", changed);
        changes.push_back(nanoseconds_since(from));
    }
    std::ranges::sort(changes);
    const auto change = changes[changes.size() * 95 / 100];
    out.add(fmt::format("{} tools: a server's hundred are others, p95", size), "< 5 ms",
            fmt::format("{} (most {})", time_text(change), time_text(changes.back())),
            change < 5e6);
    const auto selecting = clock::now();
    in.select(set);
    out.note(fmt::format("{} tools: who is shown, after a change", size),
             time_text(nanoseconds_since(selecting)));
}

bool take(std::string_view argument, search_options& options) {
    const auto value_of = [&](std::string_view key, std::string& out) {
        if (!argument.starts_with(key)) return false;
        out = argument.substr(key.size());
        return true;
    };
    return value_of("--golden=", options.golden) || value_of("--bfcl=", options.bfcl);
}

int run(const search_options& options) {
    report out;
    if (!options.golden.empty()) {
        measure_set(out, "golden set", read_golden(options.golden, false), 0.75);
        measure_set(out, "with distractors", read_golden(options.golden, true), 0.60);
    }
    if (!options.bfcl.empty()) measure_set(out, "BFCL", read_bfcl(options.bfcl), 0.87);
    measure_speed(out, 3'000, 1);
    measure_speed(out, 50'000, 5);
    std::fputs(out.text().c_str(), stdout);
    return out.is_good() ? 0 : 1;
}

} // namespace

} // namespace mcpgw::bench

int main(int count, char** arguments) {
    mcpgw::bench::search_options options;
    for (int i = 1; i < count; ++i) {
        if (!mcpgw::bench::take(arguments[i], options)) {
            std::fputs(mcpgw::bench::usage.data(), stderr);
            return 2;
        }
    }
    try {
        return mcpgw::bench::run(options);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "search_bench: %s\n", e.what());
        return 2;
    }
}
