// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_server.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include <unistd.h>

namespace mcpgw::fake {

fake_server::fake_server(const fake_flags& flags, line_port& port, std::string surroundings)
    : flags_(flags)
    , port_(port)
    , surroundings_(std::move(surroundings))
    , era_(flags.text("era", "legacy")) {
    if (flags.has("era-from")) std::ifstream{flags.text("era-from")} >> era_;
}

void fake_server::run() {
    while (const auto line = port_.read_line()) on_line(*line);
    if (flags_.has("change-at-eof")) tell_tools_changed();
}

void fake_server::send(std::string_view line) {
    if (flags_.has("garbage-between")) port_.write_line("DEBUG sending a message");
    port_.write_line(line);
}

void fake_server::reply(std::string_view id, std::string_view result) {
    send(make_response(id, result));
}

void fake_server::reply_text(std::string_view id, std::string_view text) {
    const auto* const type = era_ == "modern" ? R"("resultType":"complete",)" : "";
    reply(id,
          fmt::format(R"({{{}"content":[{{"type":"text","text":{}}}]}})", type, quote_json(text)));
}

void fake_server::reply_error(std::string_view id, int code, std::string_view text,
                              std::string_view data) {
    send(make_raw_error_response(id, fmt::format(R"({{"code":{},"message":{}{}{}}})", code,
                                                 quote_json(text),
                                                 data.empty() ? "" : R"(,"data":)", data)));
}

void fake_server::on_line(const std::string& line) {
    received_.push_back(line);
    const auto scanned = scan_envelope(line);
    if (scanned.has_error()) std::_Exit(65); // the gateway wrote what is no message
    const auto& message = *scanned;
    if (message.kind == message_kind::response) return on_response(line, message);
    if (message.kind == message_kind::request) return on_request(line, message);
    const auto name = message.method.of(line);
    if (name == notification::cancelled)
        cancelled_.emplace_back(message.in_params.request_id.of(line));
    const bool may_ask = name == notification::initialized || name == notification::roots_changed;
    if (may_ask && flags_.has("ask-at-start"))
        asking_[send_question(flags_.text("ask-at-start"), "{}")] = "";
}

void fake_server::on_response(const std::string& line, const envelope& message) {
    const auto found = asking_.find(std::string{message.id.of(line)});
    if (found == asking_.end()) return;
    const auto call_id = found->second;
    asking_.erase(found);
    const auto body = message.is_error ? message.error.of(line) : message.result.of(line);
    if (call_id.empty())
        answers_.emplace_back(body);
    else
        reply_text(call_id, body);
}

void fake_server::on_request(const std::string& line, const envelope& message) {
    const auto id = message.id.of(line);
    const auto name = message.method.of(line);
    const auto params = message.params.of(line);
    if (name == flags_.text("die-at", "-")) std::_Exit(3);
    if (flags_.has("silent") || name == flags_.text("silent-at", "-") || name == muted_) return;
    if (name == flags_.text("change-in", "-") && !has_changed_) {
        extra_tools_.emplace_back("late");
        tell_tools_changed();
    }
    if (name == method::discover) return discover(id);
    if (name == method::initialize) return initialize(id, params);
    const bool is_wish = name == method::set_level || name == method::resources_subscribe ||
                         name == method::resources_unsubscribe;
    if (is_wish || name == method::ping) return reply(id, "{}");
    if (name == method::tools_call)
        return call_tool(id, params, message.in_meta.progress_token.of(line));
    if (name.ends_with("/list")) return list(id, name, params);
    reply_error(id, -32601, "Method not found");
}

void fake_server::discover(std::string_view id) {
    if (flags_.has("exit-on-discover") && era_ == "legacy") {
        write_all(STDERR_FILENO, "expected initialize\n");
        std::_Exit(1);
    }
    if (era_ == "legacy") return reply_error(id, -32601, "Method not found");
    if (era_ == "future")
        return reply_error(id, -32022, "too old", R"({"supported":["2099-01-01"]})");
    if (era_ == "tacit") era_ = "modern"; // names one era and serves that of its first message
    const auto* const others = era_ == "dual" ? R"(,"2025-11-25")" : "";
    reply(id, fmt::format(R"({{"resultType":"complete","supportedVersions":["2026-07-28"{}],)"
                          R"("capabilities":{},"instructions":"modern \"fake\"",)"
                          R"("_meta":{{"io.modelcontextprotocol/serverInfo":)"
                          R"({{"name":"fake","version":"2"}}}}}})",
                          others, capabilities()));
}

void fake_server::initialize(std::string_view id, std::string_view params) {
    if (era_ == "modern")
        return reply_error(id, -32022, "Unsupported protocol version",
                           R"({"supported":["2026-07-28"]})");
    if (era_ == "dual" || era_ == "tacit") era_ = "legacy";
    auto wanted = unquote_json(find_member(params, "protocolVersion")).value_or("");
    wanted = flags_.text("version", wanted);
    reply(id, fmt::format(R"({{"protocolVersion":{},"capabilities":{},"instructions":"legacy",)"
                          R"("serverInfo":{{"name":"fake","version":"1"}}}})",
                          quote_json(wanted), capabilities()));
}

std::string fake_server::capabilities() const {
    if (flags_.has("bare") || flags_.has("no-changes")) return R"({"tools":{}})";
    return R"({"tools":{"listChanged":true},"prompts":{},"resources":{},"logging":{}})";
}

std::string fake_server::tool_page(int page, int pages) const {
    const auto prefix = flags_.text("prefix", "tool");
    const int tool_count = flags_.number("tools", 1);
    std::string items;
    const auto add = [&items](std::string_view name) {
        if (!items.empty()) items += ',';
        items +=
            fmt::format(R"({{"name":{}, "inputSchema": {{"type":"object"}}}})", quote_json(name));
    };
    if (flags_.has("endless-pages")) {
        add(fmt::format("{}_{}", prefix, page));
        return items;
    }
    for (int i = page; i < tool_count; i += pages) add(fmt::format("{}_{}", prefix, i));
    if (page + 1 == pages)
        for (const auto& name : extra_tools_) add(name);
    return items;
}

void fake_server::list(std::string_view id, std::string_view method_name, std::string_view params) {
    if (method_name == flags_.text("garble", "-") || method_name == garbled_)
        return reply(id, R"({"tools":"none","prompts":{},"resources":7})");
    if (method_name == flags_.text("refuse", "-"))
        return reply_error(id, -32603, "the database is away");
    if (method_name == method::prompts_list)
        return reply(id, R"({"prompts":[{"name":"a prompt"}]})");
    if (method_name == method::resources_list)
        return reply(id, R"({"resources":[{"uri":"fake://one","name":"one"}]})");
    if (method_name != method::tools_list)
        return reply_error(id, -32601, "Method not found"); // no templates, as many servers
    const auto raw = std::string{find_member(params, "cursor")};
    const auto cursor = unquote_json(raw).value_or("/" + raw);
    const int page = raw.empty() ? 0 : std::stoi(cursor.substr(cursor.find('/') + 1));
    const int pages = flags_.number("pages", 1);
    if (flags_.has("refuse-page") && page > 0) return reply_error(id, -32602, "no such page");
    std::string next;
    // A cursor that needs escapes: it must come back as it went out.
    if (flags_.has("endless-pages") || page + 1 < pages)
        next = fmt::format(R"(,"nextCursor":"\"p\u00e4ge\"\/{}")", page + 1);
    if (flags_.has("number-cursor") && page + 1 < pages)
        next = fmt::format(R"(,"nextCursor":{})", page + 1);
    if (flags_.has("same-cursor")) next = R"(,"nextCursor":"again/0")";
    // "60000,public"; each further page is good for half the time
    auto hints = flags_.text("hints", "");
    if (const auto comma = hints.find(','); comma != hints.npos)
        hints =
            fmt::format(R"(,"ttlMs":{},"cacheScope":"{}")",
                        std::stoi(hints.substr(0, comma)) / (page + 1), hints.substr(comma + 1));
    reply(id, fmt::format(R"({{"tools":[{}]{}{}}})", tool_page(page, pages), next, hints));
}

void fake_server::tell_tools_changed() {
    has_changed_ = true;
    send(make_notification(notification::tools_changed, {}));
}

} // namespace mcpgw::fake
