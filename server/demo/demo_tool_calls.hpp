// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/message/envelope.hpp"
#include "server/demo/demo_arguments.hpp"
#include "server/demo/demo_questions.hpp"
#include "server/demo/demo_reply.hpp"
#include "server/demo/demo_tool_list.hpp"
#include "server/demo/demo_tools.hpp"
#include "server/demo/demo_waits.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// One tools/call of either era, with what the caller can do. Views the line; parts are raw JSON,
/// empty where absent.
struct demo_call {
    demo_address from;
    std::string_view name;
    std::string_view arguments;
    std::string_view progress_token;
    demo_questions::round round;       ///< modern callers only
    bool can_elicit = false;           ///< by form
    bool has_elicitation_modes = true; ///< knows `mode` in elicitation/create
    std::optional<int> severity_min;   ///< of log messages; nothing: it wants none
    std::chrono::steady_clock::time_point now;
};

/// The calls of the demo server's tools: runs those that answer at once, and owns the open ones.
/// Owned by the dispatcher; knows no I/O and no clock.
class demo_tool_calls {
public:
    using time_point = std::chrono::steady_clock::time_point;

    demo_tool_calls(demo_surroundings surroundings, const demo_questions::key& state_key);

    /// Answers the call, or keeps it open. Wrong arguments are answered with a tool error; a fault
    /// is left to the caller to send.
    result<void> call(const demo_call& c, std::string& out);

    void on_response(std::string_view line, const envelope& response, std::string& out) {
        questions_.on_response(line, response, out);
    }
    void on_time(time_point now, std::string& out) { waits_.on_time(now, out); }
    [[nodiscard]] std::optional<time_point> next_deadline() const { return waits_.next_deadline(); }

    [[nodiscard]] bool has(std::string_view id) const {
        return waits_.has(id) || questions_.has(id);
    }
    /// Forgets an open call; false if there is none with this id.
    bool cancel(std::string_view id, std::string& out) {
        return waits_.cancel(id) || questions_.cancel(id, out);
    }

    /// Set once the process has to end at once (`crash`).
    [[nodiscard]] std::optional<int> exit_code() const { return exit_code_; }

private:
    result<void> run(demo_tool tool, const demo_call& c, const demo_arguments& arguments,
                     std::string& out);
    result<std::string> run_at_once(demo_tool tool, const demo_arguments& arguments) const;
    result<void> wait(const demo_call& c, const demo_arguments& arguments);
    result<void> ask(const demo_call& c, const demo_arguments& arguments, std::string& out);
    static result<void> log(const demo_call& c, const demo_arguments& arguments, std::string& out);
    result<void> crash(const demo_arguments& arguments);

    demo_surroundings surroundings_;
    demo_waits waits_;
    demo_questions questions_;
    std::optional<int> exit_code_;
};

} // namespace mcpgw
