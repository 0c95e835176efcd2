// SPDX-License-Identifier: Apache-2.0
#include "children/instance/era_agreement.hpp"

#include "children/instance/handshake_answers.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/repair/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

std::string error_message(const upstream_answer& answer) {
    const auto raw = find_member(answer.message.error.of(answer.line), "message");
    return unquote_json(raw).value_or("no message");
}

/// Who the server is, as clients may hear it; empty: it does not say so.
std::string known_info(std::string_view info) {
    if (!is_json_object(info)) return {};
    auto fitted = fit(info, implementation_shape(), "serverInfo");
    return fitted.has_error() ? std::string{} : std::move(fitted->text);
}

} // namespace

fault era_agreement::other_era() {
    if (session_.options.only_era) {
        const auto* const other = *session_.options.only_era == era::modern ? "legacy" : "modern";
        return {
            errc::server_failed,
            fmt::format("server '{}' speaks no {} revision, and `era` = \"{}\" allows no other; "
                        "leave `era` out, or set it to \"{}\"",
                        session_.options.name, to_string(*session_.options.only_era),
                        to_string(*session_.options.only_era), other)};
    }
    has_other_era_ = true;
    return {errc::method_not_found, fmt::format("server '{}' speaks no {} revision",
                                                session_.options.name, to_string(session_.speaks))};
}

fault era_agreement::other_era(const era_verdict& verdict) {
    owner_.on_verdict(verdict);
    return other_era();
}

std::chrono::milliseconds era_agreement::hello_time() const {
    if (!is_on_trial_) return session_.options.start_timeout;
    return std::min<std::chrono::milliseconds>(trial_time, session_.options.start_timeout);
}

result<void> era_agreement::judge_silence(const link& peer, const fault& reason) {
    if (session_.is_stop_wanted) return reason;
    const bool is_proof = reason.code == errc::method_not_found; // nothing of the kind is served
    if (is_proof) return other_era({.is_modern = false, .is_legacy = true});
    // Whatever else a remote server makes of an unknown message, it may still take initialize: some
    // refuse it like a stranger, as no JSON-RPC they know, or not at all.
    if (is_era_certain_ || !peer.has_reached()) return reason;
    auto guessed = other_era({.is_modern = false, .is_legacy = true, .is_guess = true});
    guessed.detail = reason.message();
    return guessed;
}

result<void> era_agreement::judge_discovery(const upstream_answer& answer) {
    const auto say_legacy = [this]() -> result<void> {
        return other_era({.is_modern = false, .is_legacy = true});
    };
    if (answer.message.is_error) {
        if (!is_modern_refusal(answer)) return say_legacy();
        if (names_legacy(supported_versions(answer))) return say_legacy();
        return unknown_revisions(answer);
    }
    const auto versions = discovered_versions(answer);
    // Anything that is no DiscoverResult comes from a legacy server that answers everything.
    if (!is_json_array(versions) || !names_revision(versions, newest_modern)) return say_legacy();
    return accept_discovery(answer);
}

fault era_agreement::unknown_revisions(const upstream_answer& answer) const {
    return {errc::server_failed,
            fmt::format("server '{}' speaks no protocol revision that this gateway knows: {}",
                        session_.options.name, error_message(answer))};
}

result<void> era_agreement::accept_discovery(const upstream_answer& answer) {
    const auto body = answer.message.result.of(answer.line);
    session_.spoken = newest_modern;
    session_.agreed.capabilities = find_member(body, "capabilities");
    session_.agreed.instructions = unquote_json(find_member(body, "instructions")).value_or("");
    session_.agreed.discover_hints = cache_hints::of(body);
    session_.server_info =
        known_info(find_member(find_member(body, "_meta"), meta_key::server_info));
    const bool is_dual = names_legacy(discovered_versions(answer));
    owner_.on_verdict({.is_modern = true, .is_legacy = is_dual, .may_be_legacy = !is_dual});
    return {};
}

result<void> era_agreement::accept_initialize(const upstream_answer& answer) {
    // The probe was not answered in time (a slow start), and yet the server is modern.
    if (is_modern_refusal(answer) && names_revision(supported_versions(answer), newest_modern)) {
        return other_era({.is_modern = true, .is_legacy = false});
    }
    if (answer.message.is_error)
        return fault{errc::server_failed,
                     fmt::format("server '{}' refused to initialize: {}", session_.options.name,
                                 error_message(answer))};
    const auto body = answer.message.result.of(answer.line);
    const auto version = unquote_json(find_member(body, "protocolVersion")).value_or("");
    const auto agreed = parse_revision(version);
    if (!agreed || era_of(*agreed) != era::legacy)
        return fault{
            errc::server_failed,
            fmt::format("server '{}' answered initialize with protocol version '{}', which "
                        "this gateway does not know",
                        session_.options.name, version.substr(0, utf8_prefix(version, 40)))};
    session_.spoken = *agreed;
    session_.agreed.capabilities = find_member(body, "capabilities");
    session_.agreed.instructions = unquote_json(find_member(body, "instructions")).value_or("");
    session_.server_info = known_info(find_member(body, "serverInfo"));
    return {};
}

result<void> era_agreement::settle(era agreed, result<void> outcome) {
    if (outcome.has_error() || agreed == session_.speaks) return outcome;
    if (agreed == era::legacy) owner_.on_verdict({.is_modern = false, .is_legacy = true});
    if (!owner_.move_to(agreed)) return other_era();
    session_.speaks = agreed;
    return outcome;
}

} // namespace mcpgw
