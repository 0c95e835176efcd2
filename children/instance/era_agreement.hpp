// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/peer_session.hpp"
#include "children/policy/era_verdict.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace mcpgw {

/// What a server and the gateway agree on, judged from the server's answers to the first words: an
/// era, a revision, capabilities. Puts it into the session. `remote_handshake` and
/// `process_handshake` do the talking. Owned by `instance`.
class era_agreement {
public:
    class owner {
    public:
        /// The server told which eras it speaks; the connection ends if its own is not among them.
        virtual void on_verdict(const era_verdict& verdict) = 0;
        /// It goes on in another era than it was begun for. False: it cannot, and ends.
        virtual bool move_to(era spoken) = 0;

    protected:
        ~owner() = default;
    };

    era_agreement(peer_session& session, owner& above) : session_(session), owner_(above) {}

    /// Whether the era is known to be right: then the server is given time instead of being given
    /// up.
    void trust_era(bool is_certain) { is_era_certain_ = is_certain; }
    [[nodiscard]] bool is_era_certain() const { return is_era_certain_; }
    /// The next start is to find out whether its era is spoken at all: it gets little time, and
    /// that it fails says nothing of the server.
    void try_out() { is_on_trial_ = true; }
    [[nodiscard]] bool is_on_trial() const { return is_on_trial_; }
    bool end_trial() { return std::exchange(is_on_trial_, false); }
    /// For an answer to `initialize`.
    [[nodiscard]] std::chrono::milliseconds hello_time() const;

    /// A new life begins.
    void on_start() { has_other_era_ = false; }
    /// This life ended because the server speaks the other era, which is no failure.
    [[nodiscard]] bool found_other_era() const { return has_other_era_; }
    void count_as_failure() { has_other_era_ = false; }

    /// The server does not speak the era of this session.
    fault other_era();
    /// The same, which is what `verdict` says: the owner hears of it first.
    fault other_era(const era_verdict& verdict);
    /// What it means that a remote server did not answer server/discover.
    result<void> judge_silence(const link& peer, const fault& reason);
    /// What the first answer of a remote server to server/discover means.
    result<void> judge_discovery(const upstream_answer& answer);
    result<void> accept_discovery(const upstream_answer& answer);
    result<void> accept_initialize(const upstream_answer& answer);
    /// What was agreed on holds if this instance may stay in the era: then it goes to the pool of
    /// that.
    result<void> settle(era agreed, result<void> outcome);
    [[nodiscard]] fault unknown_revisions(const upstream_answer& answer) const;

private:
    peer_session& session_;
    owner& owner_;
    bool is_era_certain_ = false;
    bool is_on_trial_ = false;
    bool has_other_era_ = false;
};

} // namespace mcpgw
