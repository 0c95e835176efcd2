// SPDX-License-Identifier: Apache-2.0
// An MCP server over stdio for the tests of the gateway: of one era only, and with tools that do
// what the demo server never does. `gateway_fake_server legacy|modern [OPTION...]`:
//   long-names, own-names  tools with names of that kind
//   prompts, completes     a prompt and a template; completions for them
//   2024                   the revision of 2024-11-05
//   plain                  tells no changes, and has a capability of its own
//   kept                   its lists may be kept for a minute, by anybody
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {
namespace {

class fake_server {
public:
    fake_server(era spoken, std::set<std::string, std::less<>> options)
        : era_(spoken), options_(std::move(options)) {
        tools_ = {"inspect", "rich", "listing", "bare",   "refuse",        "hang",      "cancelled",
                  "touch",   "grow", "moan",    "locals", "subscriptions", "interview", "stall",
                  "nag",     "who",  "chatty",  "routed", "links"};
        if (has("own-names")) tools_.emplace_back("get_schema"); // one of the gateway's
        if (!has("long-names")) return;
        tools_.push_back(std::string(80, 'n') + "_one");
        tools_.push_back(std::string(80, 'n') + "_two");
        tools_.push_back("odd.name/here");
    }

    void on_line(std::string_view line) {
        const auto scanned = scan_envelope(line);
        if (scanned.has_error()) return say(make_error_response({}, scanned.error()));
        line_ = line;
        message_ = *scanned;
        id_ = message_.id.of(line);
        const auto name = message_.method.of(line);
        if (message_.kind == message_kind::response) return on_answer();
        if (message_.kind == message_kind::notification) {
            if (name == notification::cancelled)
                cancelled_ += fmt::format("{}{}", cancelled_.empty() ? "" : ",",
                                          find_member(message_.params.of(line), "reason"));
            return;
        }
        on_request(name);
    }

private:
    [[nodiscard]] bool has(std::string_view option) const { return options_.contains(option); }
    void say(const std::string& line) { std::cout << line << '\n' << std::flush; }
    void answer(std::string_view members) {
        const bool is_modern = era_ == era::modern;
        say(make_response(id_,
                          fmt::format("{{{}{}{}}}", is_modern ? R"("resultType":"complete")" : "",
                                      is_modern && !members.empty() ? "," : "", members)));
    }
    void answer_text(std::string_view text) {
        answer(fmt::format(R"("content":[{{"type":"text","text":{}}}])", quote_json(text)));
    }
    void refuse(std::string_view code, std::string_view text) {
        say(make_raw_error_response(
            id_, fmt::format(R"({{"code":{},"message":{}}})", code, quote_json(text))));
    }
    [[nodiscard]] std::string_view argument(std::string_view key) const {
        return find_member(message_.in_params.arguments.of(line_), key);
    }

    void on_request(std::string_view name) {
        if (name == method::discover) {
            if (era_ == era::legacy) return refuse("-32601", "Method not found");
            return answer(fmt::format(R"("supportedVersions":["2026-07-28"],"capabilities":{}{})",
                                      capabilities(), hints()));
        }
        if (name == method::initialize && era_ == era::legacy)
            return answer(fmt::format(R"("protocolVersion":"{}","capabilities":{},)"
                                      R"("serverInfo":{{"name":"fake","version":"9"}},)"
                                      R"("instructions":"Handle with care.")",
                                      has("2024") ? "2024-11-05" : "2025-06-18", capabilities()));
        if (name == method::set_level) {
            level_ = message_.in_params.level.of(line_);
            return answer("");
        }
        if (name == method::tools_list) return list_tools();
        if (name == method::tools_call) return call_tool();
        if (name == method::resources_list)
            return answer(R"("resources":[{"uri":"fake://doc","name":"doc"}])" + hints());
        if (name == method::resources_templates_list)
            return answer(fmt::format(R"("resourceTemplates":[{}]{})",
                                      has("prompts") ? R"({"uriTemplate":"fake://t/{x}"})" : "",
                                      hints()));
        if (name == method::prompts_list)
            return answer(fmt::format(R"("prompts":[{}]{})",
                                      has("prompts") ? R"({"name":"ask"})" : "", hints()));
        if (name == method::complete && (has("completes") || has("2024")))
            return answer(fmt::format(R"("completion":{{"values":[{}]}})", quote_json(line_)));
        if (name == method::resources_read) return read_resource();
        if (name == method::resources_subscribe && has("forges"))
            return refuse("-32603", "\x01upstream");
        if (name == method::resources_subscribe || name == method::resources_unsubscribe) {
            subscriptions_ += fmt::format("{}{} {}", subscriptions_.empty() ? "" : ",", name,
                                          message_.in_params.uri.of(line_));
            return answer("");
        }
        refuse("-32601", "Method not found");
    }

    [[nodiscard]] std::string capabilities() const {
        if (has("plain"))
            return R"({"tools":{},"resources":{"listChanged":true},)"
                   R"("experimental":{"x":{"n":1.0}}})";
        return fmt::format(R"({{"tools":{{"listChanged":true}},{}{}{}}})",
                           era_ == era::modern ? R"("resources":{},"prompts":{})"
                                               : R"("resources":{"subscribe":true},"logging":{})",
                           era_ == era::legacy && has("prompts") ? R"(,"prompts":{})" : "",
                           has("completes") ? R"(,"completions":{})" : "");
    }
    [[nodiscard]] std::string hints() const {
        return has("kept") ? R"(,"ttlMs":60000,"cacheScope":"public")" : "";
    }

    void read_resource() {
        const auto uri = message_.in_params.uri.of(line_);
        if (uri == R"("fake://doc")" || uri == R"("fake://hidden")")
            return answer(
                fmt::format(R"("contents":[{{"uri":{},"text":"n = 1.0"}}],"x":1.0)", uri));
        if (uri == R"("fake://inner")")
            return answer(
                fmt::format(R"("contents":[{{"uri":{},"text":"{}"}}])", uri, to_string(era_)));
        refuse(era_ == era::legacy ? "-32002" : "-32602", "no such thing");
    }

    void list_tools() {
        std::string list;
        for (const auto& tool : tools_)
            list += fmt::format(R"({}{{"name":"{}","inputSchema":{{"type":"object","n":1.0{}}}}})",
                                list.empty() ? "" : ",", tool,
                                tool == "routed" ? R"(,"properties":{"region":{"type":"string",)"
                                                   R"("x-mcp-header":"Region"}})"
                                                 : "");
        answer(fmt::format(R"("tools":[{}]{})", list, hints()));
    }

    void call_tool() {
        const auto tool = unquote_json(message_.in_params.name.of(line_)).value_or("");
        if (tool == "inspect" || tool == "routed" || tool.starts_with("nnn") ||
            tool == "odd.name/here")
            return answer_text(line_);
        if (tool == "rich") return answer(rich);
        if (tool == "links") return answer(links);
        if (tool == "listing") return answer(R"("content":[],"structuredContent":[1,2.0])");
        if (tool == "bare") return answer(R"("content":[])");
        if (tool == "refuse")
            return refuse(argument("code"), unquote_json(argument("message")).value_or(""));
        if (tool == "hang") return;
        if (tool == "cancelled") return answer_text(cancelled_);
        if (tool == "subscriptions") return answer_text(subscriptions_);
        if (tool == "who") return answer_text(level_);
        if (tool == "touch") return touch();
        if (tool == "grow") return grow();
        if (tool == "chatty") return chat();
        if (tool == "moan") {
            std::fputs("before \xff\xfe after\n", stderr);
            return answer_text("moaned");
        }
        if (tool == "locals") return ask_for_roots();
        if (tool == "interview") return interview();
        if (tool == "stall") return stall();
        if (tool == "nag")
            return say(make_response(id_, R"({"resultType":"input_required","inputRequests":)"
                                          R"({"q":{"method":"elicitation/create","params":)"
                                          R"({"message":"Again?"}}}})"));
        refuse("-32602", "Unknown tool");
    }

    void touch() {
        say(make_notification(notification::resource_updated,
                              fmt::format(R"({{"uri":{}}})", argument("uri"))));
        answer_text("touched");
    }
    void grow() {
        tools_.push_back(fmt::format("grown_{}", tools_.size()));
        say(make_notification(notification::tools_changed, {}));
        answer_text("grown");
    }
    void chat() {
        for (const char* const level : {"debug", "warning", "error"})
            say(make_notification(notification::message,
                                  fmt::format(R"({{"level":"{}","data":"d"}})", level)));
        answer_text("chatted");
    }

    /// Legacy: a live request for the roots; the call is answered with what came back.
    void ask_for_roots() {
        asking_id_ = id_;
        say(make_request(R"("ask-1")", method::roots_list, {}));
    }
    void on_answer() {
        id_ = asking_id_;
        answer_text(message_.is_error ? message_.error.of(line_) : message_.result.of(line_));
    }

    /// Modern: two questions and a state; the retry is answered with what came.
    void interview() {
        const auto state = message_.in_params.request_state.of(line_);
        if (state == R"("round \u0031")")
            return answer_text(message_.in_params.input_responses.of(line_));
        if (!state.empty()) return refuse("-32602", "foreign state");
        say(make_response(
            id_,
            R"({"resultType":"input_required","inputRequests":{)"
            R"("a":{"method":"elicitation/create","params":{"mode":"form","message":"Name?"}},)"
            R"("b":{"method":"roots/list"}},"requestState":"round \u0031"})"));
    }
    /// Modern: "try again later" once.
    void stall() {
        if (message_.in_params.request_state)
            return answer_text(message_.in_params.input_responses ? "with responses"
                                                                  : "state only");
        say(make_response(id_, R"({"resultType":"input_required","requestState":"later"})"));
    }

    static constexpr std::string_view links =
        R"("content":[{"type":"resource_link","uri":"fake://hidden","name":"h"},)"
        R"({"type":"resource","resource":{"uri":"fake://inner","text":"t"}}])";
    static constexpr std::string_view rich =
        R"("content":[{"type":"text","text":"one\ntwo\nthree\nfour"},)"
        R"({"type":"image","data":"aGk=","mimeType":"image/png"},)"
        R"({"type":"resource","resource":{"uri":"fake://r","text":"1\n2\n3\n4"}}],)"
        R"("structuredContent":{"f":1.0,"big":12345678901234567890,"text":"one\ntwo\nthree"},)"
        R"("isError":true,"_meta":{"com.example/trace":1.0},"extra":[1.0])";

    era era_;
    std::set<std::string, std::less<>> options_;
    std::vector<std::string> tools_;
    std::string line_;
    envelope message_;
    std::string id_;
    std::string asking_id_;
    std::string cancelled_;
    std::string subscriptions_;
    std::string level_;
};

} // namespace
} // namespace mcpgw

int main(int argc, char** argv) {
    const std::string_view spoken = argc > 1 ? argv[1] : "";
    if (spoken != "legacy" && spoken != "modern") return 2;
    mcpgw::fake_server server{spoken == "modern" ? mcpgw::era::modern : mcpgw::era::legacy,
                              {argv + 2, argv + argc}};
    for (std::string line; std::getline(std::cin, line);) server.on_line(line);
    return 0;
}
