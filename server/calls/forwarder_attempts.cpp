// SPDX-License-Identifier: Apache-2.0
// How often a call is tried, and what is tried again.
#include "children/policy/retry_policy.hpp"
#include "protocol/json/json_members.hpp"
#include "server/calls/forwarder_journey.hpp"
#include "server/calls/sharing_key.hpp"
#include "server/calls/start_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

bool names(const std::vector<std::string>& list, std::string_view name) {
    return std::any_of(list.begin(), list.end(),
                       [name](const auto& one) { return one == name || one == "*"; });
}

} // namespace

std::string with_meta(std::string_view result_json, std::string_view key, std::string_view value) {
    member_writer meta;
    member_reader known{find_member(result_json, "_meta")};
    while (const auto member = known.next())
        if (member->key != key) meta.add(member->key, member->value);
    meta.add(key, value);
    member_writer out;
    member_reader reader{result_json};
    while (const auto member = reader.next())
        if (member->key != "_meta") out.add(member->key, member->value);
    out.add("_meta", meta.object());
    return out.object();
}

/// Everything but tools only reads. A tool says so itself (2025-11-25, schema, ToolAnnotations), or
/// the configuration does, which has the last word.
bool forwarder::may_be_repeated(const journey& way, const upstream& target) {
    if (way.what.method != method::tools_call) return true;
    const auto own = target.options().tools.find(way.what.tool);
    if (own != target.options().tools.end() && own->second.is_repeatable)
        return *own->second.is_repeatable;
    if (names(target.options().retry.tools, way.what.tool)) return true;
    const auto& tools = target.lists().tools;
    const auto tool = std::ranges::find(tools, way.what.tool, &list_item::key);
    if (tool == tools.end()) return false;
    const auto hints = find_member(tool->json, "annotations");
    return find_member(hints, "readOnlyHint") == "true" ||
           find_member(hints, "idempotentHint") == "true";
}

/// No coroutine: where the server has room, nothing is waited for before the call itself.
task<result<forwarded_answer>> forwarder::try_once(journey& way, upstream& target) {
    upstream::caller who;
    who.speaks = way.request.client_era;
    who.owner = way.relay->owner();
    who.may_be_asked = way.may_be_asked;
    if (way.needs_rounds || target.asks_in_rounds(way.what.tool)) who.speaks = era::modern;
    who.method = way.what.method;
    who.tool = way.what.tool;
    if (target.is_unproven(who) || target.may_have_more(who))
        who.can_answer = can_be_asked(*way.relay, way.request.spoken);
    who.deadline = way.deadline;
    auto key = sharing_key(target.options().pool.share, way.request);
    if (key.has_error()) return fail(key.error());
    who.key = *key;
    way.is_written = false;
    way.place = nullptr;
    way.task_place.reset();
    way.task_token.clear();
    way.held.reset();
    auto at_once = target.try_acquire(who);
    if (!at_once) return try_later(way, target, who, std::move(*key));
    if (at_once->has_error()) return fail(at_once->error());
    return call_at(way, std::move(**at_once));
}

task<result<forwarded_answer>> forwarder::try_later(journey& way, upstream& target,
                                                    upstream::caller who, std::string key) {
    who.key = key;
    std::optional<start_progress> waiting;
    if (way.relay->wants_progress())
        waiting.emplace(upstreams_.get_executor(), target,
                        [relay = way.relay](double progress, const std::string& message) {
                            relay->on_start(progress, message);
                        });
    auto place = co_await target.acquire(who, *way.request.abort);
    waiting.reset();
    if (place.has_error()) {
        // Who wants to wait longer for a start must know which limit it was.
        const bool is_late =
            place.error().code == errc::call_timed_out && clock_type::now() >= way.deadline;
        if (is_late) co_return too_long_in_all(target.name(), way.what.method, way.limits);
        co_return place.error();
    }
    auto answered = co_await call_at(way, std::move(*place));
    co_return answered;
}

task<result<forwarded_answer>> forwarder::call_at(journey& way, upstream::lease place) {
    way.held.emplace(std::move(place));
    way.place = &*way.held;
    way.relay->set_server(way.place->spoken());
    way.show(way.place->server_info());
    way.is_written = true;
    return call(way);
}

/// Over at once where the client gives the call up.
task<> forwarder::pause_before_repeat(std::chrono::milliseconds time, abort_signal& abort) {
    timer pause{upstreams_.get_executor(), time};
    const abort_signal::listener on_abort{abort, [&pause] {
                                              pause.cancel();
                                          }};
    co_await pause.async_wait(nothrow);
}

/// What follows an attempt that failed: others, as far as they do no harm.
task<result<forwarded_answer>> forwarder::try_again(journey& way, upstream& target,
                                                    result<forwarded_answer> answered) {
    const auto& rules = target.options().retry;
    auto& abort = *way.request.abort;
    for (std::size_t attempt = 1; answered.has_error(); ++attempt) {
        const auto& reason = answered.error();
        failed_attempt failed;
        failed.code = reason.code;
        failed.attempt = attempt;
        // A server that has too much to do was not given the call.
        failed.was_written = way.is_written && reason.code != errc::server_busy;
        failed.is_repeatable = !way.relay->has_asked() && may_be_repeated(way, target);
        way.may_be_done = way.may_be_done || (failed.was_written && !failed.is_repeatable);
        // Whoever stops a server does not want its calls to start it again.
        const bool is_wanted = !abort.reason() && !target.is_stop_wanted();
        const bool is_again = is_wanted && is_worth_a_retry(failed, rules);
        if (!is_again || !target.retries().take()) co_return answered;
        log_.debug("server '{}': attempt {} of a call failed and is followed by another: {}",
                   target.name(), attempt, reason.message());
        const auto pause = retry_pause(attempt, rules, random_);
        if (clock_type::now() + pause >= way.deadline) co_return answered;
        co_await pause_before_repeat(pause, abort);
        if (abort.reason()) co_return *abort.reason();
        answered = co_await try_once(way, target);
        const bool tells = !answered.has_error() && !answered->is_error;
        if (tells)
            answered->text =
                with_meta(answered->text.str(), meta_key::attempts, std::to_string(attempt + 1));
    }
    co_return answered;
}

} // namespace mcpgw
