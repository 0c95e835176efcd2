// SPDX-License-Identifier: Apache-2.0
#include "server/flows/workflow_runs.hpp"

#include "protocol/crypto/random.hpp"
#include "protocol/json/json_text.hpp"
#include "server/stages/call_context.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t id_bytes = 16;
constexpr std::string_view state_owner = "//workflows"; // no server can be called that

/// Nobody can be told anything any more, whatever ends the wait.
struct attachment {
    std::shared_ptr<running_workflow> run;
    ~attachment() { run->attach(nullptr); }
};

} // namespace

workflow_runs::workflow_runs(executor ex, const request_states& states, parking_limits limits,
                             logger& log)
    : executor_(ex)
    , states_(states)
    , limits_(limits)
    , log_(log)
    , tasks_(ex, limits.running_max + limits.parked_max) {
    tasks_.on_exception = [this](const std::string& what) {
        log_.error("a workflow ended with an unexpected exception: {}", what);
    };
}

void workflow_runs::set_limits(parking_limits limits) {
    limits_ = limits;
    tasks_.set_tasks_max(limits_.running_max + limits_.parked_max);
}

result<void> workflow_runs::admit(std::string_view principal) const {
    std::size_t parked = 0;
    std::size_t own = 0;
    for (const auto& [id, run] : runs_) {
        if (run->is_attached() || run->is_done()) continue;
        ++parked;
        own += run->who().principal == principal ? 1U : 0U;
    }
    if (parked < limits_.parked_max && own < limits_.parked_per_client_max) return {};
    return fault{errc::server_busy,
                 fmt::format("{} workflows wait for answers of their clients already, {} of them "
                             "of this client; answer or abandon some first",
                             parked, own)};
}

task<workflow_runs::round_end> workflow_runs::begin(std::shared_ptr<const workflow> flow,
                                                    boost::json::value params, tool_dispatch& tools,
                                                    running_workflow::workflow_finder find,
                                                    const client_request& request,
                                                    reply_sink& sink) {
    round_end refused;
    running_workflow::identity who;
    who.id = random_hex(id_bytes);
    who.principal = request.principal;
    who.digest = digest_of(request);
    workflow_client client{request};
    auto run = std::make_shared<running_workflow>(executor_, std::move(who), std::move(client),
                                                  tools, std::move(find), states_.lifetime());
    run->attach(&sink, request.message.in_meta.progress_token.of(request.text));
    runs_.emplace(run->who().id, run);
    if (!tasks_.spawn(execute(run, std::move(flow), std::move(params)))) {
        runs_.erase(run->who().id);
        run->attach(nullptr);
        refused.failure = fault{errc::server_busy, "too many workflows run"};
        co_return refused;
    }
    auto end = co_await wait_with(run, request);
    co_return end;
}

task<> workflow_runs::execute(run_ptr run, std::shared_ptr<const workflow> flow,
                              boost::json::value params) {
    co_await run->run(std::move(flow), std::move(params));
    // Nobody may ever come back for the outcome; it is kept as long as its state could be shown.
    const auto deadline = clock_type::now() + states_.lifetime();
    while (!run->is_done() && clock_type::now() < deadline)
        co_await run->changed.wait_until(deadline);
    runs_.erase(run->who().id);
}

bool workflow_runs::is_retry(const client_request& request) {
    return request.client_era == era::modern &&
           !request.message.in_params.request_state.of(request.text).empty();
}

task<workflow_runs::round_end> workflow_runs::resume(const client_request& request,
                                                     reply_sink& sink) {
    round_end refused;
    request_state expected;
    expected.principal = request.principal;
    expected.digest = digest_of(request);
    expected.upstream = state_owner;
    const auto raw = request.message.in_params.request_state.of(request.text);
    std::string why;
    auto state = states_.open(unquote_json(raw).value_or(""), expected,
                              request_states::time_point::clock::now(), &why);
    const auto found = state.has_error() ? runs_.end() : runs_.find(state->call);
    const bool is_current = found != runs_.end() && found->second->round() == state->round &&
                            !found->second->is_attached();
    if (!is_current) {
        log_.debug("the requestState of a workflow was refused: {}", why);
        refused.failure = request_states::invalid();
        co_return refused;
    }
    const auto run = found->second;
    run->attach(&sink, request.message.in_meta.progress_token.of(request.text));
    run->answer(request.message.in_params.input_responses.of(request.text));
    auto end = co_await wait_with(run, request);
    co_return end;
}

task<workflow_runs::round_end> workflow_runs::wait_with(run_ptr run,
                                                        const client_request& request) {
    round_end end;
    const attachment attached{run};
    const abort_signal::listener on_abort{*request.abort, [run] {
                                              run->changed.notify_all();
                                          }};
    while (!run->has_ended()) {
        if (request.abort->reason()) {
            run->give_up(*request.abort->reason());
            end.failure = *request.abort->reason();
            co_return end;
        }
        const auto since = run->asking_since();
        const auto until = since ? *since + limits_.window : clock_type::time_point::max();
        if (since && clock_type::now() >= until) {
            if (const auto admitted = admit(run->who().principal); admitted.has_error()) {
                run->give_up(admitted.error());
                end.failure = admitted.error();
                co_return end;
            }
            end.input_required = park(run);
            co_return end;
        }
        co_await run->changed.wait_until(until);
    }
    end.outcome = run->take_outcome();
    co_return end;
}

std::string workflow_runs::park(const run_ptr& run) {
    const auto questions = run->end_round();
    request_state state;
    state.what = request_state::kind::parked;
    state.principal = run->who().principal;
    state.digest = run->who().digest;
    state.upstream = state_owner;
    state.call = run->who().id;
    state.round = run->round();
    if (!tasks_.spawn(expire(run, run->round())))
        run->give_up({errc::server_busy, "too many workflows wait for their clients"});
    return fmt::format(R"("inputRequests":{},"requestState":"{}")", questions,
                       states_.seal(state, request_states::time_point::clock::now()));
}

task<> workflow_runs::expire(run_ptr run, std::uint64_t round) {
    const auto deadline = clock_type::now() + states_.lifetime();
    const auto is_parked = [&] {
        return run->round() == round && !run->is_attached() && !run->has_ended();
    };
    while (is_parked() && clock_type::now() < deadline) co_await run->changed.wait_until(deadline);
    if (!is_parked()) co_return;
    log_.info("a workflow was given up: its client did not answer within {} ms",
              states_.lifetime().count());
    run->give_up({errc::call_cancelled, "the client did not answer in time"});
}

task<> workflow_runs::close() {
    for (const auto& [id, run] : std::map{runs_}) run->give_up(errc::gateway_stopping);
    co_await tasks_.wait_all();
}

} // namespace mcpgw
