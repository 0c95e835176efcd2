// SPDX-License-Identifier: Apache-2.0
#include "children/instance/instance.hpp"

#include "children/instance/open_link.hpp"
#include "children/instance/remote_handshake.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

void log_start(const peer_session& session, const link& peer, const list_fetcher& offers) {
    const auto process = peer.pid() == 0 ? std::string{} : fmt::format("pid {}, ", peer.pid());
    const auto tools = offers.is_offered() ? fmt::format(", {} tools", offers.lists()->tools.size())
                                           : std::string{};
    session.context.log->info("server '{}' runs: {}protocol {}{}", session.options.name, process,
                              to_string(*session.spoken), tools);
}

} // namespace

instance::instance(const child_context& context, const child_options& options, owner& above,
                   restart_policy& restarts, era spoken)
    : owner_(above)
    , restarts_(restarts)
    , session_(context, options, spoken)
    , errors_(options.limits.stderr_lines_max, options.limits.stderr_line_bytes_max,
              options.secrets)
    , roots_(session_, [this] { return owner_.client_of(*this); })
    , questions_(session_, roots_, [this] { owner_.on_question(*this); })
    , offers_(session_, [this] { owner_.on_lists(*this); })
    , changes_(session_, offers_,
               [this](std::string_view line, const envelope& message) {
                   owner_.on_notification(*this, line, message);
               })
    , agreement_(session_, *this)
    , opening_(session_, agreement_, errors_)
    , health_(session_, *this)
    , logs_(session_)
    , life_(session_, restarts, *this) {
    session_.tasks.on_exception = [this](const std::string& what) {
        session_.context.log->error("server '{}': unexpected exception: {}", session_.options.name,
                                    what);
    };
}

// ---- its life --------------------------------------------------------------------------------

void instance::on_start() {
    agreement_.on_start();
    roots_.on_start();
}

void instance::on_connection_lost() {
    questions_.on_connection_lost();
    roots_.on_connection_lost();
}

result<std::shared_ptr<link>> instance::open() {
    return open_link(session_.context, session_.options, *this, errors_);
}

task<result<void>> instance::greet(std::shared_ptr<link> peer) {
    offers_.on_start();
    result<void> outcome;
    if (session_.options.remote.url.empty())
        outcome = co_await opening_.run(peer);
    else
        outcome = co_await shake_hands_remotely(agreement_, session_, peer);
    if (outcome.has_error()) co_return outcome;
    agreement_.end_trial();
    roots_.on_agreed(peer);
    co_await offers_.fetch(peer);
    co_return outcome;
}

void instance::on_running(const std::shared_ptr<link>& peer) {
    log_start(session_, *peer, offers_);
    auto& tasks = session_.tasks;
    logs_.on_running(peer);
    tasks.spawn(changes_.resume(peer, life_.starts() > 1));
    tasks.spawn(health_.run(peer));
    offers_.refresh_if_wanted();
    owner_.on_ready(*this);
}

bool instance::is_excused() {
    const bool was_trial = agreement_.end_trial();
    // Who goes on contradicting itself about its era rests like any other that fails.
    if (agreement_.found_other_era() && !restarts_.excuse()) agreement_.count_as_failure();
    return was_trial || agreement_.found_other_era();
}

std::optional<fault> instance::excuse() {
    if (!agreement_.found_other_era()) return std::nullopt;
    return agreement_.other_era();
}

void instance::on_sick(std::size_t misses) {
    fault reason{errc::server_failed,
                 fmt::format("server '{}' runs and did not answer {} checks of its health in a row "
                             "(health.interval, health.misses_max)",
                             session_.options.name, misses)};
    session_.context.log->warning("{}", reason.message());
    life_.set_sick(std::move(reason));
}

void instance::on_well() {
    session_.context.log->info("server '{}' answers again", session_.options.name);
    life_.set_well();
}

// ---- what the server says of itself ----------------------------------------------------------

void instance::on_request(std::string_view line, const envelope& message,
                          std::shared_ptr<call_observer> cause) {
    const auto name = message.method.of(line);
    const auto id = message.id.of(line);
    if (name == method::ping) return questions_.answer(id, std::string{"{}"});
    if (session_.speaks == era::modern) {
        // 2026-07-28, basic/transports/stdio: the server MUST NOT write requests to stdout.
        session_.context.log->warning(
            "server '{}' sent a request although its protocol forbids that", session_.options.name);
        return questions_.answer(id, fault{errc::method_not_found,
                                           "this protocol revision has no requests from servers"});
    }
    if (name == method::sampling || name == method::elicitation || name == method::roots_list)
        return questions_.relay(line, message, std::move(cause));
    questions_.answer(id, fault{errc::method_not_found, fmt::format("Method not found: {}", name)});
}

void instance::on_notification(std::string_view line, const envelope& message,
                               std::shared_ptr<call_observer> cause) {
    if (cause && cause->on_notification(line, message)) return;
    if (const auto hearer = questions_.owner_of_news(line, message)) {
        hearer->on_notification(line, message);
        return;
    }
    const auto name = message.method.of(line);
    if (name == notification::message) return questions_.relay_log(line, message, cause);
    if (name == notification::cancelled) return questions_.withdraw(line, message);
    const bool is_change = name == notification::tools_changed ||
                           name == notification::prompts_changed ||
                           name == notification::resources_changed;
    if (is_change) return offers_.on_changed();
    owner_.on_notification(*this, line, message);
}

} // namespace mcpgw
