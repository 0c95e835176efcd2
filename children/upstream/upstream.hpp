// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/question_record.hpp"
#include "children/pool/instance_pool.hpp"
#include "children/upstream/known_eras.hpp"
#include "children/upstream/remembered_schema.hpp"
#include "children/upstream/resource_watches.hpp"
#include "children/upstream/server_offer.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

class upstream;

/// For `get_child_status`, `status` and the summary.
struct upstream_status {
    upstream_state state = upstream_state::not_started;
    std::int64_t pid = 0; ///< 0: none
    std::chrono::seconds uptime{0};
    std::uint64_t restarts = 0;
    std::size_t instances = 0; ///< processes (or remote sessions) that run
    std::size_t calls_in_flight = 0;
    std::string last_error;
    std::vector<std::string> stderr_lines; ///< newest last
    std::optional<revision> spoken;        ///< protocol revision; era follows from it
    std::string server_info;               ///< raw JSON; empty: unknown
    std::uint64_t garbage_lines = 0;       ///< on stdout that were no messages
    breaker_state breaker = breaker_state::closed;
    /// Until a call has a chance again: the breaker is open, or the server rests.
    std::chrono::milliseconds retry_in{0};
    bool has_given_up = false; ///< it failed too often and is tried now and then
    struct one_instance {
        upstream_state state = upstream_state::not_started;
        bool is_leaving = false; ///< replaced; it ends after its calls
        std::int64_t pid = 0;
        std::optional<revision> spoken;
        std::size_t calls = 0;
        std::size_t health_checks = 0; ///< in this life
        std::size_t health_misses = 0; ///< of them, in a row and to the last
    };
    std::vector<one_instance> each; ///< of those that run
};

/// What upstreams report upwards. Implemented by the registry.
class upstream_events {
public:
    /// The lists changed (first start, restart with differences, list_changed).
    virtual void on_lists_changed(upstream& source) = 0;
    /// Notifications that belong to no call: resources/updated, and others that are passed on.
    virtual void on_notification(upstream& source, std::string_view line,
                                 const envelope& message) = 0;

    /// The client whose instances have this key (`sharing`), for questions outside of calls to a
    /// server of this revision; null: it cannot be asked now.
    virtual std::shared_ptr<call_observer> client_with(std::string_view key, revision server) {
        (void)key, (void)server;
        return nullptr;
    }

protected:
    ~upstream_events() = default;
};

/// One configured MCP server behind us, as the server room sees it. Finds out which eras it speaks
/// and keeps a pool of instances for each that is used, so that nobody is translated who need not
/// be. Owned by the registry.
class upstream final : private instance::owner {
public:
    /// A place on one instance for one call and its retries. While it is held, that instance gives
    /// nobody else's questions a chance to be mistaken for this call's, and is not stopped.
    class lease {
    public:
        ~lease();
        lease(lease&& other) noexcept;
        lease& operator=(lease&&) = delete;

        [[nodiscard]] revision spoken() const { return spoken_; }
        [[nodiscard]] const std::string& server_info() const {
            return place_.on().session().server_info;
        }
        /// False: the process (or session) that it was taken for has ended.
        [[nodiscard]] bool is_alive() const { return !link_->has_ended(); }
        /// What the server has not done anything about is sent once more: with other headers, or
        /// to its next process or session. Errors: those of link::call(). `request` must live
        /// until then.
        task<result<upstream_answer>>
        call(upstream_call& request, std::shared_ptr<call_observer> observer, abort_signal& abort);
        /// Another one on the same process (or session), for what comes after this call. It takes
        /// no place away from others.
        [[nodiscard]] lease follow() const {
            lease next{*from_, place_.follow()};
            next.link_ = link_;
            next.spoken_ = spoken_;
            return next;
        }
        /// What the server says of this task goes to `observer`, for as long as that lives.
        void give_task(task_names names, const std::shared_ptr<call_observer>& observer) {
            place_.on().questions().give_task(std::move(names), observer);
        }

    private:
        friend class upstream;
        lease(upstream& from, instance_pool::place place)
            : from_(&from), place_(std::move(place)) {}
        /// To the connection of the instance, which is started if it does not run.
        task<result<void>> bind(clock_type::time_point deadline, abort_signal& abort);
        task<result<void>> bind_anew(std::optional<clock_type::time_point> call_ends,
                                     abort_signal& abort);

        void report(const result<upstream_answer>& answer) const;
        bool try_bind();
        [[nodiscard]] bool may_do_better(const result<upstream_answer>& answer) const;
        task<result<upstream_answer>> send_again(upstream_call& request,
                                                 std::shared_ptr<call_observer> observer,
                                                 result<upstream_answer> first,
                                                 abort_signal& abort);

        upstream* from_;
        std::optional<circuit_breaker::pass> pass_{}; ///< nothing: its outcomes decide nothing
        bool is_unproven_ = false;                    ///< see question_record
        instance_pool::place place_;
        std::shared_ptr<link> link_;
        revision spoken_ = newest_modern;
    };

    /// For whom and what a lease is. The text must live as long as acquire() runs.
    struct caller {
        era speaks = era::modern;
        owner_id owner = 0;        ///< as call_observer::owner()
        bool may_be_asked = false; ///< the server may answer the request with a question
        /// And the client can be asked; see upstream::is_unproven() and may_have_more().
        bool can_answer = false;
        std::string_view method{}; ///< of the call
        std::string_view tool{};   ///< of tools/call: its name at the server
        clock_type::time_point deadline = clock_type::time_point::max(); ///< for a place
        /// Who it is for a server whose instances belong to somebody (`sharing`); else empty.
        std::string_view key{};
    };

    upstream(child_context context, child_options options, upstream_events& events);
    ~upstream();
    upstream(const upstream&) = delete;
    upstream& operator=(const upstream&) = delete;

    [[nodiscard]] const std::string& name() const { return options_.name; }
    [[nodiscard]] const child_options& options() const { return options_; }
    [[nodiscard]] upstream_status status() const;
    [[nodiscard]] upstream_state state() const;
    /// It has not told yet what it offers, and will if it is started.
    [[nodiscard]] bool is_worth_listing() const;
    /// Revision once known (after the first start), of the instance whose lists are offered or
    /// were last.
    [[nodiscard]] std::optional<revision> spoken() const;
    /// Before its first start: it offers what it did when it last ran, until it says otherwise.
    void recall(remembered_schema schema);
    /// How far its start is, for somebody who waits for it; nothing: it is not being started.
    [[nodiscard]] std::optional<std::string> start_note(clock_type::time_point now) const;
    /// What it offers is only remembered: it has not said anything itself.
    [[nodiscard]] bool is_recalled() const { return offer_.is_recalled(); }
    /// What is worth to be remembered; nothing: it has not told everything.
    [[nodiscard]] std::optional<remembered_schema> schema() const;
    /// Lists as of the last start or list_changed; kept while the upstream is not running.
    [[nodiscard]] const upstream_lists& lists() const { return *offer_.lists(); }
    /// Raw JSON; empty: unknown.
    [[nodiscard]] std::string_view server_info() const;
    /// It asked a client before, or is configured as one that does.
    [[nodiscard]] bool is_interactive() const;

    /// The legacy era may have more for the client of this call than the modern one, to which its
    /// questions could be translated, and nobody knows yet whether the server speaks it: where the
    /// client can answer, acquire() finds out.
    [[nodiscard]] bool may_have_more(const caller& who) const;
    /// This tool asks by a result of the modern era alone: its calls go there, whoever makes them.
    void note_rounds(std::string_view tool) { eras_.note_rounds(tool); }
    [[nodiscard]] bool asks_in_rounds(std::string_view tool) const {
        return eras_.asks_in_rounds(tool);
    }
    [[nodiscard]] bool speaks_both_eras() const {
        const auto known = verdict();
        return known && known->is_modern && known->is_legacy;
    }

    /// Starts it if it does not run. Many callers wait for one start. Errors: also the reason of
    /// the abort, which ends this wait alone.
    task<result<void>> ensure_running(clock_type::time_point deadline, abort_signal& abort);
    task<result<void>> ensure_running(clock_type::time_point deadline);
    [[nodiscard]] bool has_stale_lists(clock_type::time_point now) const;
    /// See instance::refresh_stale(). A server that does not run is not started for it.
    task<> refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                         abort_signal& abort);
    /// An instance for a call, in the client's own era where the server speaks it. Starts what is
    /// needed. Errors: circuit_open (it failed too often of late), server_failed, call_timed_out,
    /// server_busy (all instances are taken).
    task<result<lease>> acquire(caller who, abort_signal& abort);
    /// The same where nothing has to be waited for, as for most calls; nothing: use acquire().
    std::optional<result<lease>> try_acquire(const caller& who);
    /// Whether one more of its calls may be tried again; one that begins is told to on_call().
    [[nodiscard]] retry_budget& retries() { return retries_; }
    /// Nobody knows yet whether this call can make it ask: such calls are seated one client at a
    /// time.
    [[nodiscard]] bool is_unproven(const caller& who) const;
    /// acquire() and one call.
    task<result<upstream_answer>>
    call(upstream_call request, std::shared_ptr<call_observer> observer, abort_signal& abort);
    /// The session (or user) with this key is over: what belongs to it alone ends.
    void end_key(std::string_view key);
    /// The client with this key has other roots now.
    void renew_roots(std::string_view key) { legacy_.renew_roots(key); }
    /// Ends it; the next call starts it again. It goes on where the wait for it is aborted.
    task<> stop(abort_signal& abort);
    task<> stop();
    /// It was stopped, and nobody has called it since.
    [[nodiscard]] bool is_stop_wanted() const { return is_stop_wanted_; }
    /// Stops it for good: nothing starts it again. Returns when nothing of it is left.
    task<> close();

    /// From now on it is started again by itself when it dies (pre-warm).
    void keep_running();
    /// Some client wants log messages: see instance::want_logs().
    void want_logs();
    /// One more (or one less) wants to hear of changes of this resource. Who comes while it is
    /// being asked for waits for the same answer.
    task<result<void>> watch(std::string uri, abort_signal& abort);
    task<> unwatch(std::string uri);

private:
    [[nodiscard]] fault defect() const;
    task<result<lease>> find_place(caller who, abort_signal& abort);
    task<> try_initialize(clock_type::time_point deadline);
    [[nodiscard]] fault breaker_is_open() const;
    /// The pool of the era that fits, with an instance that runs.
    task<result<instance_pool*>> ready(era wanted, clock_type::time_point deadline,
                                       abort_signal& abort);
    [[nodiscard]] clock_type::time_point place_deadline(const caller& who) const;
    [[nodiscard]] pool_request wanted_place(const caller& who, const instance_pool& pool) const;
    /// What a call on it means for the record; see question_record.
    void begin_trial(lease& held, const caller& who, bool is_unproven_now);
    void end_trial(const upstream_call& request, const result<upstream_answer>& answer);
    instance_pool& of(era e) { return e == era::modern ? modern_ : legacy_; }
    /// The pool whose lists are offered.
    [[nodiscard]] const instance_pool& primary() const;
    [[nodiscard]] instance_pool& primary();
    /// What is believed of its eras now.
    [[nodiscard]] std::optional<era_verdict> verdict() const {
        const auto* const last = eras_.last();
        if (last != nullptr && last->is_modern) return *last; // no clock is read for most calls
        return eras_.at(clock_type::now(), legacy_.is_alive());
    }
    void tell_pools();
    void describe_first(upstream_status& status) const;
    task<> keep();
    void keep_if_wanted();
    /// It is to be started again by itself: pre-warm, or somebody waits for its changes.
    [[nodiscard]] bool is_wanted() const { return is_kept_ || !watches_.empty(); }
    task<result<void>> update_watches(abort_signal& abort);
    void watch_beside();
    task<> keep_beside();
    void merge_lists();
    void on_state(instance& from) override;
    void on_verdict(instance& from, const era_verdict& eras) override;
    bool move_to(instance& from, era spoken) override;
    void on_ready(instance& from) override;
    void on_lists(instance& from) override;
    void on_question(instance& from) override;
    std::shared_ptr<call_observer> client_of(const instance& one) override;
    void on_notification(instance& from, std::string_view line, const envelope& message) override;

    child_context context_;
    child_options options_;
    upstream_events& events_;
    task_group tasks_;
    broadcast changed_;
    circuit_breaker breaker_;
    retry_budget retries_;
    restart_policy restarts_;
    instance_pool modern_;
    instance_pool legacy_;
    known_eras eras_;
    server_offer offer_;
    resource_watches watches_;
    bool is_trying_ = false;
    bool is_watching_beside_ = false;
    question_record questions_;
    bool is_kept_ = false;
    bool is_keeping_ = false;
    bool is_stop_wanted_ = false;
    bool is_closed_ = false;
};

} // namespace mcpgw
