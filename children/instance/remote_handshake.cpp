// SPDX-License-Identifier: Apache-2.0
#include "children/instance/remote_handshake.hpp"

#include "children/instance/handshake_answers.hpp"
#include "children/link/request_line.hpp"
#include "protocol/message/rpc.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

task<result<void>> discover(era_agreement& agreement, const peer_session& session,
                            std::shared_ptr<link> peer) {
    const auto& options = session.options;
    const auto patience =
        agreement.is_era_certain() ? options.start_timeout : options.probe_timeout;
    auto probe = own_call(method::discover, std::min(patience, options.start_timeout));
    abort_signal never;
    auto answer = co_await peer->call(probe, newest_modern, nullptr, never);
    // 2026-07-28, basic/versioning, "Protocol Version Negotiation": who is refused chooses from
    // what the server supports, and tries again.
    const bool is_worth_a_retry = answer.has_value() && is_modern_refusal(*answer) &&
                                  names_revision(supported_versions(*answer), newest_modern);
    if (is_worth_a_retry) answer = co_await peer->call(probe, newest_modern, nullptr, never);
    if (answer.has_error()) co_return agreement.judge_silence(*peer, answer.error());
    co_return agreement.judge_discovery(*answer);
}

task<result<void>> initialize(era_agreement& agreement, std::shared_ptr<link> peer) {
    auto hello = own_call(method::initialize, agreement.hello_time());
    hello.members = hello_members();
    // A modern server may want its headers of whatever comes (2026-07-28, basic/transports).
    if (agreement.is_on_trial()) hello.headers.emplace_back("Mcp-Method", hello.method);
    abort_signal never;
    auto answer = co_await peer->call(hello, std::nullopt, nullptr, never);
    if (answer.has_error()) co_return answer.error();
    auto accepted = agreement.accept_initialize(*answer);
    if (!accepted.has_error()) peer->try_send(make_notification(notification::initialized, {}));
    co_return accepted;
}

} // namespace

task<result<void>> shake_hands_remotely(era_agreement& agreement, const peer_session& session,
                                        std::shared_ptr<link> peer) {
    if (session.speaks == era::modern) return discover(agreement, session, std::move(peer));
    return initialize(agreement, std::move(peer));
}

} // namespace mcpgw
