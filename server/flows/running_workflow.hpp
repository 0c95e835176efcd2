// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/flows/step_request.hpp"
#include "server/flows/tool_dispatch.hpp"
#include "server/workflows/step_caller.hpp"
#include "server/workflows/workflow_run.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/async/async_condition.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// One workflow on its way, for one client: makes its calls, tells its progress, and brings
/// questions of its servers, and its own, to the client. A legacy client is asked while its request
/// runs. A modern one gets the questions as `input_required` and comes back with the answers; the
/// workflow waits where it stands meanwhile, and nothing of it is run twice.
///
/// Shared by the table, by the coroutine that runs it, and by the request that serves it now.
class running_workflow final : public step_caller {
public:
    /// Whose it is, and for which request.
    struct identity {
        std::string id;
        std::string principal;
        std::string digest;
    };
    using workflow_finder = std::function<std::shared_ptr<const workflow>(std::string_view name)>;

    running_workflow(executor ex, identity who, workflow_client client, tool_dispatch& tools,
                     workflow_finder find, std::chrono::milliseconds question_timeout);

    [[nodiscard]] const identity& who() const { return who_; }
    [[nodiscard]] std::uint64_t round() const { return round_; }

    // --- the request that serves it now ---
    /// `sink`: null: nobody can be told anything; of a modern client, it is parked.
    void attach(reply_sink* sink, std::string_view progress_token = {});
    [[nodiscard]] bool is_attached() const { return sink_ != nullptr; }
    /// Raw `inputResponses` of a retry. Keys that nobody asked for are ignored.
    void answer(std::string_view input_responses);
    /// A round ends: what is open, as raw `inputRequests`.
    std::string end_round();
    /// Since when something is to be asked; nothing: there is no open question.
    [[nodiscard]] std::optional<clock_type::time_point> asking_since() const;

    // --- the run ---
    /// Until it has ended.
    task<> run(std::shared_ptr<const workflow> flow, boost::json::value params);
    [[nodiscard]] bool has_ended() const { return outcome_.has_value(); }
    /// After that it is of no use to anybody.
    workflow_outcome take_outcome();
    /// Nobody will ask for its outcome: it ends.
    void give_up(const fault& reason);
    [[nodiscard]] bool is_done() const { return is_done_; }

    task<result<boost::json::value>> call(step_call what, abort_signal& signal) override;
    task<result<boost::json::value>> ask(std::string step, std::string method,
                                         boost::json::value params, abort_signal& signal) override;
    task<> pause(std::chrono::milliseconds delay, abort_signal& signal) override;
    std::shared_ptr<const workflow> find_workflow(std::string_view name) override;
    void on_progress(double done, std::size_t steps, const std::string& message) override;

    async_condition changed;

private:
    class step_sink;
    struct open_question {
        std::string key;     ///< ours, which no other has
        std::string theirs;  ///< as the server that asks knows it
        std::string request; ///< raw entry of inputRequests
        clock_type::time_point since;
        std::optional<std::string> answer; ///< raw
    };
    task<result<boost::json::value>> call_until(step_call& what, abort_signal& signal);
    /// Asks what an `input_required` wants. The raw members of the retry.
    task<result<std::string>> ask_for(std::string_view input_required, abort_signal& signal);
    task<result<std::string>> ask_live(std::string_view method, std::string params,
                                       abort_signal& signal);
    task<result<std::string>> ask_parked(std::string method, std::string params,
                                         abort_signal& signal);
    /// Until these have been answered.
    task<result<void>> wait_for(std::vector<std::shared_ptr<open_question>> asked,
                                abort_signal& signal);
    std::shared_ptr<open_question> add_question(std::string theirs, std::string request);

    executor executor_;
    identity who_;
    workflow_client client_;
    tool_dispatch& tools_;
    workflow_finder find_;
    std::chrono::milliseconds question_timeout_;
    reply_sink* sink_ = nullptr;
    std::vector<std::shared_ptr<open_question>> questions_;
    std::uint64_t round_ = 0;
    std::uint64_t keys_made_ = 0;
    double told_ = 0;
    std::optional<workflow_outcome> outcome_;
    bool is_done_ = false;
    abort_signal abort_;
};

} // namespace mcpgw
