// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/envelope.hpp"
#include "tests/fakes/fake_flags.hpp"
#include "tests/fakes/line_port.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::fake {

/// An MCP server over stdio that does what its flags and the calls of its tools ask for, however
/// wrong. One thread, blocking; where it has to wait, it waits for the next message, never for a
/// clock.
///
/// Tools (arguments): `echo`; `hold` (answered by `release`) and `release` (newest first); `never`;
/// `twice`; `strangers` (answers with unknown ids first); `garbage` {count}; `large` {bytes};
/// `half` (dies in mid-line); `die` {code, say}; `flood` {bytes}; `ask` {method, params} and
/// `ask_aside` (the call ends, the question stays); `withdraw` (takes back its questions);
/// `asked` (what was answered to questions); `log` {text}; `progress` {count}; `cancelled` (ids of
/// the requests that were cancelled); `received` (every line so far); `change_tools`;
/// `notify` {method, params}; `mute` {method} (never answered from now on); `surroundings`;
/// `close_stdin`; `close_stdout`.
class fake_server {
public:
    fake_server(const fake_flags& flags, line_port& port, std::string surroundings);
    /// Until the end of the input.
    void run();

private:
    /// One call of a tool; the texts live until the next message.
    struct tool_call {
        std::string_view id;
        std::string_view arguments; ///< raw object, or empty
        std::string_view progress_token;

        [[nodiscard]] std::string text(std::string_view key) const;
        [[nodiscard]] std::size_t number(std::string_view key) const;
    };
    using tool = void (fake_server::*)(const tool_call&);

    // messages
    void on_line(const std::string& line);
    void on_request(const std::string& line, const envelope& message);
    void on_response(const std::string& line, const envelope& message);
    void reply(std::string_view id, std::string_view result);
    void reply_text(std::string_view id, std::string_view text);
    void reply_error(std::string_view id, int code, std::string_view text,
                     std::string_view data = {});
    void send(std::string_view line);

    // protocol
    void discover(std::string_view id);
    void initialize(std::string_view id, std::string_view params);
    void list(std::string_view id, std::string_view method_name, std::string_view params);
    [[nodiscard]] std::string capabilities() const;
    [[nodiscard]] std::string tool_page(int page, int pages) const;
    void tell_tools_changed();

    // tools (fake_tools.cpp)
    void call_tool(std::string_view id, std::string_view params, std::string_view progress_token);
    static const std::map<std::string, tool, std::less<>>& tools();
    void echo(const tool_call& call);
    void hold(const tool_call& call);
    void release(const tool_call& call);
    void never(const tool_call& call);
    void twice(const tool_call& call);
    void strangers(const tool_call& call);
    void garbage(const tool_call& call);
    void large(const tool_call& call);
    void half(const tool_call& call);
    void die(const tool_call& call);
    void flood(const tool_call& call);
    void ask(const tool_call& call);
    void ask_aside(const tool_call& call);
    void withdraw(const tool_call& call);
    void asked(const tool_call& call);
    void log(const tool_call& call);
    void progress(const tool_call& call);
    void cancelled(const tool_call& call);
    void received(const tool_call& call);
    void change_tools(const tool_call& call);
    void notify(const tool_call& call);
    void mute(const tool_call& call);
    void surroundings(const tool_call& call);
    void close_stdin(const tool_call& call);
    void close_stdout(const tool_call& call);
    std::string send_question(std::string_view method_name, std::string_view params);

    const fake_flags& flags_;
    line_port& port_;
    std::string surroundings_;
    std::string era_;
    std::string muted_;   ///< a method that is not answered
    std::string garbled_; ///< a method that is answered with nonsense
    int calls_ = 0;
    int questions_ = 0;
    bool has_changed_ = false;
    std::vector<std::string> extra_tools_;
    std::vector<std::string> held_;
    std::map<std::string, std::string> asking_; ///< question id -> id of the call, or empty
    std::vector<std::string> answers_;          ///< to questions that belong to no call
    std::vector<std::string> cancelled_;
    std::vector<std::string> received_;
};

} // namespace mcpgw::fake
