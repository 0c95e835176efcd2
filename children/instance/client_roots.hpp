// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/peer_session.hpp"
#include "children/link/upstream_call.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Roots that a server asks for outside of any call, as most do right after the handshake: those of
/// the client that the process belongs to, or of the configuration where it belongs to nobody.
///
/// Owned by `instance`. A client is asked `roots_asked_max` times at once, and has
/// `question_hold_timeout` for its answer: it gives that by itself, nobody has to think.
class client_roots {
public:
    static constexpr std::size_t roots_asked_max = 8;
    static constexpr std::chrono::seconds sign_timeout{2}; ///< of having read what came before
    /// What a server does with the roots (it looks for the folders, mostly) shows in nothing.
    static constexpr std::chrono::milliseconds roots_read_time{50};

    /// `client_of`: whose process it is, for a question outside of calls; gives null where nobody
    /// can be asked.
    client_roots(peer_session& session, std::function<std::shared_ptr<call_observer>()> client_of)
        : session_(session), client_of_(std::move(client_of)), answered_(session.context.ex) {}

    /// Answers such a question.
    void give(std::string_view id, std::string_view params);
    /// The process belongs to another client than before, or that has other roots now: a server
    /// that keeps roots asks for them again.
    void renew();
    /// The server is finding out what the roots of its client are.
    [[nodiscard]] bool are_being_learnt() const { return is_learning_; }
    /// Until it knows them, at most as long as a question may be held.
    task<> wait(abort_signal& abort);

    void on_start();
    /// The handshake is done: it may ask from now on.
    void on_agreed(const std::shared_ptr<link>& peer);
    void on_connection_lost();

private:
    void learn(std::shared_ptr<link> peer);
    task<> see_learnt(std::shared_ptr<link> peer, std::uint64_t time);
    task<> ask(std::shared_ptr<link> peer, std::shared_ptr<call_observer> client,
               std::shared_ptr<question> asked, std::string id);
    void answer(std::string_view id, std::string_view roots);
    [[nodiscard]] std::string configured() const;

    peer_session& session_;
    std::function<std::shared_ptr<call_observer>()> client_of_;
    async_condition answered_;
    std::vector<std::shared_ptr<question>> asked_;
    std::uint64_t learnt_ = 0; ///< times that it began to
    bool has_agreed_ = false;  ///< in this life, as the others
    bool has_asked_ = false;
    bool is_learning_ = false;
};

} // namespace mcpgw
