// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/peer_session.hpp"
#include "children/policy/restart_policy.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace mcpgw {

/// The lives of an instance: starts it, waits for its starts and rests, ends it. What a life
/// consists of is the business of its `host`. Owned by `instance`.
class instance_life {
public:
    /// What it needs of the instance.
    class host {
    public:
        virtual void on_start() = 0;
        /// A connection that has not run yet, or why there is none.
        virtual result<std::shared_ptr<link>> open() = 0;
        /// The first words on a connection that runs. Errors: why nothing was agreed on.
        virtual task<result<void>> greet(std::shared_ptr<link> peer) = 0;
        /// It is running from now on.
        virtual void on_running(const std::shared_ptr<link>& peer) = 0;
        /// The connection is there no longer.
        virtual void on_connection_lost() = 0;
        /// The life that ends with an error has not failed, so that its next start need not wait.
        /// Asked once, at the end of a life.
        virtual bool is_excused() = 0;
        /// Why nobody should wait for the next start, where the last life was no failure.
        virtual std::optional<fault> excuse() = 0;
        virtual void on_state() = 0;

    protected:
        ~host() = default;
    };

    /// `restarts` is the server's, for all its instances.
    instance_life(peer_session& session, restart_policy& restarts, host& above)
        : session_(session), restarts_(restarts), host_(above) {}

    /// A process exists or is on its way.
    [[nodiscard]] bool is_alive() const { return is_alive_; }
    /// It was told to end and has not yet.
    [[nodiscard]] bool is_ending() const { return is_alive_ && session_.is_stop_wanted; }
    /// The handshake of this life went well.
    [[nodiscard]] bool has_agreed() const { return has_agreed_; }
    /// Since when it is being started; nothing: it is not.
    [[nodiscard]] std::optional<clock_type::time_point> starting_since() const {
        return session_.state == upstream_state::starting ? std::optional{starting_since_}
                                                          : std::nullopt;
    }
    [[nodiscard]] clock_type::time_point running_since() const { return running_since_; }
    /// Connections that were begun so far.
    [[nodiscard]] std::uint64_t starts() const { return starts_; }
    [[nodiscard]] const fault& last_fault() const { return last_fault_; }

    /// Starts it if it does not run. Many callers wait for one start; one that is aborted leaves
    /// the start to the others.
    task<result<void>> ensure_running(clock_type::time_point deadline, abort_signal& abort);
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

    /// It runs, and does not answer, or answers again.
    void set_sick(fault reason);
    void set_well();
    /// The options have changed: what waits for a time that they say looks again.
    void on_options() { session_.changed.notify_all(); }

private:
    void start();
    task<> run();
    task<result<void>> run_once();
    task<> run_link(std::shared_ptr<link> peer);
    /// While the server rests after a failure: waits, or tells when the next start may be
    /// (server_failed, with `retryAfterMs`), as `restart_options::calls` says.
    task<result<void>> wait_rest(clock_type::time_point deadline, abort_signal& abort);
    void set_state(upstream_state state);
    void fail(fault reason, clock_type::duration ran);

    peer_session& session_;
    restart_policy& restarts_;
    host& host_;
    bool is_alive_ = false; ///< run() is under way
    bool has_agreed_ = false;
    std::uint64_t starts_ = 0;
    std::uint64_t lives_ = 0;
    std::uint64_t attempts_ended_ = 0;
    clock_type::time_point starting_since_{};
    clock_type::time_point running_since_{};
    fault last_fault_;
    std::optional<fault> ends_as_;
};

} // namespace mcpgw
