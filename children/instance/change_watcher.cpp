// SPDX-License-Identifier: Apache-2.0
#include "children/instance/change_watcher.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace mcpgw {

namespace {
constexpr std::chrono::hours stream_time{24 * 365}; // a listen stream lasts as long as both like
constexpr std::chrono::seconds relisten_delay{1};   // after a stream that ended by itself
} // namespace

/// The client side of our own subscriptions/listen: nobody's call, so nobody can be asked.
class change_watcher::listen_observer final : public call_observer {
public:
    listen_observer(executor ex, std::function<void()> on_acknowledged)
        : acknowledged(ex), on_acknowledged_(std::move(on_acknowledged)) {}

    void on_progress(std::string_view /*line*/, const envelope& /*message*/) override {}
    void on_log(std::string_view /*line*/, const envelope& /*message*/) override {}
    bool on_notification(std::string_view line, const envelope& message) override {
        if (message.method.of(line) != notification::acknowledged) return false;
        is_acknowledged = true;
        acknowledged.notify_all();
        if (on_acknowledged_) std::exchange(on_acknowledged_, nullptr)();
        return true;
    }
    result<std::shared_ptr<question>> ask(std::string_view /*method*/,
                                          std::string_view /*params*/) override {
        return fault{errc::session_error, "a subscription cannot be asked"};
    }
    [[nodiscard]] owner_id owner() const override { return 0; }

    async_condition acknowledged;
    bool is_acknowledged = false;
    bool has_ended = false;
    abort_signal abort;

private:
    std::function<void()> on_acknowledged_;
};

task<result<void>> change_watcher::subscribe(std::shared_ptr<link> peer,
                                             std::string_view method_name, std::string uri) {
    auto request = own_call(method_name, session_.options.list_timeout);
    request.members = fmt::format(R"("uri":{})", quote_json(uri));
    abort_signal never;
    auto answered = co_await peer->call(request, session_.spoken, nullptr, never);
    if (answered.has_error()) co_return answered.error();
    if (!answered->message.is_error) co_return result<void>{};
    const auto error = answered->message.error.of(answered->line);
    co_return fault{errc::server_failed,
                    unquote_json(find_member(error, "message")).value_or("refused")};
}

task<result<void>> change_watcher::watch(std::set<std::string> uris) {
    const auto before = std::exchange(watched_, std::move(uris));
    if (!session_.is_running() || before == watched_) co_return result<void>{};
    const auto peer = session_.connection;
    if (session_.speaks == era::modern) {
        begin_listening(peer);
        const auto stream = listening_;
        const auto deadline = clock_type::now() + session_.options.list_timeout;
        while (stream && !stream->is_acknowledged && !stream->has_ended) {
            const bool was_notified = co_await stream->acknowledged.wait_until(deadline);
            if (!was_notified) break;
        }
        co_return result<void>{};
    }
    const auto wanted = watched_; // may change while we ask
    result<void> outcome;
    for (const auto& uri : wanted)
        if (!before.contains(uri)) {
            const auto done = co_await subscribe(peer, method::resources_subscribe, uri);
            if (!done.has_error()) continue;
            outcome = done.error();
            watched_.erase(uri); // else it would count as asked for when somebody tries again
        }
    for (const auto& uri : before)
        if (!wanted.contains(uri)) co_await subscribe(peer, method::resources_unsubscribe, uri);
    co_return outcome;
}

std::string change_watcher::listen_filter() const {
    std::string members;
    const auto add = [&members](std::string_view key, std::string_view value) {
        members += fmt::format("{}\"{}\":{}", members.empty() ? "" : ",", key, value);
    };
    // Each process tells of its own changes; the sessions of a remote server tell all the same.
    const bool may_differ = lists_.is_offered() || session_.options.remote.url.empty();
    const auto changes = [this, may_differ](std::string_view key) {
        const auto capability = find_member(session_.agreed.capabilities, key);
        return may_differ && find_member(capability, "listChanged") == "true";
    };
    if (changes("tools")) add("toolsListChanged", "true");
    if (changes("prompts")) add("promptsListChanged", "true");
    if (changes("resources")) add("resourcesListChanged", "true");
    std::string uris;
    for (const auto& uri : watched_) uris += (uris.empty() ? "" : ",") + quote_json(uri);
    if (!uris.empty()) add("resourceSubscriptions", "[" + uris + "]");
    return members;
}

/// Opens a stream for all that is wanted now; the one before is ended when the new one is
/// acknowledged, so that no change falls between them.
void change_watcher::begin_listening(std::shared_ptr<link> peer) {
    const auto before = listening_;
    const auto end_before = [before] {
        if (before) before->abort.abort({errc::call_cancelled, "replaced by another subscription"});
    };
    if (listen_filter().empty()) {
        end_before();
        listening_.reset();
        return;
    }
    listening_ = std::make_shared<listen_observer>(session_.context.ex, end_before);
    if (!session_.tasks.spawn(listen(std::move(peer), listening_))) listening_.reset();
}

task<> change_watcher::listen(std::shared_ptr<link> peer, std::shared_ptr<listen_observer> stream) {
    bool is_refused = false;
    while (session_.connection == peer && listening_ == stream && !is_refused) {
        auto request = own_call(method::listen, stream_time);
        request.members = fmt::format(R"("notifications":{{{}}})", listen_filter());
        const auto ended = co_await peer->call(request, session_.spoken, stream, stream->abort);
        is_refused = !ended.has_error() && ended->message.is_error;
        if (is_refused)
            session_.context.log->warning(
                "server '{}' refused subscriptions/listen; changes of its lists "
                "and resources go unnoticed",
                session_.options.name);
        if (stream->abort.reason() || is_refused) break;
        // A graceful end, or a stream that broke: changes may have been missed meanwhile.
        const auto resume_at = clock_type::now() + relisten_delay;
        while (session_.connection == peer && !peer->has_ended() && clock_type::now() < resume_at)
            co_await session_.changed.wait_until(resume_at);
        if (session_.connection != peer || peer->has_ended()) break;
        lists_.want_refresh();
    }
    stream->has_ended = true;
    stream->acknowledged.notify_all();
}

task<> change_watcher::resume(std::shared_ptr<link> peer, bool may_have_missed) {
    const auto wanted = watched_;
    if (session_.speaks == era::modern) {
        listening_.reset();
        begin_listening(peer);
    } else {
        for (const auto& uri : wanted) co_await subscribe(peer, method::resources_subscribe, uri);
    }
    if (!may_have_missed || session_.connection != peer) co_return;
    for (const auto& uri : wanted) {
        const auto line = make_notification(notification::resource_updated,
                                            fmt::format(R"({{"uri":{}}})", quote_json(uri)));
        if (const auto message = scan_envelope(line)) on_notification_(line, *message);
    }
}

} // namespace mcpgw
