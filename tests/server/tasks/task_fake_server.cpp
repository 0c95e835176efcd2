// SPDX-License-Identifier: Apache-2.0
// An MCP server over stdio with tasks, for the tests of the gateway: core tasks of 2025-11-25 or
// the extension io.modelcontextprotocol/tasks. Its tasks do what its other tools are told.
// `task_fake_server legacy|modern`.
#include "protocol/bridge/task_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {
namespace {

struct fake_task {
    std::string id;
    task_status status = task_status::working;
    std::string result, error;          ///< raw
    std::vector<std::string> waiting;   ///< raw ids of tasks/result that wait
    std::vector<std::string> questions; ///< keys, or raw ids of requests
    std::string answers;                ///< raw, as they came
    std::string ttl;                    ///< raw
    std::string progress_token;         ///< raw, of the call that made it
    int steps = 0;                      ///< told as progress
};

class task_server {
public:
    explicit task_server(era spoken) : era_(spoken) {}

    void on_line(std::string_view line) {
        const auto scanned = scan_envelope(line);
        if (scanned.has_error()) return;
        line_ = line;
        message_ = *scanned;
        id_ = message_.id.of(line);
        if (message_.kind == message_kind::response) return on_response();
        if (message_.kind == message_kind::request) on_request(message_.method.of(line));
    }

private:
    [[nodiscard]] bool is_modern() const { return era_ == era::modern; }
    void say(const std::string& line) { std::cout << line << '\n' << std::flush; }
    void answer(std::string_view members) {
        say(make_response(id_,
                          fmt::format("{{{}{}{}}}", is_modern() ? R"("resultType":"complete")" : "",
                                      is_modern() && !members.empty() ? "," : "", members)));
    }
    void answer_text(std::string_view text) {
        answer(fmt::format(R"("content":[{{"type":"text","text":{}}}])", quote_json(text)));
    }
    void refuse(int code, std::string_view text, std::string_view data = {}) {
        say(make_raw_error_response(id_, fmt::format(R"({{"code":{},"message":{}{}{}}})", code,
                                                     quote_json(text),
                                                     data.empty() ? "" : R"(,"data":)", data)));
    }
    [[nodiscard]] std::string_view argument(std::string_view key) const {
        return find_member(message_.in_params.arguments.of(line_), key);
    }

    void on_request(std::string_view name) {
        if (name.starts_with("tasks/")) return on_task_request(name);
        if (name == method::discover) {
            if (!is_modern()) return refuse(-32601, "Method not found");
            return answer(R"("supportedVersions":["2026-07-28"],"capabilities":{"tools":{},)"
                          R"("extensions":{"io.modelcontextprotocol/tasks":{}}})");
        }
        if (name == method::initialize && !is_modern())
            return answer(R"("protocolVersion":"2025-11-25","capabilities":{"tools":{},"tasks":)"
                          R"({"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}},)"
                          R"("serverInfo":{"name":"tasks","version":"1"})");
        if (name == method::tools_list) return list_tools();
        if (name == method::tools_call) return call_tool();
        refuse(-32601, "Method not found");
    }

    void list_tools() {
        std::string list;
        for (const std::string_view tool :
             {"work", "quick", "end", "ask", "tell", "step", "about", "seen", "polls", "die"})
            list += fmt::format(R"({}{{"name":"{}","inputSchema":{{"type":"object"}}{}}})",
                                list.empty() ? "" : ",", tool, execution(tool));
        answer(fmt::format(R"("tools":[{}])", list));
    }
    [[nodiscard]] std::string execution(std::string_view tool) const {
        if (is_modern() || (tool != "work" && tool != "quick")) return {};
        return fmt::format(R"(,"execution":{{"taskSupport":"{}"}})",
                           tool == "work" ? "required" : "optional");
    }

    void call_tool() {
        const auto tool = unquote_json(message_.in_params.name.of(line_)).value_or("");
        if (tool == "work") return work();
        if (tool == "quick") return answer_text(find_member(message_.params.of(line_), "task"));
        if (tool == "end") return end();
        if (tool == "ask") return ask();
        if (tool == "tell") return tell();
        if (tool == "step") return step();
        if (tool == "die") std::_Exit(3);
        if (tool == "about") return answer_text(tasks_.back().answers);
        if (tool == "seen") return answer_text(seen_);
        if (tool == "polls") return answer_text(std::to_string(polls_));
        refuse(-32602, "Unknown tool");
    }

    void work() {
        const auto capabilities = message_.in_meta.client_capabilities.of(line_);
        if (is_modern() && !declares_tasks(capabilities))
            return refuse(-32021, "Missing required client capability",
                          R"({"requiredCapabilities":{"extensions":)"
                          R"({"io.modelcontextprotocol/tasks":{}}}})");
        if (!is_modern() && find_member(message_.params.of(line_), "task").empty())
            return refuse(-32601, "work needs a task");
        fake_task made;
        made.id = fmt::format("t-{}", tasks_.size() + 1);
        made.ttl = argument("ttl").empty() ? "600000" : std::string{argument("ttl")};
        made.progress_token = message_.in_meta.progress_token.of(line_);
        tasks_.push_back(made);
        if (is_modern()) {
            say(make_response(id_, fmt::format(R"({{"resultType":"task",{}}})", members(made))));
        } else {
            answer(fmt::format(R"("task":{{{}}})", members(made)));
        }
        if (argument("asks") == "true") ask_for(tasks_.back(), 1);
    }

    [[nodiscard]] std::string members(const fake_task& task) const {
        return fmt::format(R"("taskId":"{}","status":"{}","createdAt":"2026-01-01T00:00:00Z",)"
                           R"("lastUpdatedAt":"2026-01-01T00:00:01Z","{}":{},"{}":50)",
                           task.id, to_string(task.status), is_modern() ? "ttlMs" : "ttl", task.ttl,
                           is_modern() ? "pollIntervalMs" : "pollInterval");
    }

    /// Ends the newest task: good, bad (isError) or broken (a JSON-RPC error).
    void end() {
        const auto how = unquote_json(argument("how")).value_or("");
        auto& task = tasks_.back();
        task.status = how == "broken" || (how == "bad" && !is_modern()) ? task_status::failed
                                                                        : task_status::completed;
        if (how == "broken")
            task.error = R"({"code":-32603,"message":"it broke"})";
        else
            task.result = fmt::format(R"({{"content":[{{"type":"text","text":"{}"}}]{}{}}})", how,
                                      how == "bad" ? R"(,"isError":true)" : "",
                                      is_modern() ? ""
                                                  : R"(,"_meta":{"io.modelcontextprotocol/)"
                                                    R"(related-task":{"taskId":")" +
                                                        task.id + R"("}})");
        answer_text("ended");
        answer_waiting(task);
    }
    void answer_waiting(fake_task& task) {
        for (const auto& id : task.waiting)
            say(task.error.empty() ? make_response(id, task.result)
                                   : make_raw_error_response(id, task.error));
        task.waiting.clear();
    }

    void ask() {
        answer_text("asked");
        ask_for(tasks_.back(), 2);
    }
    void ask_for(fake_task& task, int count) {
        task.status = task_status::input_required;
        for (int i = 0; i < count; ++i) {
            ++questions_;
            if (is_modern()) {
                task.questions.push_back(fmt::format("k{}", questions_));
                continue;
            }
            task.questions.push_back(fmt::format("\"ask-{}\"", questions_));
            say(make_request(
                task.questions.back(), method::elicitation,
                fmt::format(R"({{"message":"Question {}?","requestedSchema":{{"type":"object",)"
                            R"("properties":{{}}}},"_meta":{{"{}":{{"taskId":"{}"}}}}}})",
                            questions_, meta_key::related_task, task.id)));
        }
    }
    void on_response() {
        for (auto& task : tasks_) {
            const auto found = std::ranges::find(task.questions, id_);
            if (found == task.questions.end()) continue;
            take_answer(task, found - task.questions.begin(),
                        message_.is_error ? message_.error.of(line_) : message_.result.of(line_));
        }
    }
    void take_answer(fake_task& task, std::ptrdiff_t index, std::string_view answer) {
        task.answers += fmt::format("{}{}", task.answers.empty() ? "" : " ", answer);
        task.questions.erase(task.questions.begin() + index);
        if (task.questions.empty() && !is_terminal(task.status)) task.status = task_status::working;
    }

    void tell() {
        answer_text("told");
        const auto& task = tasks_.back();
        say(make_notification(notification::task_status, "{" + members(task) + "}"));
    }

    void step() {
        answer_text("stepped");
        auto& task = tasks_.back();
        say(make_notification(notification::progress,
                              fmt::format(R"({{"progressToken":{},"progress":{}}})",
                                          task.progress_token, ++task.steps)));
    }

    void on_task_request(std::string_view name) {
        if (name == method::tasks_get)
            ++polls_;
        else
            seen_ += fmt::format("{}{}", seen_.empty() ? "" : ",", name);
        const auto wanted = unquote_json(find_member(message_.params.of(line_), "taskId"));
        const auto found = std::ranges::find(tasks_, wanted.value_or(""), &fake_task::id);
        if (found == tasks_.end()) return refuse(-32602, "no such task");
        if (name == method::tasks_get) return answer(detail(*found));
        if (name == method::tasks_cancel) return cancel(*found);
        if (name == method::tasks_update && is_modern()) return update(*found);
        if (name != method::tasks_result || is_modern()) return refuse(-32601, "Method not found");
        found->waiting.push_back(id_);
        if (is_terminal(found->status)) answer_waiting(*found);
    }
    [[nodiscard]] std::string detail(const fake_task& task) const {
        auto text = members(task);
        if (!is_modern()) return text;
        if (!task.result.empty()) text += R"(,"result":)" + task.result;
        if (!task.error.empty()) text += R"(,"error":)" + task.error;
        if (task.questions.empty()) return text;
        std::string list;
        for (const auto& key : task.questions)
            list +=
                fmt::format(R"({}"{}":{{"method":"elicitation/create","params":{{"mode":"form",)"
                            R"("message":"{}?","requestedSchema":{{"type":"object",)"
                            R"("properties":{{}}}}}}}})",
                            list.empty() ? "" : ",", key, key);
        return fmt::format(R"({},"inputRequests":{{{}}})", text, list);
    }
    void cancel(fake_task& task) {
        if (is_terminal(task.status) && !is_modern())
            return refuse(-32602, "Cannot cancel task: already in terminal status");
        if (!is_terminal(task.status)) {
            task.status = task_status::cancelled;
            task.error = R"({"code":-32603,"message":"cancelled"})";
            if (is_modern()) task.questions.clear();
        }
        answer(is_modern() ? std::string{} : members(task));
        answer_waiting(task);
        if (is_modern()) task.error.clear();
    }
    void update(fake_task& task) {
        member_reader reader{message_.in_params.input_responses.of(line_)};
        while (const auto member = reader.next()) {
            const auto found = std::ranges::find(task.questions, member->key);
            if (found != task.questions.end())
                take_answer(task, found - task.questions.begin(), member->value);
        }
        answer("");
    }

    era era_;
    std::string line_;
    envelope message_;
    std::string id_;
    std::vector<fake_task> tasks_;
    std::string seen_; ///< the task requests it had, but for the polls
    int polls_ = 0;
    int questions_ = 0;
};

} // namespace
} // namespace mcpgw

int main(int argc, char** argv) {
    const std::string_view spoken = argc > 1 ? argv[1] : "";
    if (spoken != "legacy" && spoken != "modern") return 2;
    mcpgw::task_server server{spoken == "modern" ? mcpgw::era::modern : mcpgw::era::legacy};
    for (std::string line; std::getline(std::cin, line);) server.on_line(line);
    return 0;
}
