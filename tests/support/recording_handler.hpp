// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"
#include "transports/async/async_event.hpp"
#include "transports/session/request_handler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace mcpgw::io_test {

/// Stands in for the server room. Answers by the name of the tool that is called and notes what it
/// was told as short texts; those may be read on any thread, the rest belongs to the loop's.
///
///   (subscriptions/listen is as hold:listen-ID, server/discover answers with the era)
///   echo            answers with the params as they came
///   hold:X          notes "held X"; answers after release("X") or the abort (notes "aborted X …")
///   progress:N:X    N progress notifications with the request's token, then as hold:X
///   flood:N:BYTES:X N notifications of that size, then as hold:X, or without X answers
///   big:BYTES       an answer of about that size
///   ask             asks the client; answers with what it said, or with the fault
///   steps:N:X       holds X1 to XN, with a progress notification after each; then answers
///   ask-hold:X      asks the client and does not wait for its answer, then as hold:X
///   hold-ask:X      the same the other way round
///   throw, notify-throw   an exception, at once or after a notification
class recording_handler final : public request_handler {
public:
    explicit recording_handler(executor ex) : executor_(ex) {}

    task<client_reply> handle(client_request& request, reply_sink& sink) override {
        note(fmt::format("request {} {}", request.id(), request.method()));
        texts_.emplace_back(request.text);
        for (const auto& [name, value] : request.param_headers)
            note(fmt::format("param {}='{}'", name, value));
        if (!request.principal.empty()) note("principal " + request.principal);
        if (request.method() == method::initialize) return initialize(request);
        if (request.method() == method::tools_call) return call(request, sink);
        if (request.method() == method::listen)
            return hold(request, fmt::format("listen-{}", request.id()));
        if (request.method() == method::discover)
            return answer(request,
                          fmt::format(R"({{"discovered":"{}"}})", to_string(request.client_era)));
        if (request.method() == method::ping) return answer(request, "{}");
        return fail(request, errc::method_not_found);
    }
    void on_notification(const client_request& notification) override {
        note(fmt::format("notification {}", notification.method()));
    }
    void on_session_closed(client_session& session) override {
        note(fmt::format("closed {}", session.id()));
    }
    [[nodiscard]] result<void> check_scope(std::string_view scope,
                                           bool /*is_near*/) const override {
        if (scope == "demo" || scope.starts_with("views/")) return {};
        return fault{errc::path_not_found,
                     "no server named '" + std::string{scope} + "' is configured"};
    }
    [[nodiscard]] result<std::string> readiness(bool is_strict) const override {
        if (!is_ready) return fault{errc::server_failed, "demo is not running"};
        if (is_strict) return fault{errc::server_failed, "demo keeps failing"};
        return {};
    }
    [[nodiscard]] std::string status_json() const override { return R"({"children":[]})"; }

    /// Lets hold:NAME answer. False: nothing of this name is held.
    bool release(std::string_view name) {
        const auto found = held_.find(name);
        if (found == held_.end()) return false;
        found->second->notify();
        return true;
    }

    // --- any thread ---
    [[nodiscard]] std::vector<std::string> notes() const {
        const std::lock_guard lock{mutex_};
        return notes_;
    }
    [[nodiscard]] std::size_t count(std::string_view text) const {
        const std::lock_guard lock{mutex_};
        return static_cast<std::size_t>(std::ranges::count(notes_, text));
    }
    /// Waits, on another thread than the loop's, until `text` was noted so many times.
    [[nodiscard]] bool waits_for(std::string_view text, std::ptrdiff_t times = 1) const {
        std::unique_lock lock{mutex_};
        return noted_.wait_for(lock, std::chrono::seconds{20},
                               [&] { return std::ranges::count(notes_, text) >= times; });
    }

    bool is_ready = true;
    /// The messages of all requests as they arrived. Read it when the loop rests.
    [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

private:
    void note(std::string text) {
        {
            const std::lock_guard lock{mutex_};
            notes_.push_back(std::move(text));
        }
        noted_.notify_all();
    }

    static task<client_reply> answer(client_request& request, std::string result) {
        client_reply reply;
        reply.text = make_response(request.id(), result);
        co_return reply;
    }
    static task<client_reply> fail(client_request& request, fault reason) {
        client_reply reply;
        reply.text = make_error_response(request.id(), reason);
        reply.http_status = describe(reason.code).http_status;
        co_return reply;
    }

    task<client_reply> initialize(client_request& request) {
        const auto version =
            unquote_json(find_member(request.params(), "protocolVersion")).value_or("");
        if (version.starts_with("hold:")) return hold(request, version.substr(5));
        const auto known = parse_revision(version);
        if (!known) return fail(request, fault{errc::invalid_params, "no such version"});
        request.session->is_initialized = true;
        request.session->spoken = *known;
        return answer(request, fmt::format(R"({{"protocolVersion":"{}"}})", version));
    }

    task<client_reply> call(client_request& request, reply_sink& sink) {
        const auto tool =
            unquote_json(request.message.in_params.name.of(request.text)).value_or("");
        const auto words = split(tool);
        const auto& verb = words.front();
        if (verb == "echo") return answer(request, std::string{request.params()});
        if (verb == "hold") return hold(request, words.at(1));
        if (verb == "big")
            return answer(request, quote_json(std::string(number(words.at(1)), 'x')));
        if (verb == "ask") return ask(request, sink);
        if (verb == "throw") throw std::runtime_error("thrown before the first suspension");
        if (verb == "notify-throw") return notify_then_throw(sink);
        if (verb == "flood") {
            const std::string filler(number(words.at(2)), 'x');
            for (std::size_t i = 0; i < number(words.at(1)); ++i)
                sink.notify(make_notification(notification::message, quote_params(filler)));
            return words.size() > 3 ? hold(request, words[3]) : answer(request, "{}");
        }
        if (verb == "progress") {
            for (std::size_t i = 1; i <= number(words.at(1)); ++i)
                sink.notify(progress_line(request, i));
            return hold(request, words.at(2));
        }
        if (verb == "steps") return steps(request, sink, number(words.at(1)), words.at(2));
        if (verb == "ask-hold") {
            try_ask(sink);
            return hold(request, words.at(1));
        }
        if (verb == "hold-ask") return hold_then_ask(request, sink, words.at(1));
        return fail(request, errc::tool_not_found);
    }

    task<client_reply> hold(client_request& request, std::string name) {
        async_event wake{executor_};
        held_.emplace(name, &wake);
        const abort_signal::listener on_abort{*request.abort, [&wake] {
                                                  wake.notify();
                                              }};
        note("held " + name);
        co_await wake.wait();
        held_.erase(name);
        client_reply reply;
        reply.text = make_response(request.id(), fmt::format(R"({{"released":"{}"}})", name));
        if (const auto& reason = request.abort->reason()) {
            note(fmt::format("aborted {} {}", name, describe(reason->code).name));
            reply.text = make_error_response(request.id(), *reason);
            reply.http_status = describe(reason->code).http_status;
        }
        co_return reply;
    }

    void try_ask(reply_sink& sink) {
        const auto asked = sink.ask(method::elicitation, R"({"message":"sure?"})");
        note(asked.has_error() ? "could not ask" : "asked");
    }
    task<client_reply> hold_then_ask(client_request& request, reply_sink& sink, std::string name) {
        auto reply = co_await hold(request, std::move(name));
        try_ask(sink);
        co_return reply;
    }

    static std::string progress_line(const client_request& request, std::size_t value) {
        return make_notification(
            notification::progress,
            fmt::format(R"({{"progressToken":{},"progress":{}}})",
                        request.message.in_meta.progress_token.of(request.text), value));
    }

    task<client_reply> steps(client_request& request, reply_sink& sink, std::size_t count,
                             std::string name) {
        client_reply reply;
        for (std::size_t i = 1; i <= count; ++i) {
            reply = co_await hold(request, name + std::to_string(i));
            sink.notify(progress_line(request, i)); // even of a request that was aborted
        }
        co_return reply;
    }

    static task<client_reply> ask(client_request& request, reply_sink& sink) {
        const auto asked = sink.ask(method::elicitation, R"({"message":"sure?"})");
        client_reply reply;
        if (asked.has_error()) {
            reply.text = make_error_response(request.id(), asked.error());
            co_return reply;
        }
        const auto pending = *asked;
        const auto answered = co_await pending->wait(clock_type::now() + std::chrono::seconds{20});
        reply.text = answered.has_error() ? make_error_response(request.id(), answered.error())
                                          : make_response(request.id(), *answered);
        co_return reply;
    }

    static task<client_reply> notify_then_throw(reply_sink& sink) {
        sink.notify(make_notification(notification::message, "{}"));
        throw std::runtime_error("thrown after a notification");
        co_return client_reply{};
    }

    static std::string quote_params(std::string_view data) {
        return fmt::format(R"({{"level":"info","data":{}}})", quote_json(data));
    }
    static std::vector<std::string> split(std::string_view text) {
        std::vector<std::string> words;
        for (;;) {
            const auto end = text.find(':');
            words.emplace_back(text.substr(0, end));
            if (end == std::string_view::npos) return words;
            text.remove_prefix(end + 1);
        }
    }
    static std::size_t number(std::string_view text) {
        std::size_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    }

    executor executor_;
    std::map<std::string, async_event*, std::less<>> held_;
    std::vector<std::string> texts_;
    mutable std::mutex mutex_;
    mutable std::condition_variable noted_;
    std::vector<std::string> notes_;
};

// --- messages that the handler understands ---

inline std::string call_message(std::string_view id, std::string_view tool,
                                std::string_view meta = {}) {
    return make_request(id, method::tools_call,
                        fmt::format(R"({{"name":"{}","arguments":{{}}{}}})", tool,
                                    meta.empty() ? "" : fmt::format(R"(,"_meta":{})", meta)));
}
inline std::string progress_call(std::string_view id, std::string_view tool,
                                 std::string_view token) {
    return call_message(id, tool, fmt::format(R"({{"progressToken":{}}})", token));
}
inline constexpr std::string_view modern_meta =
    R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{}})";
inline std::string modern_call(std::string_view id, std::string_view tool) {
    return call_message(id, tool, modern_meta);
}
inline std::string initialize_message(std::string_view version = "2025-11-25") {
    return make_request("\"init\"", method::initialize,
                        fmt::format(R"({{"protocolVersion":"{}","capabilities":{{}},)"
                                    R"("clientInfo":{{"name":"test","version":"1"}}}})",
                                    version));
}
inline std::string cancel_message(std::string_view id) {
    return make_notification(notification::cancelled, fmt::format(R"({{"requestId":{}}})", id));
}

// --- answers ---

/// The public name in `error.data.code`, or empty.
inline std::string error_name(std::string_view message) {
    const auto data = find_member(find_member(message, "error"), "data");
    return unquote_json(find_member(data, "code")).value_or("");
}
inline std::string id_of(std::string_view message) {
    return std::string{find_member(message, "id")};
}

} // namespace mcpgw::io_test
