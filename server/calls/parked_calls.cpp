// SPDX-License-Identifier: Apache-2.0
#include "server/calls/parked_calls.hpp"

#include "protocol/crypto/random.hpp"
#include "transports/session/session_table.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t id_bytes = 16;
} // namespace

parked_calls::parked_calls(executor ex, const request_states& states, parking_limits limits,
                           logger& log)
    : executor_(ex)
    , states_(states)
    , limits_(limits)
    , log_(log)
    , tasks_(ex, limits.running_max + limits.parked_max) {
    tasks_.on_exception = [this](const std::string& what) {
        log_.error("a call ended with an unexpected exception: {}", what);
    };
}

void parked_calls::set_limits(parking_limits limits) {
    limits_ = limits;
    tasks_.set_tasks_max(limits_.running_max + limits_.parked_max);
}

result<void> parked_calls::admit(std::string_view principal) const {
    std::size_t parked = 0;
    std::size_t own = 0;
    for (const auto& [id, call] : calls_) {
        if (!call->is_waiting_for_client()) continue;
        ++parked;
        own += call->who().principal == principal ? 1U : 0U;
    }
    if (parked < limits_.parked_max && own < limits_.parked_per_client_max) return {};
    return fault{errc::server_busy,
                 fmt::format("{} calls wait for answers of their clients already, {} of them of "
                             "this client; answer or abandon some first",
                             parked, own)};
}

task<parked_calls::round_end> parked_calls::begin(upstream_lease place, upstream_call call,
                                                  parked_call::identity who,
                                                  const client_request& request,
                                                  std::shared_ptr<call_relay> relay) {
    who.id = random_hex(id_bytes);
    const auto id = who.id;
    const auto principal = who.principal;
    auto parked =
        std::make_shared<parked_call>(executor_, std::move(who), place.spoken(), relay->owner(),
                                      [this, principal] { return admit(principal); });
    parked->attach(relay);
    calls_.emplace(id, parked);
    if (!tasks_.spawn(run(parked, std::move(place), std::move(call)))) {
        calls_.erase(id);
        round_end refused;
        refused.answer = fault{errc::server_busy, "too many calls to legacy servers are running"};
        co_return refused;
    }
    auto end = co_await wait_with(parked, request);
    co_return end;
}

task<> parked_calls::run(std::shared_ptr<parked_call> call, upstream_lease place,
                         upstream_call request) {
    auto answer = co_await place.call(request, call, call->abort);
    call->finish(std::move(answer));
    // Nobody may ever come back for the answer; it is kept as long as its state could be shown.
    const auto deadline = clock_type::now() + states_.lifetime();
    while (!call->is_done() && clock_type::now() < deadline)
        co_await call->changed.wait_until(deadline);
    calls_.erase(call->who().id);
}

task<result<parked_calls::round_end>> parked_calls::resume(request_state state,
                                                           const client_request& request,
                                                           std::shared_ptr<call_relay> relay) {
    const auto found = calls_.find(state.call);
    if (found == calls_.end()) co_return request_states::invalid();
    const auto call = found->second;
    // Single use: the answer to a round is refused once the next one exists, or somebody else is
    // giving it right now.
    const bool is_current = call->round() == state.round && !call->is_attached();
    if (!is_current) co_return request_states::invalid();
    call->attach(relay);
    call->answer(request.message.in_params.input_responses.of(request.text));
    auto end = co_await wait_with(call, request);
    co_return end;
}

task<parked_calls::round_end> parked_calls::wait_with(std::shared_ptr<parked_call> call,
                                                      const client_request& request) {
    round_end end;
    const abort_signal::listener on_abort{*request.abort, [call] {
                                              call->changed.notify_all();
                                          }};
    while (!call->has_ended()) {
        if (request.abort->reason()) {
            // 2026-07-28, basic/patterns/cancellation: a client that goes has cancelled.
            call->give_up(*request.abort->reason());
            call->attach(nullptr);
            end.answer = *request.abort->reason();
            co_return end;
        }
        const auto since = call->asking_since();
        const auto until = since ? *since + limits_.window : clock_type::time_point::max();
        if (since && clock_type::now() >= until) {
            end.input_required = park(call);
            co_return end;
        }
        co_await call->changed.wait_until(until);
    }
    end.missing_capabilities = call->missing_capabilities();
    end.answer = call->take_outcome();
    call->attach(nullptr);
    co_return end;
}

std::string parked_calls::park(const std::shared_ptr<parked_call>& call) {
    const auto questions = call->end_round();
    call->attach(nullptr);
    request_state state;
    state.what = request_state::kind::parked;
    state.principal = call->who().principal;
    state.digest = call->who().digest;
    state.upstream = call->who().upstream;
    state.call = call->who().id;
    state.round = call->round();
    if (!tasks_.spawn(expire(call, call->round())))
        call->give_up({errc::server_busy, "too many calls wait for their clients"});
    return fmt::format(R"("inputRequests":{},"requestState":"{}")", questions,
                       states_.seal(state, request_states::time_point::clock::now()));
}

task<> parked_calls::expire(std::shared_ptr<parked_call> call, std::uint64_t round) {
    const auto deadline = clock_type::now() + states_.lifetime();
    const auto is_parked = [&] {
        return call->round() == round && !call->is_attached() && !call->has_ended();
    };
    while (is_parked() && clock_type::now() < deadline) co_await call->changed.wait_until(deadline);
    if (!is_parked()) co_return;
    log_.info("a call of server '{}' was given up: its client did not answer within {} ms",
              call->who().upstream, states_.lifetime().count());
    call->give_up({errc::call_cancelled, "the client did not answer in time"});
}

task<> parked_calls::close() {
    for (const auto& [id, call] : std::map{calls_}) {
        call->give_up(errc::gateway_stopping);
    }
    co_await tasks_.wait_all();
}

} // namespace mcpgw
