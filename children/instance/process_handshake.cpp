// SPDX-License-Identifier: Apache-2.0
#include "children/instance/process_handshake.hpp"

#include "children/instance/handshake_answers.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace mcpgw {

namespace {

constexpr int confused_share = 4; // of start_timeout, for an answer to initialize after the probe's
constexpr int quiet_share = 2;    // of it at most, for an answer to the probe

} // namespace

/// What was said and heard. Shared with the calls that wait for the answers.
struct process_handshake::talk {
    std::optional<result<upstream_answer>> probe, hello;
    bool has_new_probe = false, has_new_hello = false, has_stray = false;
    abort_signal no_probe, no_hello; ///< the answer is not waited for any more

    void end() {
        const fault reason{errc::call_cancelled, "the handshake has ended"};
        no_probe.abort(reason);
        no_hello.abort(reason);
    }
};

task<> process_handshake::say(std::shared_ptr<link> peer, std::shared_ptr<talk> words,
                              bool is_probe) {
    // Whoever waits for the answer has a deadline of its own, from the start of the process.
    auto request = own_call(is_probe ? method::discover : method::initialize,
                            2 * session_.options.start_timeout);
    if (!is_probe) request.members = hello_members();
    const auto spoken = is_probe ? std::optional{newest_modern} : std::nullopt;
    auto& nobody_waits = is_probe ? words->no_probe : words->no_hello;
    auto answer = co_await peer->call(request, spoken, nullptr, nobody_waits);
    (is_probe ? words->probe : words->hello) = std::move(answer);
    (is_probe ? words->has_new_probe : words->has_new_hello) = true;
    session_.changed.notify_all();
}

void process_handshake::on_stray_answer() {
    if (!talk_) return;
    talk_->has_stray = true;
    session_.changed.notify_all();
}

namespace {

first_words::belief belief_of(const child_options& options, era spoken, bool is_certain,
                              bool is_on_trial) {
    using belief = first_words::belief;
    if (is_on_trial) return belief::only_legacy; // nothing else is to be found out
    if (options.only_era)
        return *options.only_era == era::modern ? belief::only_modern : belief::only_legacy;
    if (spoken == era::legacy) return belief::legacy;
    return is_certain ? belief::modern : belief::nothing;
}

first_words::patience patience_of(const child_options& options, bool is_on_trial) {
    const auto budget = is_on_trial
                            ? std::min<std::chrono::milliseconds>(options.start_timeout, trial_time)
                            : options.start_timeout;
    return {budget, std::min(options.probe_timeout, budget / quiet_share), budget / confused_share};
}

} // namespace

task<result<void>> process_handshake::run(std::shared_ptr<link> peer) {
    const auto words = std::make_shared<talk>();
    talk_ = words;
    auto outcome = co_await converse(peer, words);
    talk_.reset();
    words->end();
    co_return outcome;
}

task<result<void>> process_handshake::converse(std::shared_ptr<link> peer,
                                               std::shared_ptr<talk> words) {
    using step = first_words::step;
    first_words next{belief_of(session_.options, session_.speaks, agreement_.is_era_certain(),
                               agreement_.is_on_trial()),
                     patience_of(session_.options, agreement_.is_on_trial()), clock_type::now()};
    while (!session_.is_stop_wanted) {
        const auto now = clock_type::now();
        // An answer that is no message is an answer all the same, unless the process has ended.
        const auto hear = [&](bool& is_new, const auto& answer, auto kind, auto spoilt, auto tell) {
            if (!std::exchange(is_new, false)) return;
            if (answer->has_error() && peer->has_ended()) return next.on_end();
            tell(answer->has_error() ? spoilt : kind(**answer));
        };
        hear(words->has_new_probe, words->probe, kind_of_discovery,
             first_words::probe_answer::refused, [&](auto kind) { next.on_probe(kind, now); });
        hear(words->has_new_hello, words->hello, kind_of_welcome,
             first_words::hello_answer::refused, [&](auto kind) { next.on_hello(kind, now); });
        if (words->has_stray) next.on_stray_answer();
        if (peer->has_ended()) next.on_end();
        switch (next.next(now, peer->has_read_all())) {
        case step::wait:
            co_await session_.changed.wait_until(next.look_at());
            break;
        case step::probe:
            session_.tasks.spawn(say(peer, words, true));
            break;
        case step::hello:
            session_.tasks.spawn(say(peer, words, false));
            break;
        case step::be_modern:
            co_return agreement_.settle(era::modern, agreement_.accept_discovery(**words->probe));
        case step::be_legacy: {
            auto accepted =
                agreement_.settle(era::legacy, agreement_.accept_initialize(**words->hello));
            if (!accepted.has_error())
                peer->try_send(make_notification(notification::initialized, {}));
            co_return accepted;
        }
        case step::start_anew:
            co_return start_anew(next.is_next_modern());
        case step::give_up:
            co_return explain(next, *peer, *words);
        }
    }
    co_return fault{errc::connection_lost,
                    fmt::format("server '{}' was stopped", session_.options.name)};
}

/// Another process, once this one has ended: it may hold a lock.
fault process_handshake::start_anew(bool is_modern) {
    session_.context.log->info("server '{}' {}: it is started once more", session_.options.name,
                               is_modern ? "speaks both eras and mixes them up"
                                         : "cannot take anything before initialize");
    return agreement_.other_era({.is_modern = is_modern, .is_legacy = true});
}

/// Why nothing was agreed on.
fault process_handshake::explain(const first_words& said, const link& peer, const talk& words) {
    const auto is_only = [this](era one) {
        return session_.options.only_era == one;
    };
    if (peer.has_ended()) return peer.end_reason();
    if (words.hello && words.hello->has_error()) return words.hello->error();
    if (words.hello && words.hello->has_value()) {
        if (is_only(era::legacy) &&
            kind_of_welcome(**words.hello) != first_words::hello_answer::refused)
            return agreement_.other_era();
        const auto judged = agreement_.accept_initialize(**words.hello);
        if (judged.has_error()) return judged.error();
    }
    if (is_only(era::modern) && words.probe && words.probe->has_value())
        return agreement_.other_era();
    if (words.probe && words.probe->has_value()) {
        const auto kind = kind_of_discovery(**words.probe);
        if (kind == first_words::probe_answer::unknown_revisions ||
            kind == first_words::probe_answer::again)
            return agreement_.unknown_revisions(**words.probe);
    }
    const auto* const asked = said.has_probed() && said.has_greeted()
                                  ? "server/discover or initialize"
                              : said.has_probed() ? "server/discover"
                                                  : "initialize";
    const auto last = errors_.last_line();
    const auto stray = peer.stray_output();
    return {
        errc::call_timed_out,
        fmt::format("server '{}' did not answer {} within {} ms of its start "
                    "(start_timeout){}{}{}{}",
                    session_.options.name, asked, session_.options.start_timeout.count(),
                    said.was_read() ? "" : "; it has not read its input so far",
                    stray.empty()
                        ? ""
                        : fmt::format("; meanwhile it sent what is no MCP message: '{}'", stray),
                    session_.options.only_era
                        ? fmt::format("; `era` is \"{}\"", to_string(session_.speaks))
                        : "",
                    last.empty() ? "" : "; its last words on stderr: " + last)};
}

} // namespace mcpgw
