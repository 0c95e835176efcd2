// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/step_caller.hpp"
#include "server/workflows/workflow_reader.hpp"
#include "server/workflows/workflow_run.hpp"
#include "tests/support/io_loop.hpp"
#include "transports/async/async_event.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw::test {

/// Runs workflows in virtual time: each call takes as long as the test says, and no time passes.
class virtual_steps final : public step_caller {
public:
    struct answer {
        std::int64_t after = 1; ///< units of time
        mcpgw::result<boost::json::value> said;
    };
    using rule = std::function<answer(const step_call&)>;

    virtual_steps(io_test::io_loop& loop, rule answers)
        : loop_(loop), answers_(std::move(answers)) {}

    /// `raw`: the workflow as JSON.
    workflow_outcome run(std::string_view raw, boost::json::value params = boost::json::object{}) {
        auto made = read_workflow(boost::json::parse(raw).as_object());
        if (made.has_error()) FAIL(text_of(made.error()));
        return run(std::make_shared<const workflow>(std::move(*made)), std::move(params));
    }
    workflow_outcome run(std::shared_ptr<const workflow> flow, boost::json::value params) {
        workflow_run::budget left;
        told = 0;
        workflow_run run{loop_.ex(), std::move(flow), std::move(params), *this, left, {}};
        std::optional<workflow_outcome> outcome;
        REQUIRE(loop_.tasks.spawn(keep(run, abort, outcome)));
        for (std::size_t turns = 0; turns < turns_max; ++turns) {
            loop_.poll();
            if (outcome) return std::move(*outcome);
            REQUIRE_FALSE(waiting_.empty());
            now = waiting_.begin()->first;
            auto due = waiting_.extract(waiting_.begin());
            due.mapped()->notify();
            if (at_each_turn) at_each_turn();
        }
        FAIL("the workflow does not end");
        return {};
    }

    task<result<boost::json::value>> call(step_call what, abort_signal& signal) override {
        ++running;
        running_max = std::max(running_max, running);
        log.push_back("+" + what.step);
        auto planned = answers_(what);
        calls.push_back(what);
        co_await pass(planned.after, signal);
        --running;
        log.push_back((signal.reason() ? "!" : "-") + what.step);
        if (signal.reason()) co_return *signal.reason();
        co_return planned.said;
    }
    task<result<boost::json::value>> ask(std::string step, std::string method,
                                         boost::json::value params, abort_signal& signal) override {
        log.push_back("?" + step + " " + method + " " + boost::json::serialize(params));
        co_await pass(1, signal);
        if (signal.reason()) co_return *signal.reason();
        co_return answer_of_user;
    }
    task<> pause(std::chrono::milliseconds delay, abort_signal& signal) override {
        co_await pass(delay.count(), signal);
    }
    std::shared_ptr<const workflow> find_workflow(std::string_view name) override {
        const auto found = workflows.find(name);
        return found == workflows.end() ? nullptr : found->second;
    }
    void on_progress(double done, std::size_t steps, const std::string& message) override {
        CHECK(done > told);
        CHECK(done <= static_cast<double>(steps));
        told = done;
        progress.push_back(message);
    }

    std::int64_t now = 0;
    std::size_t running = 0;
    std::size_t running_max = 0;
    double told = 0;
    std::vector<std::string> log; ///< +step: called, -step: answered, !step: ended
    std::vector<std::string> progress;
    std::vector<step_call> calls;
    std::map<std::string, std::shared_ptr<const workflow>, std::less<>> workflows;
    result<boost::json::value> answer_of_user =
        boost::json::parse(R"({"action":"accept","content":{"yes":true}})");
    std::function<void()> at_each_turn;
    abort_signal abort;

private:
    static constexpr std::size_t turns_max = 100'000;

    static task<> keep(workflow_run& run, abort_signal& abort,
                       std::optional<workflow_outcome>& outcome) {
        auto made = co_await run.run(abort);
        outcome = std::move(made);
    }
    task<> pass(std::int64_t units, abort_signal& signal) {
        async_event due{loop_.ex()};
        const auto place = waiting_.emplace(now + units, &due);
        const abort_signal::listener on_abort{signal, [&due] {
                                                  due.notify();
                                              }};
        co_await due.wait();
        std::erase_if(waiting_, [&](const auto& each) { return each.second == &due; });
        (void)place;
    }

    io_test::io_loop& loop_;
    rule answers_;
    std::multimap<std::int64_t, async_event*> waiting_;
};

/// A result with structuredContent.
inline boost::json::value structured(boost::json::value value) {
    return boost::json::object{{"content", boost::json::array{}}, {"structuredContent", value}};
}

} // namespace mcpgw::test
