// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/run_record.hpp"
#include "server/workflows/step_caller.hpp"
#include "server/workflows/workflow.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/async/async_condition.hpp"
#include "transports/async/task_group.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

struct run_plan;

/// What came of a run.
struct workflow_outcome {
    std::optional<fault> failure;
    std::string failed_step; ///< empty: it was ended from outside, or its output has no value
    boost::json::value output;
    /// By id: {"status", "output" | "error"}; what was done before a failure is in it.
    boost::json::object steps;
    boost::json::object compensation; ///< the same of on_abort
};

/// One run of a workflow: starts each step when those that it waits for have ended, so many at
/// once as are allowed, and decides what a failure means. No I/O and no clock: all that is in the
/// step_caller. On one event loop; outlives run().
class workflow_run {
public:
    /// What it shares with the workflows that its steps run.
    struct budget {
        std::size_t calls = workflow_limits{}.calls_max;
    };
    /// As the step of another: where that is, and how far from the first.
    struct outer_place {
        std::string prefix;
        std::size_t depth = 1;
    };

    workflow_run(executor ex, std::shared_ptr<const workflow> flow, boost::json::value params,
                 step_caller& caller, budget& left, outer_place outer);

    /// Ends soon after `abort`; then no more steps are started but those of on_abort.
    task<workflow_outcome> run(abort_signal& abort);

private:
    /// One attempt at a step, and how it is ended from outside.
    struct active_call {
        const void* group; ///< of which for_each it is part, or null
        abort_signal signal;
    };
    struct each_state; ///< one for_each
    using value_result = result<boost::json::value>;

    void start_ready();
    task<> run_spawned(std::size_t at);
    task<> perform(std::size_t at);
    task<value_result> value_of(const workflow_step& step);
    task<value_result> value_of_each(const workflow_step& step);
    task<> work_on(each_state& state);
    task<value_result> try_once(const workflow_step& step, const list_entry* entry,
                                const void* group);
    task<value_result> attempt(const workflow_step& step, const list_entry* entry,
                               abort_signal& signal);
    task<value_result> ask(const workflow_step& step, std::string place, boost::json::value params,
                           abort_signal& signal);
    task<value_result> run_inner(const workflow_step& step, std::string place,
                                 boost::json::value params, abort_signal& signal);
    task<value_result> run_fallback(const workflow_step& step, const list_entry* entry,
                                    const void* group, fault why);
    task<> compensate();

    void settle(std::size_t at, value_result value);
    void fail(fault why, std::string step);
    void end_calls(const fault& why, const void* group);
    void tell_progress(std::string_view step, std::string_view message);
    workflow_outcome take_outcome();

    executor executor_;
    std::shared_ptr<const workflow> flow_;
    run_record record_;
    step_caller& caller_;
    budget& left_;
    outer_place outer_;
    std::shared_ptr<run_plan> plan_; ///< who waits for whom, who is ready, how far each is
    std::optional<fault> failure_;
    std::string failed_step_;
    boost::json::object compensation_;
    bool is_compensating_ = false;
    std::list<active_call> active_;
    async_condition changed_;
    task_group tasks_;
};

} // namespace mcpgw
