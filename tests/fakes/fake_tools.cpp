// SPDX-License-Identifier: Apache-2.0
// The tools of the fake child: each is one way to behave in a call.
#include "tests/fakes/fake_server.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include <unistd.h>

namespace mcpgw::fake {

std::string fake_server::tool_call::text(std::string_view key) const {
    return unquote_json(find_member(arguments, key)).value_or("");
}

std::size_t fake_server::tool_call::number(std::string_view key) const {
    const auto raw = find_member(arguments, key);
    std::size_t value = 0;
    std::from_chars(raw.data(), raw.data() + raw.size(), value);
    return value;
}

const std::map<std::string, fake_server::tool, std::less<>>& fake_server::tools() {
    using self = fake_server;
    static const std::map<std::string, tool, std::less<>> table{
        {"echo", &self::echo},
        {"hold", &self::hold},
        {"release", &self::release},
        {"never", &self::never},
        {"twice", &self::twice},
        {"strangers", &self::strangers},
        {"garbage", &self::garbage},
        {"large", &self::large},
        {"half", &self::half},
        {"die", &self::die},
        {"flood", &self::flood},
        {"ask", &self::ask},
        {"ask_aside", &self::ask_aside},
        {"withdraw", &self::withdraw},
        {"asked", &self::asked},
        {"log", &self::log},
        {"progress", &self::progress},
        {"cancelled", &self::cancelled},
        {"received", &self::received},
        {"change_tools", &self::change_tools},
        {"notify", &self::notify},
        {"mute", &self::mute},
        {"surroundings", &self::surroundings},
        {"close_stdin", &self::close_stdin},
        {"close_stdout", &self::close_stdout},
    };
    return table;
}

void fake_server::call_tool(std::string_view id, std::string_view params,
                            std::string_view progress_token) {
    if (flags_.has("crash-after") && calls_ >= flags_.number("crash-after", 0)) std::_Exit(4);
    ++calls_;
    const auto name = unquote_json(find_member(params, "name")).value_or("");
    const auto found = tools().find(name);
    if (found == tools().end()) return reply_error(id, -32602, "Unknown tool: " + name);
    (this->*found->second)({id, find_member(params, "arguments"), progress_token});
}

void fake_server::echo(const tool_call& call) {
    reply_text(call.id, call.arguments);
}

void fake_server::hold(const tool_call& call) {
    held_.emplace_back(call.id);
}

void fake_server::release(const tool_call& call) {
    for (; !held_.empty(); held_.pop_back()) reply_text(held_.back(), "released " + held_.back());
    reply_text(call.id, "all released");
}

void fake_server::never(const tool_call& /*call*/) {}

void fake_server::twice(const tool_call& call) {
    reply_text(call.id, "first");
    reply_text(call.id, "second");
}

void fake_server::strangers(const tool_call& call) {
    for (const std::string_view id : {"123456789", "\"text\"", "0", "-5", "99999999999999999999"})
        reply_text(id, "not yours");
    reply_text("\"" + std::string{call.id} + "\"", "the same digits as a string");
    send(R"({"jsonrpc":"2.0","method":"notifications/progress",)"
         R"("params":{"progressToken":424242,"progress":1}})");
    reply_text(call.id, "yours");
}

void fake_server::garbage(const tool_call& call) {
    for (std::size_t i = call.number("count"); i > 0; --i)
        port_.write_line("Listening on \xff\xfe stdio ... {\"not\":json");
    reply_text(call.id, "after garbage");
}

void fake_server::large(const tool_call& call) {
    reply_text(call.id, std::string(call.number("bytes"), 'x'));
}

void fake_server::half(const tool_call& call) {
    write_all(STDERR_FILENO, "first words\nout of paper");
    port_.write(fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{"content":[{{"ty)", call.id));
    std::_Exit(5);
}

void fake_server::die(const tool_call& call) {
    write_all(STDERR_FILENO, call.text("say"));
    std::_Exit(static_cast<int>(call.number("code")));
}

void fake_server::flood(const tool_call& call) {
    const std::string line = std::string(4095, 'e') + '\n';
    for (std::size_t left = call.number("bytes"); left > 0; left -= std::min(left, line.size()))
        write_all(STDERR_FILENO, line);
    write_all(STDERR_FILENO, "the last drop\n");
    reply_text(call.id, "flooded");
}

std::string fake_server::send_question(std::string_view method_name, std::string_view params) {
    auto id = fmt::format("\"q{}\"", ++questions_);
    send(make_request(id, method_name, params));
    return id;
}

void fake_server::ask(const tool_call& call) {
    asking_[send_question(call.text("method"), find_member(call.arguments, "params"))] = call.id;
}

void fake_server::ask_aside(const tool_call& call) {
    asking_[send_question(call.text("method"), find_member(call.arguments, "params"))] = "";
    reply_text(call.id, "asked aside");
}

void fake_server::withdraw(const tool_call& call) {
    for (const auto& [question_id, call_id] : std::exchange(asking_, {})) {
        send(make_notification(notification::cancelled,
                               fmt::format(R"({{"requestId":{}}})", question_id)));
        if (!call_id.empty()) reply_text(call_id, "withdrawn");
    }
    reply_text(call.id, "all withdrawn");
}

void fake_server::asked(const tool_call& call) {
    reply_text(call.id, fmt::format("[{}]", fmt::join(answers_, ",")));
}

void fake_server::log(const tool_call& call) {
    send(make_notification(notification::message, fmt::format(R"({{"level":"info","data":{}}})",
                                                              quote_json(call.text("text")))));
    reply_text(call.id, "logged");
}

void fake_server::progress(const tool_call& call) {
    for (std::size_t i = 1; i <= call.number("count"); ++i)
        send(make_notification(
            notification::progress,
            fmt::format(R"({{"progressToken":{},"progress":{}}})", call.progress_token, i)));
    reply_text(call.id, call.progress_token);
}

void fake_server::cancelled(const tool_call& call) {
    reply_text(call.id, fmt::format("[{}]", fmt::join(cancelled_, ",")));
}

void fake_server::received(const tool_call& call) {
    reply_text(call.id, fmt::format("[{}]", fmt::join(received_, ",")));
}

void fake_server::change_tools(const tool_call& call) {
    extra_tools_.push_back(fmt::format("extra_{}", extra_tools_.size()));
    if (!flags_.has("no-changes")) tell_tools_changed();
    reply_text(call.id, "changed");
}

void fake_server::notify(const tool_call& call) {
    send(make_notification(call.text("method"), find_member(call.arguments, "params")));
    reply_text(call.id, "told");
}

void fake_server::mute(const tool_call& call) {
    (call.text("how") == "garble" ? garbled_ : muted_) = call.text("method");
    reply_text(call.id, "muted");
}

void fake_server::surroundings(const tool_call& call) {
    reply_text(call.id, surroundings_);
}

void fake_server::close_stdin(const tool_call& call) {
    ::close(STDIN_FILENO);
    reply_text(call.id, "closed");
    ::alarm(120);       // should the test fail
    for (;;) ::pause(); // alive, but it will never read again
}

void fake_server::close_stdout(const tool_call& /*call*/) {
    ::close(STDOUT_FILENO);
}

} // namespace mcpgw::fake
