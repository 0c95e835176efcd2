// SPDX-License-Identifier: Apache-2.0
// The first words with a process, in which both agree on an era and a revision.
#include "children/instance/instance.hpp"
#include "children/instance/instance_handshake.hpp"
#include "children/link/first_words.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr int confused_share = 4; // of start_timeout, for an answer to initialize after the probe's
constexpr int quiet_share = 2;    // of it at most, for an answer to the probe

using words = first_words;

words::probe_answer kind_of_discovery(const upstream_answer& answer) {
    if (answer.message.is_error) {
        if (!is_modern_refusal(answer)) return words::probe_answer::refused;
        const auto versions = supported_versions(answer);
        if (names_revision(versions, newest_modern)) return words::probe_answer::again;
        // A list without any that is known. Without one, somebody else's error has the same code.
        const bool has_list = !names_legacy(versions) && element_reader{versions}.next();
        return has_list ? words::probe_answer::unknown_revisions : words::probe_answer::refused;
    }
    // Anything that is no DiscoverResult comes from a legacy server that answers everything.
    const auto versions = discovered_versions(answer);
    const bool is_modern = is_json_array(versions) && names_revision(versions, newest_modern);
    return is_modern ? words::probe_answer::modern : words::probe_answer::refused;
}

words::hello_answer kind_of_welcome(const upstream_answer& answer) {
    if (!answer.message.is_error) return words::hello_answer::agreed;
    const bool names_modern =
        is_modern_refusal(answer) && names_revision(supported_versions(answer), newest_modern);
    return names_modern ? words::hello_answer::names_modern : words::hello_answer::refused;
}

} // namespace

/// What was said and heard. Shared with the calls that wait for the answers.
struct instance::opening {
    std::optional<result<upstream_answer>> probe, hello;
    bool has_new_probe = false, has_new_hello = false, has_stray = false;
    abort_signal no_probe, no_hello; ///< the answer is not waited for any more

    void end() {
        const fault reason{errc::call_cancelled, "the handshake has ended"};
        no_probe.abort(reason);
        no_hello.abort(reason);
    }
};

task<> instance::say(std::shared_ptr<link> peer, std::shared_ptr<opening> talk, bool is_probe) {
    // Whoever waits for the answer has a deadline of its own, from the start of the process.
    auto request =
        own_call(is_probe ? method::discover : method::initialize, 2 * options_.start_timeout);
    if (!is_probe) request.members = hello_members();
    const auto spoken = is_probe ? std::optional{newest_modern} : std::nullopt;
    auto& nobody_waits = is_probe ? talk->no_probe : talk->no_hello;
    auto answer = co_await peer->call(request, spoken, nullptr, nobody_waits);
    (is_probe ? talk->probe : talk->hello) = std::move(answer);
    (is_probe ? talk->has_new_probe : talk->has_new_hello) = true;
    changed_.notify_all();
}

void instance::on_stray_answer() {
    if (!opening_) return;
    opening_->has_stray = true;
    changed_.notify_all();
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
    const auto budget = is_on_trial ? std::min<std::chrono::milliseconds>(options.start_timeout,
                                                                          trial_time)
                                    : options.start_timeout;
    return {budget, std::min(options.probe_timeout, budget / quiet_share), budget / confused_share};
}

} // namespace

task<result<void>> instance::open_talk(std::shared_ptr<link> peer) {
    const auto talk = std::make_shared<opening>();
    opening_ = talk;
    auto outcome = co_await converse(peer, talk);
    opening_.reset();
    talk->end();
    co_return outcome;
}

task<result<void>> instance::converse(std::shared_ptr<link> peer, std::shared_ptr<opening> talk) {
    using step = first_words::step;
    first_words next{belief_of(options_, era_, is_era_certain_, is_on_trial_),
                     patience_of(options_, is_on_trial_),
                     clock_type::now()};
    while (!is_stop_wanted_) {
        const auto now = clock_type::now();
        // An answer that is no message is an answer all the same, unless the process has ended.
        const auto hear = [&](bool& is_new, const auto& answer, auto kind, auto spoilt, auto tell) {
            if (!std::exchange(is_new, false)) return;
            if (answer->has_error() && peer->has_ended()) return next.on_end();
            tell(answer->has_error() ? spoilt : kind(**answer));
        };
        hear(talk->has_new_probe, talk->probe, kind_of_discovery, words::probe_answer::refused,
             [&](auto kind) { next.on_probe(kind, now); });
        hear(talk->has_new_hello, talk->hello, kind_of_welcome, words::hello_answer::refused,
             [&](auto kind) { next.on_hello(kind, now); });
        if (talk->has_stray) next.on_stray_answer();
        if (peer->has_ended()) next.on_end();
        switch (next.next(now, peer->has_read_all())) {
        case step::wait:
            co_await changed_.wait_until(next.look_at());
            break;
        case step::probe:
            tasks_.spawn(say(peer, talk, true));
            break;
        case step::hello:
            tasks_.spawn(say(peer, talk, false));
            break;
        case step::be_modern:
            co_return settle(era::modern, accept_discovery(**talk->probe));
        case step::be_legacy: {
            auto accepted = settle(era::legacy, accept_initialize(**talk->hello));
            if (!accepted.has_error())
                peer->try_send(make_notification(notification::initialized, {}));
            co_return accepted;
        }
        case step::start_anew:
            co_return start_anew(next.is_next_modern());
        case step::give_up:
            co_return explain(next, *peer, *talk);
        }
    }
    co_return fault{errc::connection_lost, fmt::format("server '{}' was stopped", options_.name)};
}

/// What was agreed on holds if this instance may stay in the era: then it goes to the pool of that.
result<void> instance::settle(era agreed, result<void> outcome) {
    if (outcome.has_error() || agreed == era_) return outcome;
    if (agreed == era::legacy) owner_.on_verdict(*this, {.is_modern = false, .is_legacy = true});
    if (!owner_.move_to(*this, agreed)) return other_era();
    era_ = agreed;
    return outcome;
}

/// Another process, once this one has ended: it may hold a lock.
fault instance::start_anew(bool is_modern) {
    context_.log->info("server '{}' {}: it is started once more", options_.name,
                       is_modern ? "speaks both eras and mixes them up"
                                 : "cannot take anything before initialize");
    owner_.on_verdict(*this, {.is_modern = is_modern, .is_legacy = true});
    return other_era();
}

/// Why nothing was agreed on.
fault instance::explain(const first_words& said, const link& peer, const opening& talk) {
    const auto is_only = [this](era one) {
        return options_.only_era == one;
    };
    if (peer.has_ended()) return peer.end_reason();
    if (talk.hello && talk.hello->has_error()) return talk.hello->error();
    if (talk.hello && talk.hello->has_value()) {
        if (is_only(era::legacy) && kind_of_welcome(**talk.hello) != words::hello_answer::refused)
            return other_era();
        const auto judged = accept_initialize(**talk.hello);
        if (judged.has_error()) return judged.error();
    }
    if (is_only(era::modern) && talk.probe && talk.probe->has_value()) return other_era();
    if (talk.probe && talk.probe->has_value()) {
        const auto kind = kind_of_discovery(**talk.probe);
        if (kind == words::probe_answer::unknown_revisions || kind == words::probe_answer::again)
            return unknown_revisions(**talk.probe);
    }
    const auto* const asked = said.has_probed() && said.has_greeted()
                                  ? "server/discover or initialize"
                              : said.has_probed() ? "server/discover"
                                                  : "initialize";
    const auto last = errors_.last_line();
    return {
        errc::call_timed_out,
        fmt::format("server '{}' did not answer {} within {} ms of its start (start_timeout){}{}{}",
                    options_.name, asked, options_.start_timeout.count(),
                    said.was_read() ? "" : "; it has not read its input so far",
                    options_.only_era ? fmt::format("; `era` is \"{}\"", to_string(era_)) : "",
                    last.empty() ? "" : "; its last words on stderr: " + last)};
}

} // namespace mcpgw
