// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "children/link/link.hpp"
#include "children/policy/health_watch.hpp"
#include "children/policy/restart_policy.hpp"
#include "children/process/stderr_ring.hpp"
#include "children/remote/tool_headers.hpp"
#include "protocol/catalog/catalog.hpp"
#include "transports/async/broadcast.hpp"
#include "transports/async/task_group.hpp"
#include "transports/log.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mcpgw {

class first_words;
class process_guard;

/// What the children need from outside; outlives them all.
struct child_context {
    executor ex;
    process_guard* guard = nullptr; ///< may be null (tests)
    logger* log = nullptr;
    /// Our own environment, for `inherit_env` and for finding programs.
    std::vector<std::string> environment;
};

enum class upstream_state : std::uint8_t {
    not_started,
    starting,
    running,
    unhealthy,
    failed,
    stopped,
};
std::string_view to_string(upstream_state state);

/// What an answer to server/discover proves (2026-07-28, basic/versioning).
struct era_verdict {
    bool is_modern = false;
    bool is_legacy = false;
    /// No answer proves it: the other era was refused in a way that may pass.
    bool is_guess = false;
    /// It names the modern revision alone, and may take `initialize` all the same, as servers on
    /// the Python SDK 2.x do.
    bool may_be_legacy = false;

    bool operator==(const era_verdict&) const = default;
    [[nodiscard]] bool speaks(era e) const { return e == era::modern ? is_modern : is_legacy; }
    /// For a client of that era: its own if the server speaks it, or else the other one.
    [[nodiscard]] era best_for(era own) const {
        if (speaks(own)) return own;
        return is_modern ? era::modern : era::legacy;
    }
};

/// One process (or remote session) of a configured server, spoken to in one era, across all its
/// lives: starts it, agrees on a revision, keeps its lists, relays its questions. It does not come
/// back by itself; `upstream` starts it again. Owned by `upstream`.
class instance final : private link::events {
public:
    /// What an instance reports. Implemented by `upstream`.
    class owner {
    public:
        /// The state changed.
        virtual void on_state(instance& from) = 0;
        /// The server told which eras it speaks; `from` itself ends if its own is not among them.
        virtual void on_verdict(instance& from, const era_verdict& verdict) = 0;
        /// It goes on in another era than it was begun for. False: it cannot, and ends.
        virtual bool move_to(instance& from, era spoken) = 0;
        /// Handshake and lists are done; calls may come.
        virtual void on_ready(instance& from) = 0;
        /// The lists were fetched.
        virtual void on_lists(instance& from) = 0;
        /// It asked the client of a call.
        virtual void on_question(instance& from) = 0;
        /// A notification that belongs to no call and is no change of a list.
        virtual void on_notification(instance& from, std::string_view line,
                                     const envelope& message) = 0;

    protected:
        ~owner() = default;
    };

    /// `restarts` is the server's, for all its instances.
    instance(const child_context& context, const child_options& options, owner& above,
             restart_policy& restarts, era spoken);
    ~instance();

    [[nodiscard]] era spoken_era() const { return era_; }
    [[nodiscard]] upstream_state state() const { return state_; }
    /// It takes calls, even if it does not answer at the moment (unhealthy).
    [[nodiscard]] bool is_running() const {
        const bool is_up = state_ == upstream_state::running || state_ == upstream_state::unhealthy;
        return is_up && !is_stop_wanted_;
    }
    /// It was told to end and has not yet.
    [[nodiscard]] bool is_ending() const { return is_alive_ && is_stop_wanted_; }
    /// A process exists or is on its way.
    [[nodiscard]] bool is_alive() const { return is_alive_; }
    [[nodiscard]] std::optional<revision> spoken() const { return spoken_; }
    [[nodiscard]] const std::string& server_info() const { return server_info_; }
    [[nodiscard]] const std::shared_ptr<const upstream_lists>& lists() const { return lists_; }
    [[nodiscard]] std::uint64_t starts() const { return starts_; }
    [[nodiscard]] const fault& last_fault() const { return last_fault_; }
    [[nodiscard]] clock_type::time_point running_since() const { return running_since_; }
    [[nodiscard]] const stderr_ring& last_words() const { return errors_; }
    [[nodiscard]] const std::shared_ptr<link>& connection() const { return link_; }
    /// The handshake of this life went well.
    [[nodiscard]] bool has_agreed() const { return has_agreed_; }
    /// Since when it is being started; nothing: it is not.
    [[nodiscard]] std::optional<clock_type::time_point> starting_since() const {
        return state_ == upstream_state::starting ? std::optional{starting_since_} : std::nullopt;
    }
    /// Whether its era is known to be right: then it is given time instead of being given up.
    void trust_era(bool is_certain) { is_era_certain_ = is_certain; }
    /// Its next start is to find out whether its era is spoken at all: it gets little time, and
    /// that it fails says nothing of the server.
    void try_out() { is_on_trial_ = true; }

    /// Starts it if it does not run. Many callers wait for one start; one that is aborted leaves
    /// the start to the others.
    task<result<void>> ensure_running(clock_type::time_point deadline, abort_signal& abort);
    /// While the server rests after a failure: waits, or tells when the next start may be
    /// (server_failed, with `retryAfterMs`), as `restart_options::calls` says.
    task<result<void>> wait_rest(clock_type::time_point deadline, abort_signal& abort);
    /// Until `peer` is its connection no longer.
    task<> wait_end_of(std::shared_ptr<link> peer, clock_type::time_point deadline,
                       abort_signal& abort);
    /// Asks it to end; stop() waits for that.
    void begin_stop();
    /// As close(), without waiting for it.
    void begin_close();
    /// Ends it as one that failed: its next start is one of those that `restart` counts.
    void end_as(fault failure);
    task<> stop();
    /// Stops it for good: nothing starts it again. Returns when nothing of it is left. What is
    /// still on its way up has nothing to bring to an end, and little time for it.
    task<> close();

    /// From its next start on it fetches the lists that its upstream offers.
    void offer_lists() { has_lists_ = true; }
    /// Its lists() are its own.
    [[nodiscard]] bool has_read_lists() const {
        return has_lists_ && !lists_->capabilities.empty();
    }
    /// Fetches the lists again, if they are offered, and waits for that.
    task<> refresh(abort_signal& abort);
    /// The fields that a call must have besides those of every request; for remote servers.
    [[nodiscard]] param_fields headers_of(const upstream_call& request) const {
        return headers_.fields_of(request);
    }
    /// Its lists may be out of date: a modern server that does not tell of changes gave them for a
    /// time that is over (2026-07-28, server/utilities/caching), or one could not be read.
    [[nodiscard]] bool has_stale_lists(clock_type::time_point now) const;
    /// Fetches stale lists again, or waits for those that are being fetched, at most `patience`
    /// from when that began: who comes later to a server that does not answer does not wait.
    task<> refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                         abort_signal& abort);
    /// Why a list is not what the server has now; empty: it is.
    [[nodiscard]] const std::string& list_problem() const { return list_problem_; }
    /// Some client wants log messages: a legacy server is told to send them all, now and after
    /// each start. Each client gets those of its own level.
    void want_logs();
    /// The resources whose changes somebody wants to hear of. A legacy server is asked for each, a
    /// modern one by a listen stream; again after each start.
    task<result<void>> watch(std::set<std::string> uris);
    /// What the server says of this task goes to `observer`, for as long as that lives: its
    /// questions, changes of its status and progress (2025-11-25, basic/utilities/tasks,
    /// "Associating Task-Related Messages", "Task Progress Notifications").
    void give_task(task_names names, const std::shared_ptr<call_observer>& observer);
    /// What it knows of the roots of its client is void: the client is another one now.
    void drop_roots();
    /// Watches what `before` does, from its next start on: it is to take its place.
    void take_over_watches(const instance& before) {
        watched_.insert(before.watched_.begin(), before.watched_.end());
    }
    /// How often it was asked in this life whether it still answers.
    [[nodiscard]] std::size_t health_checks() const { return health_checks_; }
    /// Those in a row that it did not answer.
    [[nodiscard]] std::size_t health_misses() const { return health_misses_; }
    /// A call of somebody else was given up and may still be at work.
    [[nodiscard]] bool is_abandoned(owner_id whose) const;

private:
    struct pending_question {
        std::string child_id;            ///< raw id of the child's request
        std::shared_ptr<question> asked; ///< null: held until its call is certain
        std::shared_ptr<call_observer> asker;
        std::string method;
    };
    class listen_observer;
    struct opening;

    // life of the connection
    void start();
    task<> run();
    task<result<void>> run_once();
    task<> run_link(std::shared_ptr<link> connection);
    result<std::shared_ptr<link>> launch();
    result<std::shared_ptr<link>> launch_process();
    result<std::shared_ptr<link>> launch_remote();
    [[nodiscard]] std::vector<std::string> make_environment() const;
    void set_state(upstream_state state);
    void fail(fault reason, clock_type::duration ran);
    void log_start(const link& peer) const;

    // handshake (instance_handshake.cpp)
    task<result<void>> shake_hands(std::shared_ptr<link> peer);
    task<result<void>> discover(std::shared_ptr<link> peer);
    task<result<void>> initialize(std::shared_ptr<link> peer);
    result<void> judge_discovery(const upstream_answer& answer);
    result<void> judge_silence(const link& peer, const fault& reason);
    result<void> accept_discovery(const upstream_answer& answer);
    result<void> accept_initialize(const upstream_answer& answer);
    fault other_era();
    [[nodiscard]] fault unknown_revisions(const upstream_answer& answer) const;

    // the first words with a process (instance_opening.cpp)
    task<result<void>> open_talk(std::shared_ptr<link> peer);
    task<result<void>> converse(std::shared_ptr<link> peer, std::shared_ptr<opening> talk);
    task<> say(std::shared_ptr<link> peer, std::shared_ptr<opening> talk, bool is_probe);
    result<void> settle(era agreed, result<void> outcome);
    fault start_anew(bool is_modern);
    fault explain(const first_words& said, const link& peer, const opening& talk);
    void on_stray_answer() override;

    // lists (instance_lists.cpp)
    task<> fetch_lists(std::shared_ptr<link> peer);
    task<result<void>> fetch_list(std::shared_ptr<link> peer, list_kind kind, upstream_lists& into);
    [[nodiscard]] bool add_page(list_kind kind, std::string_view result_json,
                                upstream_lists& into) const;
    void remark(upstream_lists& on, std::string text) const;
    void learn_headers(std::vector<list_item>& tools);
    void refresh_if_wanted();
    task<> refresh_lists(std::shared_ptr<link> peer);
    task<> refresh_until(clock_type::time_point deadline, abort_signal& abort);
    task<> request_logs(std::shared_ptr<link> peer);

    // changes (instance_watch.cpp)
    task<result<void>> subscribe(std::shared_ptr<link> peer, std::string_view method_name,
                                 std::string uri);
    void begin_listening(std::shared_ptr<link> peer);
    task<> listen(std::shared_ptr<link> peer, std::shared_ptr<listen_observer> stream);
    [[nodiscard]] std::string listen_filter() const;
    task<> resume_watching(std::shared_ptr<link> peer);

    // health (instance_health.cpp)
    task<> watch_health(std::shared_ptr<link> peer);
    task<bool> answers(std::shared_ptr<link> peer);

    // what the server says of itself (instance_events.cpp)
    void on_request(std::string_view line, const envelope& message,
                    std::shared_ptr<call_observer> cause) override;
    void on_notification(std::string_view line, const envelope& message,
                         std::shared_ptr<call_observer> cause) override;
    void on_call_ended() override { calls_changed_.notify_all(); }
    void relay_question(std::string_view line, const envelope& message,
                        std::shared_ptr<call_observer> cause);
    void ask(const std::shared_ptr<call_observer>& observer, std::string child_id,
             std::string_view method_name, std::string_view params);
    task<> hold_question(std::shared_ptr<link> peer, std::string child_id, std::string method_name,
                         std::string params);
    void relay_task_question(std::string_view line, const envelope& message, std::string task_id);
    task<> hold_task_question(std::shared_ptr<link> peer, std::string task_id, std::string child_id,
                              std::string method_name, std::string params);
    [[nodiscard]] std::shared_ptr<call_observer> owner_of_task(std::string_view task_id) const;
    [[nodiscard]] std::shared_ptr<call_observer> owner_of_news(std::string_view line,
                                                               const envelope& message) const;
    [[nodiscard]] bool is_pending(std::string_view child_id) const;
    void relay_log(std::string_view line, const envelope& message,
                   const std::shared_ptr<call_observer>& cause);
    void withdraw_question(std::string_view line, const envelope& message);
    task<> answer_question(std::shared_ptr<link> peer, pending_question pending);
    void answer(std::string_view child_id, const result<std::string>& outcome);
    [[nodiscard]] std::string configured_roots() const;

    const child_context& context_;
    const child_options& options_;
    owner& owner_;
    restart_policy& restarts_;
    era era_;
    bool has_lists_ = false;
    stderr_ring errors_;
    task_group tasks_;
    broadcast changed_;
    broadcast calls_changed_;

    upstream_state state_ = upstream_state::not_started;
    std::shared_ptr<link> link_;
    std::shared_ptr<opening> opening_; ///< while the first words are exchanged
    clock_type::time_point starting_since_{};
    clock_type::time_point running_since_{};
    std::size_t health_checks_ = 0;
    std::size_t health_misses_ = 0;
    std::uint64_t starts_ = 0;
    std::uint64_t lives_ = 0;
    std::uint64_t attempts_ended_ = 0;
    fault last_fault_;
    std::optional<fault> ends_as_;
    bool is_alive_ = false; ///< run() is under way
    bool has_other_era_ = false;
    bool has_agreed_ = false;
    bool is_era_certain_ = false;
    bool is_on_trial_ = false;
    bool is_stop_wanted_ = false;
    bool is_closed_ = false;
    bool wants_logs_ = false;
    bool is_refreshing_ = false;
    bool is_refresh_wanted_ = false;
    clock_type::time_point refreshing_since_{};
    bool has_asked_roots_ = false;
    clock_type::time_point last_refusal_{}; ///< of a question that could be meant for several

    std::optional<revision> spoken_;
    std::string server_info_;
    upstream_lists agreed_; ///< capabilities and instructions of this process, still without lists
    tool_headers headers_;
    std::shared_ptr<const upstream_lists> lists_ = std::make_shared<upstream_lists>();
    std::string list_problem_;
    std::vector<pending_question> questions_;
    struct task_owner {
        std::string progress_token;
        std::weak_ptr<call_observer> who;
    };
    std::map<std::string, task_owner, std::less<>> task_owners_; ///< by the server's task id
    std::set<std::string> watched_;
    std::shared_ptr<listen_observer> listening_; ///< the stream of a modern server
};

} // namespace mcpgw
