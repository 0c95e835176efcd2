// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"
#include "protocol/bridge/task_bridge.hpp"
#include "server/tasks/task_inbox.hpp"
#include "transports/session/client_session.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// How the work of a task ended, raw, in the upstream's era; both empty: not known yet.
struct task_outcome {
    std::string result, error;
};

/// One task of a client at an upstream.
struct task_record {
    explicit task_record(executor ex) : changed(ex) {}

    std::string id;         ///< ours, which the client knows
    std::string owner;      ///< who may use it: see task_owner()
    server_identity upstream;
    std::string child_id;   ///< as the upstream knows it
    era form = era::modern; ///< of the upstream's tasks: core or extension
    /// The upstream's task object when it was last seen, in its own form.
    std::string task_json;
    clock_type::time_point expires{};
    /// Of the legacy client that made it and knows it: hears of its status and progress.
    std::weak_ptr<client_session> session;
    std::string progress_token; ///< raw, of that client; empty: it wants no progress
    /// Of a client that knows nothing of the task and waits for the result of its call: gets the
    /// progress.
    std::shared_ptr<call_observer> caller;

    task_outcome outcome;
    bool is_local = false;     ///< it ended before it began: the upstream has no such task
    bool is_cancelled = false; ///< final for a legacy client, whatever the server does

    /// The process (or session) that has it.
    std::optional<upstream_lease> place;
    /// Of core tasks: what it asks.
    std::shared_ptr<task_inbox> inbox;
    std::vector<std::shared_ptr<question>> live; ///< that the client is being asked
    /// Takes back what the server asks, and what the client is being asked for it.
    void withdraw_questions(const fault& reason);
    abort_signal given_up; ///< nobody wants it any more; the one who watches its result listens
    async_condition changed;
    bool is_fed = false; ///< somebody polls it for listeners
    bool has_new_listener = false;

    /// It is known how the work ended.
    [[nodiscard]] bool has_ended() const {
        return !outcome.result.empty() || !outcome.error.empty();
    }
    /// Its status changes no more.
    [[nodiscard]] bool is_over() const;
    /// As its server says; `working` where that says nothing.
    [[nodiscard]] task_status status() const { return task_status_of(task_json); }
    /// How long to wait before its server is asked again, as that wishes, within limits.
    [[nodiscard]] std::chrono::milliseconds poll_interval() const;
    /// Endpoints of one server show the tasks of that server; those of views what was begun there,
    /// and that alone has an owner of theirs.
    [[nodiscard]] bool is_shown_at(std::string_view scope) const {
        return scope.empty() || scope == upstream.name || is_view_scope(scope);
    }

    static constexpr std::chrono::milliseconds poll_default{1'000};
    static constexpr std::chrono::milliseconds poll_min{50};
    static constexpr std::chrono::milliseconds poll_max{30'000};
};

/// The gateway's tasks by id. The gateway makes ids of its own, 128 random bits, because those of
/// two servers may be equal, because what a server made up must not be guessed by another client,
/// and because the questions and results of core tasks are kept here anyway. (A sealed token
/// instead of a table would lead a status notification of a server to nobody.)
///
/// Bounded per owner and in total; records expire with their task's ttl. Time is passed in. Owned
/// by task_routes.
class task_table {
public:
    static constexpr std::size_t tasks_max = 2'000;
    static constexpr std::size_t tasks_per_owner_max = 200;
    /// Of results and task objects that are kept.
    static constexpr std::size_t bytes_max = std::size_t{64} * 1024 * 1024;
    /// For tasks that live longer, or for ever.
    static constexpr std::chrono::hours life_max{24};

    /// Makes room by forgetting the oldest task that has ended: of this owner, or of anybody if the
    /// whole table is full. server_busy: there is none, all of them are at work.
    result<void> add(std::shared_ptr<task_record> record, clock_type::time_point now);
    /// Null: unknown, expired, or somebody else's: the client cannot tell which.
    std::shared_ptr<task_record> find(std::string_view id, std::string_view owner,
                                      clock_type::time_point now);
    /// Of one owner, oldest first.
    std::vector<std::shared_ptr<task_record>> list(std::string_view owner,
                                                   clock_type::time_point now);
    /// After a record has grown: over bytes_max the oldest tasks that have ended are forgotten.
    void fit();
    /// Forgets a task: what waits for it is told.
    void remove(const task_record& record, const fault& reason);
    void remove_all(const fault& reason);
    [[nodiscard]] std::size_t size() const { return records_.size(); }

private:
    void remove_expired(clock_type::time_point now);

    std::vector<std::shared_ptr<task_record>> records_; ///< oldest first
};

/// When a task of this `ttl` (raw milliseconds, or null) ends that is created now.
clock_type::time_point task_expiry(std::string_view ttl_json, clock_type::time_point now);

} // namespace mcpgw
