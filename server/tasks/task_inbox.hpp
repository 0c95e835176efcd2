// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "protocol/bridge/question_bridge.hpp"
#include "transports/async/async_condition.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// What a legacy server says about one of its tasks. Notifications are handed on. Questions are
/// kept until the client that owns the task has answered them: a modern client sees them in
/// `inputRequests` of tasks/get and answers by tasks/update (SEP-2663), a legacy one is asked live
/// while it waits in tasks/result.
///
/// Owned by the task's record; shared with the instance that hands questions over, which sends the
/// answers to the server.
class task_inbox final : public call_observer {
public:
    /// Whose questions these are, and who answers.
    struct sides {
        std::string task_id;  ///< ours
        std::string child_id; ///< as the server knows the task
        revision server = newest_legacy;
        revision client = newest_modern;
        std::string client_capabilities; ///< raw object
    };
    /// Called with the server's notifications about the task: its status, and progress.
    using notification_callback =
        std::function<void(std::string_view line, const envelope& message)>;
    task_inbox(executor ex, sides both, async_condition& changed,
               notification_callback on_notified = {});

    void on_progress(std::string_view, const envelope&) override {}
    void on_log(std::string_view, const envelope&) override {}
    bool on_notification(std::string_view line, const envelope& message) override {
        if (on_notified_) on_notified_(line, message);
        return true;
    }
    [[nodiscard]] owner_id owner() const override { return 0; } // it is found by its task
    /// A question of the server, in the client's form from now on. Errors: those of
    /// question_for_client(), server_busy over questions_max.
    result<std::shared_ptr<question>> ask(std::string_view method,
                                          std::string_view params) override;

    struct entry {
        std::string key; ///< never used twice in the task's life
        std::string method;
        std::string params; ///< for the client; empty: none
        std::shared_ptr<question> asked;
        bool is_shown = false; ///< to a live client
    };
    /// Raw `inputRequests` of those that are open; empty: none are.
    [[nodiscard]] std::string input_requests();
    /// The next one that a live client has not been asked, marked as such; null: none.
    const entry* take_unshown();
    /// One that was taken could not be asked: it is taken again.
    void put_back(std::string_view key);
    /// The client's raw answer, or why there is none. Unknown and answered keys are ignored.
    void settle(std::string_view key, const result<std::string>& answer);
    /// Raw `inputResponses` of tasks/update. What is no object answers nothing.
    void settle_all(std::string_view input_responses);
    /// Nobody will answer any more.
    void withdraw(const fault& reason);

    static constexpr std::size_t questions_max = 64; // open at the same time

private:
    void forget_settled();
    [[nodiscard]] question_route route(std::string_view unique_id) const;

    executor executor_;
    sides both_;
    async_condition& changed_;
    notification_callback on_notified_;
    std::list<entry> entries_;
    std::uint64_t next_key_ = 1;
};

} // namespace mcpgw
