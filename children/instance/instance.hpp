// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/change_watcher.hpp"
#include "children/instance/client_roots.hpp"
#include "children/instance/era_agreement.hpp"
#include "children/instance/health_prober.hpp"
#include "children/instance/instance_life.hpp"
#include "children/instance/list_fetcher.hpp"
#include "children/instance/log_subscription.hpp"
#include "children/instance/peer_session.hpp"
#include "children/instance/process_handshake.hpp"
#include "children/instance/question_relay.hpp"
#include "children/process/stderr_ring.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace mcpgw {

/// One process (or remote session) of a configured server, spoken to in one era, across all its
/// lives. It does not come back by itself; `upstream_life` and calls start it. Made of parts that
/// share a `peer_session`; tells its owner what they find, and gives them what the server says.
/// Owned by `instance_pool`.
class instance final : private instance_life::host,
                       private era_agreement::owner,
                       private health_prober::owner,
                       private link::events {
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
        /// The client that it belongs to, for questions outside of calls; null: it belongs to
        /// nobody alone, or that client cannot be asked now.
        virtual std::shared_ptr<call_observer> client_of(const instance& one) = 0;
        /// A notification that belongs to no call and is no change of a list.
        virtual void on_notification(instance& from, std::string_view line,
                                     const envelope& message) = 0;

    protected:
        ~owner() = default;
    };

    /// `restarts` is the server's, for all its instances.
    instance(const child_context& context, const child_options& options, owner& above,
             restart_policy& restarts, era spoken);

    /// How it is, and what was agreed.
    [[nodiscard]] const peer_session& session() const { return session_; }
    [[nodiscard]] bool is_running() const { return session_.is_running(); }
    /// What it last wrote to stderr.
    [[nodiscard]] const stderr_ring& last_words() const { return errors_; }

    // Its parts.
    instance_life& life() { return life_; }
    [[nodiscard]] const instance_life& life() const { return life_; }
    era_agreement& agreement() { return agreement_; }
    list_fetcher& offers() { return offers_; }
    [[nodiscard]] const list_fetcher& offers() const { return offers_; }
    change_watcher& changes() { return changes_; }
    question_relay& questions() { return questions_; }
    client_roots& roots() { return roots_; }
    log_subscription& logs() { return logs_; }
    [[nodiscard]] const health_prober& health() const { return health_; }

private:
    // of instance_life
    void on_start() override;
    result<std::shared_ptr<link>> open() override;
    task<result<void>> greet(std::shared_ptr<link> peer) override;
    void on_running(const std::shared_ptr<link>& peer) override;
    void on_connection_lost() override;
    bool is_excused() override;
    std::optional<fault> excuse() override;
    void on_state() override { owner_.on_state(*this); }
    // of era_agreement
    void on_verdict(const era_verdict& verdict) override { owner_.on_verdict(*this, verdict); }
    bool move_to(era spoken) override { return owner_.move_to(*this, spoken); }
    // of health_prober
    void on_sick(std::size_t misses) override;
    void on_well() override;
    // of the link: what the server says of itself
    void on_request(std::string_view line, const envelope& message,
                    std::shared_ptr<call_observer> cause) override;
    void on_notification(std::string_view line, const envelope& message,
                         std::shared_ptr<call_observer> cause) override;
    void on_call_ended() override { questions_.on_calls_changed(); }
    void on_stray_answer() override { opening_.on_stray_answer(); }

    owner& owner_;
    restart_policy& restarts_;
    peer_session session_; ///< first: it outlives the parts
    stderr_ring errors_;
    client_roots roots_;
    question_relay questions_;
    list_fetcher offers_;
    change_watcher changes_;
    era_agreement agreement_;
    process_handshake opening_;
    health_prober health_;
    log_subscription logs_;
    instance_life life_;
};

} // namespace mcpgw
