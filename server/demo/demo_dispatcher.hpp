// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"
#include "server/demo/demo_questions.hpp"
#include "server/demo/demo_reply.hpp"
#include "server/demo/demo_tool_calls.hpp"
#include "server/demo/demo_tools.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace mcpgw {

/// The demo server without its pipes: lines in, lines out. Owned by the loop in demo_server.cpp;
/// knows no I/O and no clock, so tests drive it directly.
///
/// Both eras are served at the same time, decided per message: a request with any of the reserved
/// `_meta` keys is modern; `initialize` without them opens the legacy session of this process
/// (2026-07-28, basic/versioning, "Backward Compatibility with Initialization-Based Versions").
/// Bad input is answered with an error and never ends the session.
class demo_dispatcher {
public:
    using time_point = std::chrono::steady_clock::time_point;

    demo_dispatcher(demo_surroundings surroundings, const demo_questions::key& state_key);

    /// Handles one line and appends what there is to say, each message with its newline. What is
    /// due later, or now by a timer, comes with on_time().
    void on_line(std::string_view line, time_point now, std::string& out);
    void on_time(time_point now, std::string& out) { tools_.on_time(now, out); }
    /// For a line that was longer than the loop accepts.
    static void on_line_too_long(std::string& out);
    /// The client closed our input: open subscriptions end gracefully, calls are dropped.
    void on_end_of_input(std::string& out);

    [[nodiscard]] std::optional<time_point> next_deadline() const { return tools_.next_deadline(); }
    /// Set once the process has to end at once (`crash`).
    [[nodiscard]] std::optional<int> exit_code() const { return tools_.exit_code(); }

private:
    /// One request as it is handled; views the line.
    struct request {
        std::string_view line;
        const envelope& parts;
        era spoken;
        time_point now;

        [[nodiscard]] demo_address address() const { return {parts.id.of(line), spoken}; }
        [[nodiscard]] std::string_view raw(const text_span& span) const { return span.of(line); }
    };

    /// What `initialize` agreed on.
    struct legacy_session {
        revision spoken = newest_legacy;
        bool can_elicit = false;
        int severity_min = 0; ///< of log messages; everything until logging/setLevel
    };

    void on_request(std::string_view line, const envelope& parts, time_point now, std::string& out);
    void on_notification(std::string_view line, const envelope& parts, std::string& out);

    result<void> dispatch(const request& r, std::string& out);
    result<void> dispatch_legacy(const request& r, std::string& out);
    result<void> check_modern(const request& r) const;

    result<void> initialize(const request& r, std::string& out);
    result<void> set_level(const request& r, std::string& out);
    result<void> listen(const request& r, std::string& out);
    result<void> call_tool(const request& r, std::string& out);
    result<void> get_prompt(const request& r, std::string& out) const;
    result<void> read_resource(const request& r, std::string& out) const;
    result<void> subscribe(const request& r, std::string& out) const;

    demo_tool_calls tools_;
    std::optional<legacy_session> session_;
    std::unordered_set<std::string> listens_; // raw ids of open subscriptions/listen
};

} // namespace mcpgw
