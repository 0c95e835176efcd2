// How a child and the gateway agree on an era and a revision.
#include "children/child.hpp"

#include "children/request_line.hpp"
#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "protocol/rpc.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace mcpgw {

namespace {

int error_code(const upstream_answer& answer) {
    const auto text = find_member(answer.message.error.of(answer.line), "code");
    int code = 0;
    std::from_chars(text.data(), text.data() + text.size(), code);
    return code;
}

std::string error_message(const upstream_answer& answer) {
    const auto raw = find_member(answer.message.error.of(answer.line), "message");
    return unquote_json(raw).value_or("no message");
}

bool names_revision(std::string_view versions_array, revision wanted) {
    element_reader versions{versions_array};
    while (const auto version = versions.next())
        if (unquote_json(*version).value_or("") == to_string(wanted)) return true;
    return false;
}

/// Codes that only a modern server sends (2026-07-28, basic/index, "Error Codes").
bool is_modern_error(int code) {
    return code <= -32020 && code >= -32022;
}

} // namespace

task<result<void>> child::shake_hands(std::shared_ptr<stdio_link> link) {
    if (known_era_ != era::legacy) {
        auto modern = co_await discover(link);
        if (modern.has_error()) co_return modern.error();
        if (*modern) {
            known_era_ = era::modern;
            co_return result<void>{};
        }
    }
    auto agreed = co_await initialize(link);
    // A verdict that led nowhere is forgotten, so that a server that was replaced by one of the
    // other era is found out at the next start.
    known_era_ = agreed.has_error() ? std::nullopt : std::optional{era::legacy};
    co_return agreed;
}

task<result<bool>> child::discover(std::shared_ptr<stdio_link> link) {
    upstream_call probe;
    probe.method = method::discover;
    probe.timeout = std::min(options_.probe_timeout, options_.start_timeout);
    abort_signal never;
    auto answer = co_await link->call(probe, newest_modern, nullptr, never);
    if (!answer.has_error()) co_return judge_discovery(*answer);
    const bool has_died = answer.error().code == errc::connection_lost && !is_stop_wanted_;
    if (has_died && std::exchange(known_era_, std::nullopt) != era::modern) {
        // Some legacy servers end when anything but initialize comes first: started once more,
        // the child is not probed. (One that was modern before may just have crashed.)
        known_era_ = era::legacy;
        has_died_in_probe_ = true;
        co_return answer.error();
    }
    if (answer.error().code != errc::call_timed_out) co_return answer.error();
    co_return false;
}

result<bool> child::judge_discovery(const upstream_answer& answer) {
    if (answer.message.is_error) {
        const int code = error_code(answer);
        if (!is_modern_error(code)) return false;
        const auto supported =
            find_member(find_member(answer.message.error.of(answer.line), "data"), "supported");
        for (const auto r : all_revisions)
            if (era_of(r) == era::legacy && names_revision(supported, r)) return false;
        return fault{errc::server_failed,
                     fmt::format("server '{}' speaks no protocol revision that this gateway knows: "
                                 "{}",
                                 options_.name, error_message(answer))};
    }
    const auto body = answer.message.result.of(answer.line);
    const auto versions = find_member(body, "supportedVersions");
    // Anything that is no DiscoverResult comes from a legacy server that answers everything.
    if (!is_json_array(versions)) return false;
    if (!names_revision(versions, newest_modern)) return false;
    spoken_ = newest_modern;
    agreed_.capabilities = find_member(body, "capabilities");
    agreed_.instructions = unquote_json(find_member(body, "instructions")).value_or("");
    server_info_ = find_member(find_member(body, "_meta"), meta_key::server_info);
    return true;
}

task<result<void>> child::initialize(std::shared_ptr<stdio_link> link) {
    upstream_call hello;
    hello.method = method::initialize;
    hello.timeout = options_.start_timeout;
    hello.members =
        fmt::format(R"("protocolVersion":"{}","capabilities":{},"clientInfo":{})",
                    to_string(newest_legacy), relayed_client_capabilities(), gateway_client_info());
    abort_signal never;
    auto answer = co_await link->call(hello, std::nullopt, nullptr, never);
    if (answer.has_error()) co_return answer.error();
    auto accepted = accept_initialize(*answer);
    if (!accepted.has_error()) link->try_send(make_notification(notification::initialized, {}));
    co_return accepted;
}

result<void> child::accept_initialize(const upstream_answer& answer) {
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
    server_info_ = find_member(body, "serverInfo");
    return {};
}

} // namespace mcpgw
