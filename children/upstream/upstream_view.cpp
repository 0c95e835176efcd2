// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/upstream_view.hpp"

#include "children/process/package_runner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

/// The instance that says who the server is; null: none has said so in this run.
const instance* upstream_view::speaker() const {
    const auto* const first = offer_.is_recalled() ? nullptr : pools_.primary().members().first();
    return first != nullptr && first->session().spoken ? first : nullptr;
}

std::optional<revision> upstream_view::spoken() const {
    if (const auto* const from = speaker()) return from->session().spoken;
    return offer_.who() ? std::optional{offer_.who()->spoken} : std::nullopt;
}

std::string_view upstream_view::server_info() const {
    if (const auto* const from = speaker()) return from->session().server_info;
    return offer_.who() ? std::string_view{offer_.who()->server_info} : std::string_view{};
}

upstream_state upstream_view::state() const {
    if (!options_.defect.empty()) return upstream_state::failed;
    const auto* const first = pools_.primary().members().first();
    // Without one it ran for somebody who is gone.
    const bool has_ended = first == nullptr && offer_.who() && !offer_.is_recalled();
    const auto state = first != nullptr ? first->session().state
                       : has_ended      ? upstream_state::stopped
                                        : upstream_state::not_started;
    const bool is_on_its_way = life_.is_keeping() && state == upstream_state::not_started;
    return is_on_its_way ? upstream_state::starting : state;
}

bool upstream_view::is_worth_listing() const {
    if (!offer_.lists()->capabilities.empty()) return false;
    const auto now = state();
    return now == upstream_state::not_started || now == upstream_state::starting;
}

upstream_status upstream_view::status() const {
    const auto now = clock_type::now();
    upstream_status status;
    status.state = state();
    status.breaker = breaker_.state(now);
    status.retry_in = breaker_.retry_in(now);
    status.has_given_up = restarts_.has_given_up();
    status.last_error = options_.defect.empty() ? restarts_.reason() : options_.defect;
    status.spoken = spoken();
    status.server_info = server_info();
    describe_first(status);
    const bool rests = status.state == upstream_state::failed && restarts_.is_resting(now);
    if (rests)
        status.retry_in =
            std::max(status.retry_in,
                     std::chrono::ceil<std::chrono::milliseconds>(restarts_.retry_at() - now));
    describe_each(status);
    return status;
}

/// What the instance that speaks for the others shows.
void upstream_view::describe_first(upstream_status& status) const {
    const auto* const first = pools_.primary().members().first();
    if (first == nullptr) return;
    if (first->session().state == upstream_state::unhealthy)
        status.last_error = first->life().last_fault().message();
    if (!first->offers().problem().empty()) status.last_error = first->offers().problem();
    status.stderr_lines = first->last_words().lines();
    if (first->is_running())
        status.uptime = std::chrono::duration_cast<std::chrono::seconds>(
            clock_type::now() - first->life().running_since());
}

void upstream_view::describe_each(upstream_status& status) const {
    pools_.for_each([&status](const pool_members::member_status& of) {
        const auto& connection = of.who->session().connection;
        status.restarts += of.who->life().starts() > 0 ? of.who->life().starts() - 1 : 0;
        if (!connection || connection->has_ended()) return;
        ++status.instances;
        if (status.pid == 0) status.pid = connection->pid();
        status.calls_in_flight += connection->calls_in_flight();
        status.garbage_lines += connection->garbage_lines();
        status.each.push_back({of.who->session().state, of.is_leaving, connection->pid(),
                               of.who->session().spoken, of.calls, of.who->health().checks(),
                               of.who->health().misses()});
    });
}

std::optional<std::string> upstream_view::start_note(clock_type::time_point now) const {
    const instance* starting = nullptr;
    pools_.for_each([&starting](const pool_members::member_status& of) {
        if (!of.who->life().starting_since()) return;
        const bool is_beside =
            starting != nullptr && starting->session().speaks != of.who->session().speaks;
        if (!is_beside) starting = of.who; // of the modern era, which comes first, or else legacy
    });
    if (starting == nullptr) {
        if (!restarts_.is_resting(now)) return std::nullopt;
        const auto rest = std::chrono::ceil<std::chrono::seconds>(restarts_.retry_at() - now);
        return fmt::format("server '{}' failed and is started again in {} s", options_.name,
                           rest.count());
    }
    const auto time =
        std::chrono::duration_cast<std::chrono::seconds>(now - *starting->life().starting_since());
    auto note = fmt::format("starting server '{}', {} s", options_.name, time.count());
    const auto runner = package_runner(options_.command, options_.args);
    if (runner.empty()) return note;
    const auto last = starting->last_words().last_line();
    return note +
           fmt::format("; {} may still be downloading{}{}", runner, last.empty() ? "" : ": ", last);
}

} // namespace mcpgw
