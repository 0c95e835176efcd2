// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/client_roots.hpp"
#include "children/instance/peer_session.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Finds the client that a message of a legacy server is for, where the message does not say it:
/// questions (sampling, elicitation, roots), log messages, and what concerns a task. A message that
/// could be for several clients goes to none of them.
///
/// Owned by `instance`. At most `questions_max` questions are open at a time; each of them waits
/// for its client for `question_timeout`, and before that `question_hold_timeout` for the certainty
/// whose it is.
class question_relay {
public:
    static constexpr std::size_t questions_max = 128;
    static constexpr std::chrono::minutes question_timeout{30}; ///< a person may have to think

    /// `on_question`: the server asked the client of a call.
    question_relay(peer_session& session, client_roots& roots, std::function<void()> on_question)
        : session_(session)
        , roots_(roots)
        , on_question_(std::move(on_question))
        , calls_changed_(session.context.ex) {}

    /// Passes on a question; the server gets its answer, or an error, when it is there. `cause`:
    /// the observer of its call, where the transport tells.
    void relay(std::string_view line, const envelope& message,
               std::shared_ptr<call_observer> cause);
    /// Answers a request of the server.
    void answer(std::string_view child_id, const result<std::string>& outcome);
    /// The server takes a question back (notifications/cancelled).
    void withdraw(std::string_view line, const envelope& message);
    /// A log message names no call. It may quote what one client sent, so it reaches nobody else.
    void relay_log(std::string_view line, const envelope& message,
                   const std::shared_ptr<call_observer>& cause);

    /// What the server says of this task goes to `observer`, for as long as that lives: its
    /// questions, changes of its status and progress (2025-11-25, basic/utilities/tasks,
    /// "Associating Task-Related Messages", "Task Progress Notifications").
    void give_task(task_names names, const std::shared_ptr<call_observer>& observer);
    /// Whose task a notification is about; null: about none.
    [[nodiscard]] std::shared_ptr<call_observer> owner_of_news(std::string_view line,
                                                               const envelope& message) const;

    /// A call has ended, or a task has found its client: a question may be certain now.
    void on_calls_changed() { calls_changed_.notify_all(); }
    /// The connection has ended: nobody can be answered any more.
    void on_connection_lost();
    /// What the server knows of the roots of its client is void: the client is another one now.
    void drop_roots();
    /// A call of somebody else was given up and may still be at work.
    [[nodiscard]] bool is_abandoned(owner_id whose) const;

private:
    struct pending_question {
        std::string child_id;            ///< raw id of the server's request
        std::shared_ptr<question> asked; ///< null: held until its call is certain
        std::shared_ptr<call_observer> asker;
        std::string method;
    };
    struct task_owner {
        std::string progress_token;
        std::weak_ptr<call_observer> who;
    };

    void relay_of_call(std::string_view line, const envelope& message,
                       std::shared_ptr<call_observer> cause);
    void relay_of_task(std::string_view line, const envelope& message, std::string task_id);
    void ask(const std::shared_ptr<call_observer>& observer, std::string child_id,
             std::string_view method_name, std::string_view params);
    task<> hold(std::shared_ptr<link> peer, std::string child_id, std::string method_name,
                std::string params);
    task<> hold_for_task(std::shared_ptr<link> peer, std::string task_id, std::string child_id,
                         std::string method_name, std::string params);
    task<> await_answer(std::shared_ptr<link> peer, pending_question pending);
    void refuse(std::string_view child_id);
    void forget(std::string_view child_id);
    [[nodiscard]] bool is_pending(std::string_view child_id) const;
    [[nodiscard]] std::shared_ptr<call_observer> owner_of_task(std::string_view task_id) const;

    peer_session& session_;
    client_roots& roots_;
    std::function<void()> on_question_;
    async_condition calls_changed_;
    std::vector<pending_question> questions_;
    std::map<std::string, task_owner, std::less<>> task_owners_; ///< by the server's task id
    bool has_asked_roots_ = false;
    clock_type::time_point last_refusal_{}; ///< of a question that could be meant for several
};

} // namespace mcpgw
