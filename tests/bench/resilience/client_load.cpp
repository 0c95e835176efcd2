// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/resilience/client_load.hpp"

#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <stdexcept>

namespace mcpgw::bench {

std::string child_name(std::size_t index) {
    return fmt::format("c{}", index);
}

void tally::add(const call_outcome& made, bool is_own) {
    const std::lock_guard lock{mutex};
    ++calls;
    times.push_back(made.time);
    late += made.time > call_limit ? 1U : 0U;
    if (made.is == call_outcome::kind::failed) ++errors[made.name];
    if (made.is == call_outcome::kind::broken) ++broken[made.name];
    if (made.is != call_outcome::kind::answered) return;
    ++good;
    misled += is_own ? 0U : 1U;
}

double tally::milliseconds_at(double share) const {
    if (times.empty()) return 0.0;
    auto sorted = times;
    std::ranges::sort(sorted);
    const auto last = static_cast<double>(sorted.size() - 1);
    return static_cast<double>(sorted[static_cast<std::size_t>(last * share)].count()) / 1000;
}

std::string shown(const std::map<std::string, std::size_t>& counts) {
    std::string text;
    for (const auto& [name, count] : counts)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
    return text.empty() ? "none" : text;
}

client_load::client_load(std::uint16_t port, const bench_options& options, tally& seen)
    : port_(port), options_(options), seen_(seen) {
    for (std::size_t i = 0; i < options.clients; ++i)
        clients_.emplace_back(&client_load::run_safely, this, i);
}

client_load::~client_load() {
    is_over_ = true;
    for (auto& client : clients_) client.join();
}

void client_load::run(std::size_t number) {
    std::minstd_rand random{static_cast<unsigned>(options_.seed + number)};
    mcp_client client{port_, number % 2 == 0 ? era::modern : era::legacy};
    for (std::size_t n = 0; !is_over_; ++n) {
        const auto child = child_name(random() % options_.children);
        if (random() % 5 == 0) {
            const auto made = client.call(child + "__wait", R"({"seconds":0.05})", call_limit);
            seen_.add(made, true);
            continue;
        }
        const auto message = fmt::format("client {} call {} to {}", number, n, child);
        const auto arguments = fmt::format(R"({{"message":{}}})", quote_json(message));
        const auto made = client.call(child + "__echo", arguments, call_limit);
        seen_.add(made, made.text == message);
    }
}

void client_load::run_safely(std::size_t number) {
    try {
        run(number);
    } catch (const std::runtime_error& error) {
        call_outcome nothing;
        nothing.name = error.what();
        seen_.add(nothing, false);
    }
}

} // namespace mcpgw::bench
