// SPDX-License-Identifier: Apache-2.0
// How a server and the gateway agree on an era and a revision.
#include "children/instance/instance_handshake.hpp"

#include "children/instance/instance.hpp"
#include "children/link/request_line.hpp"
#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"
#include "protocol/repair/shapes.hpp"

#include <fmt/format.h>

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

bool is_modern_refusal(const upstream_answer& answer) {
    return answer.message.is_error &&
           is_modern_error(error_code(answer.message.error.of(answer.line)));
}

std::string_view supported_versions(const upstream_answer& answer) {
    return find_member(find_member(answer.message.error.of(answer.line), "data"), "supported");
}

std::string_view discovered_versions(const upstream_answer& answer) {
    return find_member(answer.message.result.of(answer.line), "supportedVersions");
}

bool names_revision(std::string_view versions_array, revision wanted) {
    element_reader versions{versions_array};
    while (const auto version = versions.next())
        if (unquote_json(*version).value_or("") == to_string(wanted)) return true;
    return false;
}

bool names_legacy(std::string_view versions_array) {
    for (const auto r : all_revisions)
        if (era_of(r) == era::legacy && names_revision(versions_array, r)) return true;
    return false;
}

std::string hello_members() {
    return fmt::format(R"("protocolVersion":"{}","capabilities":{},"clientInfo":{})",
                       to_string(newest_legacy), relayed_client_capabilities(newest_legacy),
                       gateway_client_info());
}

task<result<void>> instance::shake_hands(std::shared_ptr<link> peer) {
    if (options_.remote.url.empty()) co_return co_await open_talk(peer);
    if (era_ == era::modern) co_return co_await discover(peer);
    co_return co_await initialize(peer);
}

/// The first message to a remote server whose era is not known (2026-07-28, basic/versioning,
/// "Backward Compatibility"). A process is asked in open_talk().
task<result<void>> instance::discover(std::shared_ptr<link> peer) {
    const auto patience = is_era_certain_ ? options_.start_timeout : options_.probe_timeout;
    auto probe = own_call(method::discover, std::min(patience, options_.start_timeout));
    abort_signal never;
    auto answer = co_await peer->call(probe, newest_modern, nullptr, never);
    // 2026-07-28, basic/versioning, "Protocol Version Negotiation": who is refused chooses from
    // what the server supports, and tries again.
    const bool is_worth_a_retry = answer.has_value() && is_modern_refusal(*answer) &&
                                  names_revision(supported_versions(*answer), newest_modern);
    if (is_worth_a_retry) answer = co_await peer->call(probe, newest_modern, nullptr, never);
    if (answer.has_error()) co_return judge_silence(*peer, answer.error());
    co_return judge_discovery(*answer);
}

fault instance::other_era() {
    if (options_.only_era) {
        const auto* const other = *options_.only_era == era::modern ? "legacy" : "modern";
        return {
            errc::server_failed,
            fmt::format("server '{}' speaks no {} revision, and `era` = \"{}\" allows no other; "
                        "leave `era` out, or set it to \"{}\"",
                        options_.name, to_string(*options_.only_era), to_string(*options_.only_era),
                        other)};
    }
    has_other_era_ = true;
    return {errc::method_not_found,
            fmt::format("server '{}' speaks no {} revision", options_.name, to_string(era_))};
}

/// What no answer to the probe means.
result<void> instance::judge_silence(const link& peer, const fault& reason) {
    if (is_stop_wanted_) return reason;
    const bool is_process = options_.remote.url.empty();
    const bool is_gone =
        reason.code == errc::connection_lost || reason.code == errc::session_unknown;
    const bool has_died = is_process && is_gone;
    const bool is_proof = reason.code == errc::method_not_found; // nothing of the kind is served
    if (is_era_certain_ && !is_proof) return reason;
    const bool is_silent = is_process && reason.code == errc::call_timed_out;
    // Whatever else a remote server makes of an unknown message, it may still take initialize: some
    // refuse it like a stranger, as no JSON-RPC they know, or not at all.
    const bool is_odd = !is_process && peer.has_reached() && !is_proof;
    if (!has_died && !is_silent && !is_proof && !is_odd) return reason;
    owner_.on_verdict(*this, {.is_modern = false, .is_legacy = true, .is_guess = is_odd});
    if (!is_odd) return other_era();
    auto guessed = other_era();
    guessed.detail = reason.message();
    return guessed;
}

result<void> instance::judge_discovery(const upstream_answer& answer) {
    const auto say_legacy = [this]() -> result<void> {
        owner_.on_verdict(*this, {.is_modern = false, .is_legacy = true});
        return other_era();
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

fault instance::unknown_revisions(const upstream_answer& answer) const {
    return {errc::server_failed,
            fmt::format("server '{}' speaks no protocol revision that this gateway knows: {}",
                        options_.name, error_message(answer))};
}

result<void> instance::accept_discovery(const upstream_answer& answer) {
    const auto body = answer.message.result.of(answer.line);
    spoken_ = newest_modern;
    agreed_.capabilities = find_member(body, "capabilities");
    agreed_.instructions = unquote_json(find_member(body, "instructions")).value_or("");
    agreed_.discover_hints = cache_hints::of(body);
    server_info_ = known_info(find_member(find_member(body, "_meta"), meta_key::server_info));
    const bool is_dual = names_legacy(discovered_versions(answer));
    owner_.on_verdict(*this, {.is_modern = true, .is_legacy = is_dual, .may_be_legacy = !is_dual});
    return {};
}

task<result<void>> instance::initialize(std::shared_ptr<link> peer) {
    const std::chrono::milliseconds patience =
        is_on_trial_ ? std::min<std::chrono::milliseconds>(trial_time, options_.start_timeout)
                     : options_.start_timeout;
    auto hello = own_call(method::initialize, patience);
    hello.members = hello_members();
    // Such a server may want its headers of whatever comes (2026-07-28, basic/transports).
    if (is_on_trial_) hello.headers.emplace_back("Mcp-Method", hello.method);
    abort_signal never;
    auto answer = co_await peer->call(hello, std::nullopt, nullptr, never);
    if (answer.has_error()) co_return answer.error();
    auto accepted = accept_initialize(*answer);
    if (!accepted.has_error()) peer->try_send(make_notification(notification::initialized, {}));
    co_return accepted;
}

result<void> instance::accept_initialize(const upstream_answer& answer) {
    // The probe was not answered in time (a slow start), and yet the server is modern.
    if (is_modern_refusal(answer) && names_revision(supported_versions(answer), newest_modern)) {
        owner_.on_verdict(*this, {.is_modern = true, .is_legacy = false});
        return other_era();
    }
    if (answer.message.is_error)
        return fault{errc::server_failed, fmt::format("server '{}' refused to initialize: {}",
                                                      options_.name, error_message(answer))};
    const auto body = answer.message.result.of(answer.line);
    const auto version = unquote_json(find_member(body, "protocolVersion")).value_or("");
    const auto agreed = parse_revision(version);
    if (!agreed || era_of(*agreed) != era::legacy)
        return fault{
            errc::server_failed,
            fmt::format("server '{}' answered initialize with protocol version '{}', which "
                        "this gateway does not know",
                        options_.name, version.substr(0, utf8_prefix(version, 40)))};
    spoken_ = *agreed;
    agreed_.capabilities = find_member(body, "capabilities");
    agreed_.instructions = unquote_json(find_member(body, "instructions")).value_or("");
    server_info_ = known_info(find_member(body, "serverInfo"));
    return {};
}

} // namespace mcpgw
