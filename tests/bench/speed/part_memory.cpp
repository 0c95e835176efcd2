// SPDX-License-Identifier: Apache-2.0
// Memory: idle, with many sessions, with many streams, with long messages.
#include "tests/bench/speed/load/http_connection.hpp"
#include "tests/bench/speed/parts.hpp"
#include "tests/bench/support/processes.hpp"
#include "tests/bench/support/table.hpp"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include <sys/resource.h>

namespace mcpgw::bench {

namespace {

constexpr std::size_t some_sessions = 1000;
constexpr std::size_t many_sessions = 10'000;
constexpr std::size_t other_descriptors = 200; ///< of the gateway and of the bench
constexpr std::chrono::milliseconds calm_down{300};
constexpr std::string_view path = "/mcp";

constexpr std::string_view memory_text =
    "Resident memory of the gateway's process, without its child. Sessions are those of "
    "2025-11-25,\n"
    "with nothing going on; a stream is the GET of such a session, on a connection of its own. "
    "Bytes\n"
    "in flight are the texts of the calls that run at the same time.\n";

/// What a process may have open, less what it needs for other things.
std::size_t streams_max() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    const auto limit = static_cast<std::size_t>(files.rlim_cur);
    return std::min(many_sessions, limit > other_descriptors ? limit - other_descriptors : 0);
}

double resident_after_rest(pid_t pid) {
    pause_for(calm_down);
    return static_cast<double>(resident_kib(pid));
}

/// One call, so that the child runs.
void call_once(http_connection& on) {
    const auto kind = echo_of(64);
    on.exchange(
        make_post(make_message(kind, dialect::modern), path, fields_of(kind, dialect::modern, {}))
            .bytes);
    if (on.reader().status() != 200)
        throw std::runtime_error(fmt::format("a call: HTTP {}", on.reader().status()));
    on.reader().next();
}

std::unique_ptr<http_connection> open_stream(std::uint16_t port, const std::string& session) {
    auto made = std::make_unique<http_connection>(port);
    made->send_all(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                               "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: {}\r\n\r\n",
                               path, session));
    made->wait_for_reply(true);
    if (made->reader().status() != 200 || !made->reader().is_event_stream())
        throw std::runtime_error(fmt::format("a stream: HTTP {}", made->reader().status()));
    return made;
}

struct memory_figures {
    double idle = 0, some = 0, many = 0, streams = 0; ///< KiB
    std::size_t streams_count = 0;
};

memory_figures measure_sessions(const programs& needed) {
    const gateway_process gateway{needed.gateway, speed_configuration(needed.echo)};
    http_connection opener{gateway.port()};
    call_once(opener);
    memory_figures made;
    made.idle = resident_after_rest(gateway.pid());
    std::vector<std::string> sessions;
    const auto open_until = [&](std::size_t count) {
        while (sessions.size() < count) sessions.push_back(open_session(opener, path));
        return resident_after_rest(gateway.pid());
    };
    made.some = open_until(some_sessions);
    made.many = open_until(many_sessions);
    made.streams_count = streams_max();
    std::vector<std::unique_ptr<http_connection>> streams;
    for (std::size_t i = 0; i < made.streams_count; ++i)
        streams.push_back(open_stream(gateway.port(), sessions[i]));
    made.streams = resident_after_rest(gateway.pid());
    return made;
}

double measure_peak(const programs& needed, const load_cell& cell) {
    const gateway_process gateway{needed.gateway, speed_configuration(needed.echo)};
    const subject alone{.name = "gateway", .port = gateway.port()};
    load_plan plan;
    measure(alone, echo_of(cell.text_bytes), cell.connections, plan);
    return static_cast<double>(resident_peak_kib(gateway.pid()));
}

} // namespace

void run_memory(bench_run& run) {
    const auto m = measure_sessions(run.needed);
    const load_cell large{2, 4 * MiB};
    const auto peak = measure_peak(run.needed, large);
    const auto in_flight = static_cast<double>(large.connections * large.text_bytes / KiB);
    const auto mib = [](double kib) {
        return fmt::format("{:.1f} MiB", kib / 1024);
    };
    const auto each = [](double more, std::size_t count) {
        return count == 0 ? 0 : more / static_cast<double>(count);
    };
    const auto session = each(m.many - m.idle, many_sessions);
    const auto stream = each(m.streams - m.many, m.streams_count);
    table made{{"state", "resident", "for each"}};
    made.add({"idle, one child", mib(m.idle), ""});
    made.add({fmt::format("{} sessions", with_commas(some_sessions)), mib(m.some),
              fmt::format("{:.2f} KiB", each(m.some - m.idle, some_sessions))});
    made.add({fmt::format("{} sessions", with_commas(many_sessions)), mib(m.many),
              fmt::format("{:.2f} KiB", session)});
    made.add({fmt::format("and {} streams", with_commas(static_cast<double>(m.streams_count))),
              mib(m.streams), fmt::format("{:.2f} KiB", stream)});
    made.add({fmt::format("highest, calls of {}", large.name()), mib(peak),
              ratio_text(peak / in_flight) + " of bytes in flight"});
    run.out.sections.push_back({"Memory", std::string{memory_text}, made.text()});
    auto& targets = run.out.targets;
    targets.add("resident memory, idle", "< 12 MiB", mib(m.idle), m.idle < 12 * 1024);
    targets.add("resident memory of a session", "< 4 KiB", fmt::format("{:.2f} KiB", session),
                session < 4);
    targets.add("resident memory of an idle stream", "< 16 KiB", fmt::format("{:.2f} KiB", stream),
                stream < 16);
    targets.add(fmt::format("highest resident memory, {}, against bytes in flight", large.name()),
                "< 4.0 x", ratio_text(peak / in_flight), peak < 4 * in_flight);
    if (m.streams_count < many_sessions)
        run.out.remarks.push_back(fmt::format(
            "The limit of open files (RLIMIT_NOFILE) allows {} streams only.", m.streams_count));
}

} // namespace mcpgw::bench
