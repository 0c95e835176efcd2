// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/json_members.hpp"
#include "tests/bench/resilience/client_load.hpp"
#include "tests/bench/resilience/scenarios.hpp"
#include "tests/bench/support/gateway_config.hpp"
#include "tests/bench/support/processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <set>
#include <utility>

namespace mcpgw::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto total_timeout = 10s;       // of a call in the gateway
constexpr auto kill_pause = 200ms;        // between two SIGKILLs
constexpr auto recovery_time = 5s;        // after the last of them
constexpr double safe_share = 0.999;      // of safe calls that must go well
constexpr long growth_kib_max = 8 * 1024; // of resident memory, in the last three quarters

/// The last child writes to stderr all the time, from a process of its own.
std::string chaos_configuration(const bench_options& options) {
    std::vector<std::string> children;
    for (std::size_t i = 0; i + 1 < options.children; ++i)
        children.push_back(demo_child(options.binary, child_name(i)));
    children.push_back(wrapped_child(options.binary, child_name(options.children - 1),
                                     "while :; do head -c 65536 /dev/zero | tr '\\0' 'x' >&2; "
                                     "sleep 0.1; done &"));
    return configuration_of(
        children, R"("expose":"both")",
        fmt::format(R"("timeout":2,"total_timeout":{},"restart":{{"base":0.02,"max":0.2,)"
                    R"("restarts_max":0,"calls":"wait"}},)"
                    R"("health":{{"interval":0.5,"timeout":0.5,"misses_max":2}},)"
                    R"("retry":{{"attempts":20,"base":0.02,"max":0.2,)"
                    R"("budget":10,"codes":["TIMEOUT","CONNECTION_LOST","SERVER_BUSY",)"
                    R"("SERVER_FAILED"]}})",
                    total_timeout.count()));
}

/// Signals to the servers of a gateway, at random.
class havoc {
public:
    havoc(pid_t gateway, const bench_options& options)
        : gateway_(gateway), stop_every_(options.stop_every), random_(options.seed) {}

    void strike() {
        auto servers = servers_of(gateway_);
        std::erase_if(servers, [this](const process_entry& one) {
            return stopped_.contains({one.pid, one.started});
        });
        if (servers.empty()) return;
        const auto victim = servers[random_() % servers.size()];
        const bool is_stop = stop_every_ != 0 && ++strikes_ % stop_every_ == 0;
        if (is_stop) stopped_.emplace(victim.pid, victim.started);
        ::kill(victim.pid, is_stop ? SIGSTOP : SIGKILL);
        (is_stop ? stops : kills) += 1;
    }

    std::size_t kills = 0;
    std::size_t stops = 0;

private:
    pid_t gateway_;
    std::size_t stop_every_;
    std::minstd_rand random_;
    std::size_t strikes_ = 0;
    std::set<std::pair<pid_t, std::uint64_t>> stopped_; ///< only the gateway may end these
};

struct measurements {
    std::size_t descriptors_before = 0;
    std::size_t descriptors_after = 0;
    long resident_early = 0;
    long resident_late = 0;
    std::size_t zombies = 0;
    std::size_t healthy = 0;
    havoc* done = nullptr;
};

/// How many children answer, run and have a closed breaker.
std::size_t count_healthy(std::uint16_t port, std::size_t children) {
    mcp_client client{port, era::modern};
    std::size_t healthy = 0;
    for (std::size_t i = 0; i < children; ++i) {
        const auto name = child_name(i);
        const auto status = client.call("get_child_status",
                                        fmt::format(R"({{"server_id":"{}"}})", name), call_limit);
        const auto state = find_member(find_member(status.result, "structuredContent"), "status");
        const auto answer = client.call(name + "__echo", R"({"message":"well"})", call_limit);
        healthy += state == "\"running\"" && answer.text == "well" ? 1U : 0U;
    }
    return healthy;
}

/// All clients at work for a while; `havoc` may be null.
void run_load(const gateway_process& gateway, const bench_options& options, tally& seen,
              std::chrono::milliseconds time, havoc* harm, measurements& measured) {
    client_load load{gateway.port(), options, seen};
    const auto begun = clock_type::now();
    while (clock_type::now() - begun < time) {
        pause_for(kill_pause);
        if (harm != nullptr) harm->strike();
        if (measured.resident_early == 0 && clock_type::now() - begun > time / 4)
            measured.resident_early = resident_kib(gateway.pid());
    }
    measured.resident_late = resident_kib(gateway.pid());
}

void tell(const tally& seen, const measurements& measured, const bench_options& options,
          report& out) {
    const auto share =
        seen.calls == 0 ? 0.0 : static_cast<double>(seen.good) / static_cast<double>(seen.calls);
    out.note("chaos: calls",
             fmt::format("{} in {} s by {} clients to {} children", seen.calls,
                         options.duration.count(), options.clients, options.children));
    out.note("chaos: SIGKILL, SIGSTOP",
             fmt::format("{}, {}", measured.done->kills, measured.done->stops));
    out.note("chaos: time of a call, median, 99 %, longest",
             fmt::format("{:.1f}, {:.0f}, {:.0f} ms", seen.milliseconds_at(0.5),
                         seen.milliseconds_at(0.99), seen.milliseconds_at(1)));
    out.note("chaos: named errors", shown(seen.errors));
    out.add("chaos: calls without answer or named error", "0", shown(seen.broken),
            seen.broken.empty());
    out.add("chaos: calls that ended after their deadline", "0", std::to_string(seen.late),
            seen.late == 0);
    out.add("chaos: answers that reached a wrong client", "0", std::to_string(seen.misled),
            seen.misled == 0);
    out.add("chaos: safe calls that went well", ">= 99.9 %", fmt::format("{:.3f} %", share * 100),
            share >= safe_share);
    out.add("chaos: children that are healthy 5 s later", std::to_string(options.children),
            std::to_string(measured.healthy), measured.healthy == options.children);
    out.add("chaos: zombies", "0", std::to_string(measured.zombies), measured.zombies == 0);
    out.add("chaos: descriptors of the gateway, before and after", "the same",
            fmt::format("{}, {}", measured.descriptors_before, measured.descriptors_after),
            measured.descriptors_after <= measured.descriptors_before);
    out.add("chaos: growth of its memory in the last three quarters", "< 8 MiB",
            fmt::format("{} KiB of {}", measured.resident_late - measured.resident_early,
                        measured.resident_late),
            measured.resident_late - measured.resident_early < growth_kib_max);
}

} // namespace

void run_chaos(const bench_options& options, report& out) {
    gateway_process gateway{options.binary, chaos_configuration(options)};
    measurements measured;
    {
        tally warm_up;
        measurements ignored;
        run_load(gateway, options, warm_up, 2s, nullptr, ignored);
    }
    pause_for(1s);
    measured.descriptors_before = count_descriptors(gateway.pid());
    tally seen;
    havoc harm{gateway.pid(), options};
    measured.done = &harm;
    run_load(gateway, options, seen, options.duration, &harm, measured);
    pause_for(recovery_time);
    measured.healthy = count_healthy(gateway.port(), options.children);
    pause_for(1s); // the connection of that client
    measured.zombies = count_zombies(descendants_of(gateway.pid()));
    measured.descriptors_after = count_descriptors(gateway.pid());
    tell(seen, measured, options, out);
    const auto left = descendants_of(gateway.pid());
    const bool is_good_end = gateway.stop();
    out.add("chaos: the gateway ends in good order", "yes", is_good_end ? "yes" : "no",
            is_good_end);
    const auto alive = count_alive(left);
    out.add("chaos: processes left behind", "0", std::to_string(alive), alive == 0);
}

} // namespace mcpgw::bench
