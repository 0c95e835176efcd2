// SPDX-License-Identifier: Apache-2.0
// The configuration changes while clients call.
#include "protocol/json/json_members.hpp"
#include "tests/bench/resilience/client_load.hpp"
#include "tests/bench/support/gateway_config.hpp"
#include "tests/bench/support/processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto change_pause = 500ms;
constexpr auto applied_limit = 10s;   // until a change is in force
constexpr auto status_limit = 10s;    // of one look at the status
constexpr double slower_max = 1.5;    // p99 while it changes, to that of before
constexpr double held_up_ms_max = 5;  // by one change
constexpr double loop_ms_max = 50;    // by one change, with all that follows
constexpr long growth_kib_max = 1024; // over all changes
constexpr std::size_t settling = 100; // changes before memory is looked at
constexpr std::string_view all_lazy = R"("start":"lazy","restart":{"restarts_max":0})";

/// Of the status of a gateway.
struct reload_status {
    std::uint64_t generation = 0;
    double held_up_ms = 0; ///< by the last change
};

double number_in(std::string_view json) {
    return json.empty() ? 0 : std::stod(std::string{json});
}

reload_status status_of(mcp_client& client) {
    const auto body = client.get("/status", status_limit);
    const auto configuration = find_member(body, "configuration");
    reload_status found;
    const auto generation = find_member(configuration, "generation");
    found.generation = static_cast<std::uint64_t>(number_in(generation));
    element_reader reloads{find_member(configuration, "reloads")};
    while (const auto one = reloads.next())
        found.held_up_ms = number_in(find_member(*one, "held_up_ms"));
    return found;
}

/// Until another configuration than that of `before` is in force.
reload_status wait_for_change(mcp_client& client, std::uint64_t before) {
    const auto deadline = clock_type::now() + applied_limit;
    for (;;) {
        const auto now = status_of(client);
        if (now.generation > before) return now;
        if (clock_type::now() > deadline) throw std::runtime_error("a change was not applied");
        pause_for(2ms);
    }
}

// ---- under load --------------------------------------------------------------------------------

/// The servers that are called, of which the last one is changed in turn with the one before it,
/// and one that comes and goes.
std::string changing_configuration(const bench_options& options, std::size_t step) {
    std::vector<std::string> children;
    for (std::size_t i = 0; i < options.children; ++i) {
        const bool changes = i + 2 >= options.children;
        const auto changed_in = step < i % 2 ? 0 : (step - i % 2) / 2;
        const auto more =
            fmt::format(R"("start":"pre_warm","env":{{"STEP":"{}"}})", changes ? changed_in : 0);
        children.push_back(demo_child(options.binary, child_name(i), more));
    }
    children.push_back(
        demo_child(options.binary, fmt::format("extra{}", step), R"("start":"pre_warm")"));
    return configuration_of(children, R"("expose":"both")");
}

/// The processes of the servers that no change concerns.
std::set<std::pair<pid_t, std::uint64_t>>
processes_of(const gateway_process& gateway, const bench_options& options, mcp_client& client) {
    std::set<std::pair<pid_t, std::uint64_t>> found;
    const auto body = client.get("/status", status_limit);
    element_reader servers{find_member(body, "children")};
    std::set<pid_t> wanted;
    while (const auto server = servers.next()) {
        const auto name = find_member(*server, "server_id");
        for (std::size_t i = 0; i + 2 < options.children; ++i)
            if (name == fmt::format("\"{}\"", child_name(i)))
                wanted.insert(static_cast<pid_t>(number_in(find_member(*server, "pid"))));
    }
    for (const auto& one : servers_of(gateway.pid()))
        if (wanted.contains(one.pid)) found.emplace(one.pid, one.started);
    return found;
}

void run_under_load(const bench_options& options, report& out) {
    gateway_process gateway{options.binary, changing_configuration(options, 0)};
    mcp_client observer{gateway.port(), era::modern};
    for (std::size_t i = 0; i < options.children; ++i)
        observer.call(child_name(i) + "__echo", R"({"message":"up"})", call_limit);
    const auto before = processes_of(gateway, options, observer);
    tally calm;
    {
        const client_load load{gateway.port(), options, calm};
        pause_for(options.duration / 4);
    }
    tally seen;
    std::size_t changes = 0;
    double held_up = 0;
    {
        const client_load load{gateway.port(), options, seen};
        const auto begun = clock_type::now();
        while (clock_type::now() - begun < options.duration) {
            gateway.rewrite(changing_configuration(options, ++changes));
            pause_for(change_pause);
            held_up = std::max(held_up, status_of(observer).held_up_ms);
        }
    }
    const auto applied = status_of(observer).generation - 1;
    const auto after = processes_of(gateway, options, observer);
    const auto p99 = calm.milliseconds_at(0.99);
    const auto p99_changing = seen.milliseconds_at(0.99);
    out.note("reload: calls",
             fmt::format("{} in {} s by {} clients to {} servers; before: {}", seen.calls,
                         options.duration.count(), options.clients, options.children, calm.calls));
    out.note("reload: changes written, put into force", fmt::format("{}, {}", changes, applied));
    out.note("reload: longest stop of the loop by one", fmt::format("{:.2f} ms", held_up));
    out.add("reload: calls that failed", "0",
            fmt::format("{}; {}", shown(seen.errors), shown(seen.broken)),
            seen.errors.empty() && seen.broken.empty());
    out.add("reload: answers that reached a wrong client", "0", std::to_string(seen.misled),
            seen.misled == 0);
    out.add("reload: processes of servers that were not changed", "the same",
            fmt::format("{} of {}", after == before ? before.size() : 0, options.children - 2),
            after == before && before.size() == options.children - 2);
    out.add("reload: p99 of a call, before and while it changes",
            fmt::format("<= {:.1f} times", slower_max),
            fmt::format("{:.2f}, {:.2f} ms", p99, p99_changing), p99_changing <= p99 * slower_max);
}

// ---- many servers ------------------------------------------------------------------------------

std::string many_configuration(const bench_options& options, std::size_t count, std::size_t step) {
    std::vector<std::string> children;
    for (std::size_t i = 0; i < count; ++i)
        children.push_back(demo_child(options.binary, fmt::format("m{}", i), all_lazy));
    children.push_back(
        demo_child(options.binary, "changed",
                   fmt::format(R"("start":"lazy","args":["demo-server","{}"])", step)));
    children.push_back(demo_child(options.binary, fmt::format("extra{}", step), all_lazy));
    return configuration_of(children, R"("expose":"gateway","reload":"signal")");
}

/// Each change is told by a signal, and in force before the next one.
double change_often(const gateway_process& gateway, std::size_t times,
                    const std::function<std::string(std::size_t)>& configuration) {
    mcp_client observer{gateway.port(), era::modern};
    auto generation = status_of(observer).generation;
    double held_up = 0;
    for (std::size_t i = 1; i <= times; ++i) {
        gateway.rewrite(configuration(i));
        ::kill(gateway.pid(), SIGHUP);
        const auto now = wait_for_change(observer, generation);
        generation = now.generation;
        held_up = std::max(held_up, now.held_up_ms);
    }
    return held_up;
}

void run_with_many(const bench_options& options, report& out) {
    constexpr std::size_t servers = 1000;
    constexpr std::size_t times = 20;
    const auto configuration = [&options](std::size_t step) {
        return many_configuration(options, servers, step);
    };
    gateway_process gateway{options.binary, configuration(0)};
    mcp_client observer{gateway.port(), era::modern};
    const auto before = processor_time(gateway.pid());
    const auto held_up = change_often(gateway, times, configuration);
    const auto spent =
        std::chrono::duration<double, std::milli>{processor_time(gateway.pid()) - before};
    out.note(fmt::format("reload: {} servers: processor time of one, with reading and the status",
                         servers),
             fmt::format("{:.0f} ms", spent.count() / times));
    out.add(fmt::format("reload: {} servers: the loop, for one", servers),
            fmt::format("< {:.0f} ms", loop_ms_max), fmt::format("{:.2f} ms", held_up),
            held_up < loop_ms_max);
    out.add(fmt::format("reload: {} servers: longest stop of the loop", servers),
            fmt::format("< {:.0f} ms", held_up_ms_max), fmt::format("{:.2f} ms", held_up),
            held_up < held_up_ms_max);
}

// ---- memory ------------------------------------------------------------------------------------

void run_often(const bench_options& options, report& out) {
    const auto configuration = [&options](std::size_t step) {
        return many_configuration(options, options.children, step);
    };
    gateway_process gateway{options.binary, configuration(0)};
    change_often(gateway, settling, configuration);
    const auto before = resident_kib(gateway.pid());
    change_often(gateway, options.cycles,
                 [&](std::size_t step) { return configuration(settling + step); });
    const auto after = resident_kib(gateway.pid());
    out.add(fmt::format("reload: memory after {} of them", options.cycles),
            fmt::format("< {} KiB more", growth_kib_max),
            fmt::format("{} KiB more than {}", after - before, before),
            after - before < growth_kib_max);
}

} // namespace

void run_reload(const bench_options& options, report& out) {
    run_under_load(options, out);
    run_with_many(options, out);
    run_often(options, out);
}

} // namespace mcpgw::bench
