// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/era_agreement.hpp"
#include "children/link/first_words.hpp"
#include "children/process/stderr_ring.hpp"

#include <memory>

namespace mcpgw {

/// The first words with a process, in which both agree on an era and a revision: sends what
/// `first_words` says, and brings the answers to it and to `era_agreement`. Owned by `instance`.
class process_handshake {
public:
    /// `errors`: what the process wrote to stderr, for messages about one that says nothing.
    process_handshake(peer_session& session, era_agreement& agreement, const stderr_ring& errors)
        : session_(session), agreement_(agreement), errors_(errors) {}

    /// What was agreed stands in the session afterwards. Errors: why nothing was agreed on.
    task<result<void>> run(std::shared_ptr<link> peer);
    /// The process answered what it was not asked.
    void on_stray_answer();

private:
    struct talk;

    task<result<void>> converse(std::shared_ptr<link> peer, std::shared_ptr<talk> words);
    task<> say(std::shared_ptr<link> peer, std::shared_ptr<talk> words, bool is_probe);
    fault start_anew(bool is_modern);
    fault explain(const first_words& said, const link& peer, const talk& words);

    peer_session& session_;
    era_agreement& agreement_;
    const stderr_ring& errors_;
    std::shared_ptr<talk> talk_; ///< while the first words are exchanged
};

} // namespace mcpgw
