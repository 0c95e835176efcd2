// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_tool_calls.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr int crash_exit_code = 3;

fault id_in_use() {
    return {errc::invalid_request, "Another request with this id is open"};
}

/// Progress tokens are strings or integers (basic/patterns/progress).
bool is_token(std::string_view raw) {
    return is_json_string(raw) || raw.find_first_not_of("-0123456789") == std::string_view::npos;
}

} // namespace

demo_tool_calls::demo_tool_calls(demo_surroundings surroundings,
                                 const demo_questions::key& state_key)
    : surroundings_(std::move(surroundings)), questions_(state_key) {}

result<void> demo_tool_calls::call(const demo_call& c, std::string& out) {
    const auto name = unquote_json(c.name);
    if (!name) return fault{errc::invalid_params, "'name' must be a string"};
    const auto tool = find_demo_tool(*name);
    if (!tool) return fault{errc::tool_not_found, fmt::format("Unknown tool: {}", *name)};
    const auto arguments = demo_arguments::parse(c.arguments);
    if (!arguments) return arguments.error();
    const auto done = run(*tool, c, *arguments, out);
    if (done || done.error().code != errc::invalid_arguments) return done;
    append_result(out, c.from, tool_error_members(done.error().detail));
    return {};
}

result<void> demo_tool_calls::run(demo_tool tool, const demo_call& c,
                                  const demo_arguments& arguments, std::string& out) {
    switch (tool) {
    case demo_tool::wait:
        return wait(c, arguments);
    case demo_tool::ask:
        return ask(c, arguments, out);
    case demo_tool::log:
        return log(c, arguments, out);
    case demo_tool::crash:
        return crash(arguments);
    default:
        break;
    }
    const auto members = run_at_once(tool, arguments);
    if (!members) return members.error();
    append_result(out, c.from, *members);
    return {};
}

result<std::string> demo_tool_calls::run_at_once(demo_tool tool,
                                                 const demo_arguments& arguments) const {
    switch (tool) {
    case demo_tool::echo:
        return call_echo(arguments);
    case demo_tool::add:
        return call_add(arguments);
    case demo_tool::large_text:
        return call_large_text(arguments);
    case demo_tool::image:
        return call_image(arguments);
    case demo_tool::fail:
        return call_fail(arguments);
    case demo_tool::environment:
        return call_environment(arguments, surroundings_);
    default:
        return fault{errc::internal_error, "This tool does not answer at once"};
    }
}

result<void> demo_tool_calls::wait(const demo_call& c, const demo_arguments& arguments) {
    const auto length = demo_waits::parse(arguments);
    if (!length) return length.error();
    if (!c.progress_token.empty() && !is_token(c.progress_token))
        return fault{errc::invalid_params, "'progressToken' must be a string or an integer"};
    if (has(c.from.id)) return id_in_use();
    return waits_.add(c.from, c.progress_token, *length, c.now);
}

result<void> demo_tool_calls::ask(const demo_call& c, const demo_arguments& arguments,
                                  std::string& out) {
    const auto question = arguments.text("question");
    if (!question) return question.error();
    if (c.from.spoken == era::modern) {
        if (!c.can_elicit)
            return fault{errc::missing_client_capability,
                         "The tool 'ask' needs a client that declares elicitation",
                         R"({"requiredCapabilities":{"elicitation":{}}})"};
        return questions_.on_round(c.from.id, *question, c.round, c.now, out);
    }
    if (!c.can_elicit) {
        append_result(out, c.from,
                      tool_error_members("This client cannot be asked: it did not declare the "
                                         "capability 'elicitation' at initialize."));
        return {};
    }
    if (has(c.from.id)) return id_in_use();
    return questions_.ask(c.from.id, *question, c.has_elicitation_modes, out);
}

result<void> demo_tool_calls::log(const demo_call& c, const demo_arguments& arguments,
                                  std::string& out) {
    const auto entry = parse_log_call(arguments);
    if (!entry) return entry.error();
    const bool is_sent = c.severity_min && entry->severity >= *c.severity_min;
    if (is_sent) append_notification(out, notification::message, log_params(*entry));
    append_result(out, c.from,
                  text_members(is_sent ? "Sent a log message of level " + entry->level + "."
                                       : "Sent nothing: the client's log level does not ask for " +
                                             entry->level + "."));
    return {};
}

result<void> demo_tool_calls::crash(const demo_arguments& arguments) {
    const auto none = arguments.check_none();
    if (!none) return none.error();
    exit_code_ = crash_exit_code;
    return {};
}

} // namespace mcpgw
