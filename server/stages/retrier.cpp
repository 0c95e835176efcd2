// SPDX-License-Identifier: Apache-2.0
#include "server/stages/retrier.hpp"

#include "children/policy/retry_policy.hpp"
#include "protocol/json/json_members.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

bool names(const std::vector<std::string>& list, std::string_view name) {
    return std::any_of(list.begin(), list.end(),
                       [name](const auto& one) { return one == name || one == "*"; });
}

/// Everything but tools only reads. A tool says so itself (2025-11-25, schema, ToolAnnotations), or
/// the configuration does, which has the last word.
bool may_be_repeated(const call_context& call, const upstream& target) {
    if (call.what.method != method::tools_call) return true;
    const auto own = target.options().tools.find(call.what.tool);
    if (own != target.options().tools.end() && own->second.is_repeatable)
        return *own->second.is_repeatable;
    if (names(target.options().retry.tools, call.what.tool)) return true;
    const auto& tools = target.lists().tools;
    const auto tool = std::ranges::find(tools, call.what.tool, &list_item::own_name);
    if (tool == tools.end()) return false;
    const auto hints = find_member(tool->json, "annotations");
    return find_member(hints, "readOnlyHint") == "true" ||
           find_member(hints, "idempotentHint") == "true";
}

} // namespace

/// Over at once where the client gives the call up.
task<> retrier::pause(std::chrono::milliseconds time, abort_signal& abort) {
    timer delay{executor_, time};
    const abort_signal::listener on_abort{abort, [&delay] {
                                              delay.cancel();
                                          }};
    co_await delay.async_wait(nothrow);
}

task<result<forwarded_answer>> retrier::run(call_context& call, upstream& target,
                                            result<forwarded_answer> answered) {
    const auto& rules = target.options().retry;
    auto& abort = *call.request.abort;
    for (std::size_t attempt = 1; answered.has_error(); ++attempt) {
        const auto& reason = answered.error();
        failed_attempt failed;
        failed.code = reason.code;
        failed.attempt = attempt;
        // A server that has too much to do was not given the call.
        failed.was_written = call.is_written && reason.code != errc::server_busy;
        failed.is_repeatable = !call.relay->has_asked() && may_be_repeated(call, target);
        call.may_be_done = call.may_be_done || (failed.was_written && !failed.is_repeatable);
        // Whoever stops a server does not want its calls to start it again.
        const bool is_wanted = !abort.reason() && !target.life().is_stop_wanted();
        const bool is_again = is_wanted && is_worth_a_retry(failed, rules);
        if (!is_again || !target.retries().take()) co_return answered;
        log_.debug("server '{}': attempt {} of a call failed and is followed by another: {}",
                   target.name(), attempt, reason.message());
        const auto time = retry_pause(attempt, rules, random_);
        if (clock_type::now() + time >= call.deadline) co_return answered;
        co_await pause(time, abort);
        if (abort.reason()) co_return *abort.reason();
        answered = co_await attempts_.run(call, target);
        const bool tells = !answered.has_error() && !answered->is_error;
        if (tells)
            answered->text =
                with_meta(answered->text.str(), meta_key::attempts, std::to_string(attempt + 1));
    }
    co_return answered;
}

} // namespace mcpgw
