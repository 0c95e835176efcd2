// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "children/upstream/upstream.hpp"
#include "protocol/json/json_text.hpp"
#include "tests/support/process_loop.hpp"

#include <boost/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::child_test {

namespace json = boost::json;

/// The scripted child with these flags. Times are long: only a test about a time shortens it.
inline child_options fake_options(std::vector<std::string> flags = {}, std::string name = "fake") {
    child_options options;
    options.name = std::move(name);
    options.command = MCPGW_FAKE_CHILD;
    options.args = std::move(flags);
    options.start_timeout = options.probe_timeout = std::chrono::seconds{40};
    options.call_timeout = options.list_timeout = std::chrono::seconds{40};
    options.restart.base = options.restart.max = std::chrono::milliseconds{1};
    options.restart.restarts_max = 0;
    return options;
}

/// The client side of a call.
struct recorded_observer final : call_observer {
    explicit recorded_observer(executor ex, const void* whose = nullptr)
        : ex_(ex), owner_(whose == nullptr ? this : whose) {}

    std::vector<std::string> progress, logs, methods, params;
    std::vector<std::shared_ptr<question>> questions;
    std::optional<fault> refusal; ///< instead of asking
    std::string ready_answer;     ///< to each question, at once; empty: none

    void on_progress(std::string_view line, const envelope& /*message*/) override {
        progress.emplace_back(line);
    }
    void on_log(std::string_view line, const envelope& /*message*/) override {
        logs.emplace_back(line);
    }
    result<std::shared_ptr<question>> ask(std::string_view method_name,
                                          std::string_view params_json) override {
        if (refusal) return *refusal;
        methods.emplace_back(method_name);
        params.emplace_back(params_json);
        questions.push_back(std::make_shared<question>(ex_));
        if (!ready_answer.empty()) questions.back()->settle(ready_answer);
        return questions.back();
    }
    [[nodiscard]] owner_id owner() const override {
        return reinterpret_cast<std::uintptr_t>(owner_); // lives as long as the test
    }

private:
    executor ex_;
    const void* owner_;
};

/// What a child told the one above it.
struct recorded_events final : upstream_events {
    std::size_t lists_changed = 0;
    std::vector<std::string> notifications;
    /// Those that can be asked outside of calls, by what their instances belong to.
    std::map<std::string, std::shared_ptr<recorded_observer>, std::less<>> clients;

    void on_lists_changed(upstream& /*source*/) override { ++lists_changed; }
    void on_notification(upstream& /*source*/, std::string_view line,
                         const envelope& /*message*/) override {
        notifications.emplace_back(line);
    }
    std::shared_ptr<call_observer> client_with(std::string_view key, revision /*server*/) override {
        const auto found = clients.find(key);
        return found == clients.end() ? nullptr : found->second;
    }
};

using answer_or_fault = result<upstream_answer>;

inline upstream_call tool_call(std::string_view tool, std::string_view arguments = "{}") {
    upstream_call request;
    request.method = method::tools_call;
    request.members =
        R"("name":")" + std::string{tool} + R"(","arguments":)" + std::string{arguments};
    return request;
}

/// The text of a tool's answer; fails the test if the call has none.
inline std::string text_of(const answer_or_fault& answer) {
    INFO((answer.has_error() ? answer.error().message() : answer->line.view().substr(0, 300)));
    REQUIRE(answer.has_value());
    REQUIRE_FALSE(answer->message.is_error);
    const auto body = json::parse(answer->message.result.of(answer->line));
    return std::string{body.at("content").at(0).at("text").as_string()};
}

inline json::value json_of(const answer_or_fault& answer) {
    return json::parse(text_of(answer));
}

inline std::vector<std::string> keys(const std::vector<list_item>& items) {
    std::vector<std::string> list;
    for (const auto& item : items) list.push_back(item.key);
    return list;
}

/// A call under way.
struct running_call {
    std::optional<answer_or_fault> answer;
    abort_signal abort;
    std::shared_ptr<recorded_observer> observer;
};

/// One child and its loop; closed at the end of the test, however that comes.
class child_world {
public:
    explicit child_world(child_options options, std::vector<std::string> environment = {})
        : child_(context(std::move(environment)), std::move(options), events) {}
    ~child_world() {
        // An exception ends the program here, and the coroutines that hang with it.
        loop.await(child_.close());
        loop.finish();
    }
    child_world(const child_world&) = delete;
    child_world& operator=(const child_world&) = delete;

    upstream& get() { return child_; }
    [[nodiscard]] upstream_status status() const { return child_.status(); }
    [[nodiscard]] pid_t pid() const { return static_cast<pid_t>(child_.status().pid); }

    result<void> start() { return loop.await(child_.life().ensure_running(far_deadline())); }
    void must_start() {
        const auto started = start();
        INFO((started.has_error() ? started.error().message() : ""));
        REQUIRE(started.has_value());
    }
    answer_or_fault call(upstream_call request) {
        auto& running = begin(std::move(request));
        return end(running);
    }
    answer_or_fault call(std::string_view tool, std::string_view arguments = "{}") {
        return call(tool_call(tool, arguments));
    }

    [[nodiscard]] std::shared_ptr<recorded_observer> make_observer(const void* owner = nullptr) {
        return std::make_shared<recorded_observer>(loop.get_executor(), owner);
    }
    /// Starts a call and lets it get as far as it can without waiting for anything.
    running_call& begin(upstream_call request, std::shared_ptr<recorded_observer> observer) {
        calls_.push_back(std::make_unique<running_call>());
        auto& running = *calls_.back();
        running.observer = std::move(observer);
        loop.spawn(process_loop::store(
            child_.places().call(std::move(request), running.observer, running.abort),
            running.answer));
        loop.poll();
        return running;
    }
    running_call& begin(upstream_call request, const void* owner = nullptr) {
        return begin(std::move(request), make_observer(owner));
    }
    answer_or_fault end(running_call& running) {
        loop.run_until([&running] { return running.answer.has_value(); });
        return *running.answer;
    }
    /// A place on an instance, taken for this client.
    upstream_lease take(std::string_view key = {}) {
        abort_signal never;
        upstream_caller who;
        who.key = key;
        auto place = loop.await(child_.places().acquire(who, never));
        INFO((place.has_error() ? place.error().message() : ""));
        REQUIRE(place.has_value());
        return std::move(*place);
    }
    void stop() { loop.await(child_.life().stop()); }
    void run_until_state(upstream_state state) {
        loop.run_until([this, state] { return child_.status().state == state; });
    }

    static clock_type::time_point far_deadline() {
        return clock_type::now() + std::chrono::seconds{50};
    }

    process_loop loop;
    recorded_events events;

private:
    child_context context(std::vector<std::string> environment) {
        return {loop.get_executor(), nullptr, &log_, std::move(environment)};
    }

    logger log_{log_level::off};
    std::vector<std::unique_ptr<running_call>> calls_;
    upstream child_;
};

} // namespace mcpgw::child_test
