// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/workflow_run.hpp"

#include "server/workflows/argument_check.hpp"
#include "server/workflows/run_plan.hpp"
#include "server/workflows/step_result.hpp"
#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

/// One for_each while it runs; in the frame of value_of_each().
struct workflow_run::each_state {
    const workflow_step& step;
    json::array items;
    json::array outputs;
    std::size_t next = 0;
    std::size_t done = 0;
    std::size_t workers = 0;
    std::size_t failed = 0;
    std::optional<fault> first{};
};

workflow_run::workflow_run(executor ex, std::shared_ptr<const workflow> flow, json::value params,
                           step_caller& caller, budget& left, outer_place outer)
    : executor_(ex)
    , flow_(std::move(flow))
    , record_(std::move(params))
    , caller_(caller)
    , left_(left)
    , outer_(std::move(outer))
    , plan_(std::make_shared<run_plan>(*flow_))
    , changed_(ex)
    , tasks_(ex, flow_->parallel_max * (workflow_limits{}.parallel_max + 1)) {
    tasks_.on_exception = [this](const std::string& what) {
        fail({errc::internal_error, what}, {});
        changed_.notify_all();
    };
}

task<workflow_outcome> workflow_run::run(abort_signal& abort) {
    {
        const abort_signal::listener on_abort{abort, [this, &abort] {
                                                  fail(*abort.reason(), {});
                                                  changed_.notify_all();
                                              }};
        while (true) {
            // A step that is alone needs no coroutine of its own.
            if (const auto alone = failure_ ? std::nullopt : plan_->take_lone()) {
                co_await perform(*alone);
                plan_->end(*alone);
                continue;
            }
            start_ready();
            const bool is_over = failure_ || plan_->ready.empty();
            if (plan_->running == 0 && is_over) break;
            if (plan_->running == 0) { // those that ended at once still fill the group
                co_await tasks_.wait_all();
                continue;
            }
            co_await changed_.wait_until(clock_type::time_point::max());
        }
        co_await tasks_.wait_all();
    }
    if (failure_ && failure_->code != errc::gateway_stopping) co_await compensate();
    co_return take_outcome();
}

void workflow_run::start_ready() {
    while (!failure_ && !tasks_.is_full()) {
        const auto next = plan_->take(flow_->parallel_max);
        if (!next) return;
        if (tasks_.spawn(run_spawned(*next))) continue;
        plan_->end(*next);
        fail({errc::server_busy, "too many steps run at once"}, flow_->steps[*next].id);
    }
}

task<> workflow_run::run_spawned(std::size_t at) {
    const on_scope_exit ended{[this, at] {
        plan_->end(at);
        changed_.notify_all();
    }};
    co_await perform(at);
}

task<> workflow_run::perform(std::size_t at) {
    const auto& step = flow_->steps[at];
    const auto wanted = record_.is_wanted(step, nullptr);
    if (wanted.has_error()) {
        settle(at, wanted.error());
        co_return;
    }
    if (!*wanted) {
        record_.note(step, "skipped", record_.default_of(step));
        plan_->parts[at] = 1;
        tell_progress(step.id, "skipped");
        co_return;
    }
    auto value = co_await value_of(step);
    settle(at, std::move(value));
}

task<result<json::value>> workflow_run::value_of(const workflow_step& step) {
    if (step.for_each) {
        auto list = co_await value_of_each(step);
        co_return list;
    }
    auto value = co_await try_once(step, nullptr, nullptr);
    const bool is_over = !value.has_error() || step.on_error != step_failure::instead || failure_;
    if (is_over) co_return value;
    auto instead = co_await run_fallback(step, nullptr, nullptr, value.error());
    co_return instead;
}

task<result<json::value>> workflow_run::value_of_each(const workflow_step& step) {
    auto rendered = step.for_each->collection.render(record_.scope());
    if (rendered.has_error()) co_return wrong_expression("for_each", rendered.error().message());
    if (!rendered->is_array())
        co_return fault{errc::invalid_arguments, "for_each: the collection is no list"};
    each_state state{step, std::move(rendered->as_array()), {}};
    if (state.items.size() > step.for_each->items_max)
        co_return fault{errc::invalid_arguments,
                        fmt::format("for_each: {} entries, max_items allows {}", state.items.size(),
                                    step.for_each->items_max)};
    state.outputs.resize(state.items.size());
    const auto workers = std::min(step.for_each->parallel_max, state.items.size());
    for (std::size_t i = 1; i < workers; ++i) {
        ++state.workers;
        if (tasks_.spawn(work_on(state))) continue;
        --state.workers;
        break;
    }
    ++state.workers;
    co_await work_on(state);
    while (state.workers > 0) co_await changed_.wait_until(clock_type::time_point::max());
    if (failure_) co_return *failure_;
    if (state.first && step.on_error != step_failure::go_on) co_return *state.first;
    if (state.first)
        record_.note_error(
            step, "done",
            {state.first->code, fmt::format("{} of {} failed: {}", state.failed, state.items.size(),
                                            state.first->message())});
    co_return json::value(std::move(state.outputs));
}

task<> workflow_run::work_on(each_state& state) {
    const on_scope_exit ended{[this, &state] {
        --state.workers;
        changed_.notify_all();
    }};
    const auto& step = state.step;
    while (state.next < state.items.size() && !failure_) {
        const bool is_hopeless = state.first && step.on_error != step_failure::go_on;
        if (is_hopeless) co_return;
        const auto at = state.next++;
        const list_entry entry{state.items[at], json::value(static_cast<std::int64_t>(at)), at};
        auto value = co_await try_once(step, &entry, &state);
        if (value.has_error() && step.on_error == step_failure::instead && !failure_) {
            auto why = value.error();
            value = co_await run_fallback(step, &entry, &state, std::move(why));
        }
        ++state.done;
        if (!value.has_error()) {
            state.outputs[at] = std::move(*value);
            const auto part =
                static_cast<double>(state.done) / static_cast<double>(state.items.size());
            plan_->set_part(step.id, part);
            tell_progress(step.id, fmt::format("{} of {}", state.done, state.items.size()));
            continue;
        }
        ++state.failed;
        if (!state.first)
            state.first = failed_in(fmt::format("{}[{}]", step.id, at), value.error());
        if (step.on_error != step_failure::go_on)
            end_calls({errc::call_cancelled, "another entry has failed"}, &state);
    }
}

task<result<json::value>> workflow_run::try_once(const workflow_step& step, const list_entry* entry,
                                                 const void* group) {
    const auto here = active_.emplace(active_.end(), active_call{group, {}});
    const on_scope_exit ended{[this, here] {
        active_.erase(here);
    }};
    auto delay = step.retry.delay;
    for (std::size_t tries = 0;; ++tries) {
        auto value = co_await attempt(step, entry, here->signal);
        const bool is_over = !value.has_error() || tries >= step.retry.times ||
                             here->signal.reason() || !may_be_tried_again(value.error());
        if (is_over) co_return value;
        co_await caller_.pause(delay, here->signal);
        if (here->signal.reason()) co_return *here->signal.reason();
        delay *= 2;
    }
}

task<result<json::value>> workflow_run::attempt(const workflow_step& step, const list_entry* entry,
                                                abort_signal& signal) {
    const auto place = outer_.prefix +
                       (entry == nullptr ? step.id : fmt::format("{}[{}]", step.id, entry->number));
    const auto& values = step.ask ? step.ask->params : step.arguments;
    auto rendered = values.render(record_.scope(entry));
    if (rendered.has_error())
        co_return wrong_expression(step.ask ? "ask" : "arguments", rendered.error().message());
    if (rendered->is_null()) *rendered = json::object{};
    if (!rendered->is_object())
        co_return fault{errc::invalid_arguments, "arguments: must be a map"};
    if (left_.calls == 0)
        co_return fault{errc::server_busy, "the workflow makes more calls than are allowed"};
    --left_.calls;
    value_result output = json::value();
    json::value whole;
    if (step.ask) {
        output = co_await ask(step, place, std::move(*rendered), signal);
    } else if (!step.workflow.empty()) {
        output = co_await run_inner(step, place, std::move(*rendered), signal);
    } else {
        step_call call{place,        step.server, step.tool, std::move(rendered->as_object()),
                       step.timeout, {}};
        if (is_compensating_ && call.timeout.count() == 0)
            call.timeout = std::chrono::seconds{30}; // nobody waits who could end it
        call.on_progress = [this, id = step.id,
                            is_each = entry != nullptr](double part, std::string_view message) {
            if (part >= 0 && !is_each) plan_->set_part(id, part);
            tell_progress(id, message);
        };
        auto answer = co_await caller_.call(std::move(call), signal);
        if (answer.has_error()) co_return answer.error();
        if (const auto good = check_result(*answer); good.has_error()) co_return good.error();
        whole = std::move(*answer);
        output = output_of_result(whole);
        if (plan_->uses_results && entry == nullptr) record_.note_result(step, whole);
    }
    if (output.has_error()) co_return output.error();
    co_return record_.shaped(step, entry, std::move(*output), whole);
}

task<result<json::value>> workflow_run::ask(const workflow_step& step, std::string place,
                                            json::value params, abort_signal& signal) {
    auto answer =
        co_await caller_.ask(std::move(place), step.ask->method, std::move(params), signal);
    if (answer.has_error()) {
        const bool is_refusal = step.ask->may_decline && !signal.reason();
        if (!is_refusal) co_return answer;
        co_return json::value(json::object{{"action", "decline"}, {"content", json::object{}}});
    }
    const auto* const object = answer->if_object();
    const auto* const action = object == nullptr ? nullptr : object->if_contains("action");
    const bool is_declined = action != nullptr && *action != "accept";
    if (is_declined && !step.ask->may_decline)
        co_return fault{errc::call_cancelled, "the user did not agree"};
    co_return answer;
}

task<result<json::value>> workflow_run::run_inner(const workflow_step& step, std::string place,
                                                  json::value params, abort_signal& signal) {
    auto flow = caller_.find_workflow(step.workflow);
    if (flow == nullptr)
        co_return fault{errc::tool_not_found,
                        fmt::format("there is no workflow '{}'", step.workflow)};
    if (outer_.depth >= workflow_limits{}.depth_max)
        co_return fault{errc::invalid_arguments,
                        "workflows that run workflows are nested too deeply"};
    auto given = complete_arguments(flow->parameters, std::move(params.as_object()));
    if (given.has_error()) co_return given.error();
    outer_place inside{place + "/", outer_.depth + 1};
    auto inner = std::make_unique<workflow_run>(executor_, std::move(flow), std::move(*given),
                                                caller_, left_, std::move(inside));
    inner->plan_->outer = [this, id = step.id](double part, const std::string& message) {
        plan_->set_part(id, part);
        tell_progress(id, message);
    };
    auto outcome = co_await inner->run(signal);
    if (outcome.failure) co_return *outcome.failure;
    co_return std::move(outcome.output);
}

task<result<json::value>> workflow_run::run_fallback(const workflow_step& step,
                                                     const list_entry* entry, const void* group,
                                                     fault why) {
    record_.note_reason(step, why);
    value_result last = why;
    for (const auto& each : step.fallback) {
        const auto wanted = record_.is_wanted(each, entry);
        if (wanted.has_error()) co_return wanted.error();
        if (!*wanted) {
            record_.note(each, "skipped", json::value());
            continue;
        }
        last = co_await try_once(each, entry, group);
        if (!last.has_error()) {
            record_.note(each, "done", *last);
            continue;
        }
        record_.note_error(each, "failed", last.error());
        if (each.on_error != step_failure::go_on) co_return last;
    }
    co_return last;
}

task<> workflow_run::compensate() {
    is_compensating_ = true;
    for (const auto& step : flow_->on_abort) {
        const auto wanted = record_.is_wanted(step, nullptr);
        if (!wanted.has_error() && !*wanted) {
            compensation_[step.id] = json::object{{"status", "skipped"}};
            continue;
        }
        value_result done = json::value();
        if (wanted.has_error())
            done = wanted.error();
        else
            done = co_await try_once(step, nullptr, nullptr);
        json::object report{{"status", done.has_error() ? "failed" : "done"}};
        if (done.has_error()) report["error"] = std::string{done.error().message()};
        if (!done.has_error()) record_.note_output(step, *done);
        compensation_[step.id] = std::move(report);
    }
}

void workflow_run::settle(std::size_t at, value_result value) {
    const auto& step = flow_->steps[at];
    plan_->parts[at] = 1;
    if (!value.has_error()) {
        record_.note(step, "done", std::move(*value));
        tell_progress(step.id, "done");
        return;
    }
    const auto why = value.error();
    const bool was_ended = failure_.has_value(); // by another step, or from outside
    record_.note_error(step, was_ended ? "cancelled" : "failed", why);
    if (was_ended) return;
    if (step.on_error == step_failure::go_on) {
        if (step.otherwise) record_.note_output(step, record_.default_of(step));
        tell_progress(step.id, "failed");
        return;
    }
    fail(failed_in(step.id, why), step.id);
}

void workflow_run::fail(fault why, std::string step) {
    if (failure_) return;
    failure_ = std::move(why);
    failed_step_ = std::move(step);
    end_calls(failed_step_.empty() ? *failure_
                                   : fault{errc::call_cancelled, "another step has failed"},
              nullptr);
}

/// Of one group, or all. An end may end others: it is looked up again after each.
void workflow_run::end_calls(const fault& why, const void* group) {
    const auto next = [&] {
        return std::ranges::find_if(active_, [group](const active_call& each) {
            return !each.signal.reason() && (group == nullptr || each.group == group);
        });
    };
    for (auto at = next(); at != active_.end(); at = next()) at->signal.abort(why);
}

void workflow_run::tell_progress(std::string_view step, std::string_view message) {
    if (!plan_->has_moved()) return;
    const auto text = message.empty() ? std::string{step} : fmt::format("{}: {}", step, message);
    const auto count = flow_->steps.size();
    if (plan_->outer) return plan_->outer(plan_->done() / static_cast<double>(count), text);
    caller_.on_progress(plan_->done(), count, text);
}

workflow_outcome workflow_run::take_outcome() {
    workflow_outcome outcome;
    if (!failure_) {
        auto output = record_.output_of(*flow_);
        if (output.has_error())
            failure_ = output.error();
        else
            outcome.output = std::move(*output);
    }
    outcome.steps = record_.report_on(*flow_);
    outcome.failure = std::move(failure_);
    outcome.failed_step = std::move(failed_step_);
    outcome.compensation = std::move(compensation_);
    return outcome;
}

} // namespace mcpgw
