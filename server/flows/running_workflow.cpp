// SPDX-License-Identifier: Apache-2.0
#include "server/flows/running_workflow.hpp"

#include "protocol/bridge/question_bridge.hpp"
#include "protocol/crypto/random.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "transports/async/deadline_timer.hpp"
#include "transports/session/client_session.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr std::size_t rounds_max = 50; // of one call that asks again and again
constexpr std::size_t depth_max = 256;
constexpr std::size_t unique_bytes = 8;

double number_of(std::string_view raw) {
    double value = -1;
    const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    return read.ec == std::errc{} ? value : -1;
}

result<json::value> parsed(std::string_view raw) {
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code ec;
    auto value = json::parse(raw, ec, {}, options);
    if (ec) return fault{errc::server_failed, "the answer cannot be read"};
    return value;
}

} // namespace

/// What the servers say during one call of a step.
class running_workflow::step_sink final : public reply_sink {
public:
    step_sink(running_workflow& run, const step_call& call) : run_(run), call_(call) {}

    void notify(std::string line) override {
        const auto message = scan_envelope(line);
        if (message.has_error()) return;
        if (message->method.of(line) != notification::progress) {
            if (run_.sink_ != nullptr) run_.sink_->notify(std::move(line));
            return;
        }
        const auto params = message->params.of(line);
        const auto total = number_of(find_member(params, "total"));
        const auto done = number_of(find_member(params, "progress"));
        const auto says = unquote_json(find_member(params, "message")).value_or("");
        if (call_.on_progress) call_.on_progress(total > 0 ? done / total : -1, says);
    }
    result<std::shared_ptr<question>> ask(std::string_view method,
                                          std::string_view params) override {
        if (run_.sink_ == nullptr)
            return fault{errc::session_error, "the client of the workflow has gone"};
        return run_.sink_->ask(method, params);
    }

private:
    running_workflow& run_;
    const step_call& call_;
};

running_workflow::running_workflow(executor ex, identity who, workflow_client client,
                                   tool_dispatch& tools, workflow_finder find,
                                   std::chrono::milliseconds question_timeout)
    : changed(ex)
    , executor_(ex)
    , who_(std::move(who))
    , client_(std::move(client))
    , tools_(tools)
    , find_(std::move(find))
    , question_timeout_(question_timeout) {}

void running_workflow::attach(reply_sink* sink, std::string_view progress_token) {
    sink_ = sink;
    if (sink == nullptr) return;
    client_.progress_token = progress_token;
    told_ = 0; // of another token
}

std::shared_ptr<const workflow> running_workflow::find_workflow(std::string_view name) {
    return find_(name);
}

task<> running_workflow::run(std::shared_ptr<const workflow> flow, json::value params) {
    workflow_run::budget left;
    const auto limit = flow->timeout;
    workflow_run steps{executor_, std::move(flow), std::move(params), *this, left, {}};
    deadline_timer over{executor_};
    over.set(clock_type::now() + limit, [this, limit] {
        abort_.abort(
            {errc::call_timed_out,
             fmt::format("the workflow took longer than its timeout, {} ms", limit.count())});
    });
    auto outcome = co_await steps.run(abort_);
    over.clear();
    outcome_ = std::move(outcome);
    changed.notify_all();
}

workflow_outcome running_workflow::take_outcome() {
    is_done_ = true;
    changed.notify_all();
    return std::move(*outcome_);
}

void running_workflow::give_up(const fault& reason) {
    is_done_ = true;
    abort_.abort(reason);
    changed.notify_all();
}

task<result<json::value>> running_workflow::call(step_call what, abort_signal& signal) {
    if (what.timeout.count() == 0) {
        auto value = co_await call_until(what, signal);
        co_return value;
    }
    abort_signal own;
    const abort_signal::listener on_abort{signal, [&] {
                                              own.abort(*signal.reason());
                                          }};
    deadline_timer over{executor_};
    over.set(clock_type::now() + what.timeout, [&own, limit = what.timeout] {
        own.abort({errc::call_timed_out,
                   fmt::format("it took longer than its timeout, {} ms", limit.count())});
    });
    auto value = co_await call_until(what, own);
    over.clear();
    const bool was_late = own.reason() && own.reason()->code == errc::call_timed_out;
    if (was_late && value.has_error()) co_return *own.reason();
    co_return value;
}

task<result<json::value>> running_workflow::call_until(step_call& what, abort_signal& signal) {
    const auto arguments = json::serialize(what.arguments);
    step_sink sink{*this, what};
    std::string retry;
    for (std::size_t rounds = 0; rounds < rounds_max; ++rounds) {
        const auto request = client_.request_for(what.tool, arguments, retry, signal);
        if (request.has_error()) co_return request.error();
        auto answer = co_await tools_.call_tool(what.server, what.tool, *request, sink);
        if (answer.has_error()) co_return answer.error();
        const bool asks = client_.client_era == era::modern &&
                          find_member(*answer, "resultType") == R"("input_required")";
        if (!asks) co_return parsed(*answer);
        auto told = co_await ask_for(*answer, signal);
        if (told.has_error()) co_return told.error();
        retry = std::move(*told);
    }
    co_return fault{errc::server_failed, "the server asks again and again"};
}

std::shared_ptr<running_workflow::open_question>
running_workflow::add_question(std::string theirs, std::string request) {
    auto made = std::make_shared<open_question>();
    made->key = fmt::format("q{}", ++keys_made_);
    made->theirs = std::move(theirs);
    made->request = std::move(request);
    made->since = clock_type::now();
    questions_.push_back(made);
    changed.notify_all();
    return made;
}

task<result<void>> running_workflow::wait_for(std::vector<std::shared_ptr<open_question>> asked,
                                              abort_signal& signal) {
    const auto deadline = clock_type::now() + question_timeout_;
    const auto is_open = [&asked] {
        return std::ranges::any_of(asked, [](const auto& each) { return !each->answer; });
    };
    while (is_open() && !signal.reason() && clock_type::now() < deadline)
        co_await changed.wait_until(deadline, signal);
    std::erase_if(questions_,
                  [&](const auto& each) { return std::ranges::count(asked, each) > 0; });
    if (signal.reason()) co_return *signal.reason();
    if (is_open()) co_return fault{errc::call_cancelled, "the client did not answer in time"};
    co_return result<void>{};
}

task<result<std::string>> running_workflow::ask_for(std::string_view input_required,
                                                    abort_signal& signal) {
    std::vector<std::shared_ptr<open_question>> asked;
    member_reader requests{find_member(input_required, "inputRequests")};
    while (const auto each = requests.next())
        asked.push_back(add_question(std::string{each->key}, std::string{each->value}));
    const std::string state{find_member(input_required, "requestState")};
    if (!asked.empty()) {
        const auto answered = co_await wait_for(asked, signal);
        if (answered.has_error()) co_return answered.error();
    }
    member_writer responses;
    for (const auto& each : asked) responses.add(each->theirs, *each->answer);
    auto members = fmt::format(R"(,"inputResponses":{})", responses.object());
    if (!state.empty()) members += fmt::format(R"(,"requestState":{})", state);
    co_return members;
}

task<result<std::string>> running_workflow::ask_live(std::string_view method, std::string params,
                                                     abort_signal& signal) {
    if (sink_ == nullptr) co_return fault{errc::session_error, "the client has gone"};
    auto asked = sink_->ask(method, params);
    if (asked.has_error()) co_return asked.error();
    const auto pending = *asked;
    const abort_signal::listener on_abort{signal, [&] {
                                              pending->settle(*signal.reason());
                                          }};
    auto answer = co_await pending->wait(clock_type::now() + question_timeout_);
    co_return answer;
}

task<result<std::string>> running_workflow::ask_parked(std::string method, std::string params,
                                                       abort_signal& signal) {
    const auto question =
        add_question({}, fmt::format(R"({{"method":"{}","params":{}}})", method, params));
    std::vector<std::shared_ptr<open_question>> asked{question};
    const auto answered = co_await wait_for(asked, signal);
    if (answered.has_error()) co_return answered.error();
    co_return *question->answer;
}

task<result<json::value>> running_workflow::ask(std::string step, std::string method,
                                                json::value params, abort_signal& signal) {
    const auto unique_id = random_hex(unique_bytes);
    const question_route route{newest_legacy, client_.spoken, client_.capabilities, unique_id};
    auto shown = question_for_client(method, json::serialize(params), route);
    if (shown.has_error())
        co_return fault{shown.error().code,
                        fmt::format("the client cannot be asked what '{}' wants to know: {}", step,
                                    shown.error().message()),
                        shown.error().data_json};
    result<std::string> answer = std::string{};
    if (client_.client_era == era::legacy)
        answer = co_await ask_live(method, std::move(*shown), signal);
    else
        answer = co_await ask_parked(method, std::move(*shown), signal);
    if (answer.has_error()) co_return answer.error();
    auto understood = answer_for_server(method, *answer, route);
    if (understood.has_error()) co_return understood.error();
    co_return parsed(*understood);
}

task<> running_workflow::pause(std::chrono::milliseconds delay, abort_signal& signal) {
    async_condition never{executor_};
    co_await never.wait_until(clock_type::now() + delay, signal);
}

void running_workflow::on_progress(double done, std::size_t steps, const std::string& message) {
    if (sink_ == nullptr || client_.progress_token.empty() || done <= told_) return;
    told_ = done;
    const auto text = client_.spoken >= revision::r2025_03_26
                          ? fmt::format(R"(,"message":{})", quote_json(message))
                          : std::string{};
    sink_->notify(fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/progress","params":{{)"
                              R"("progressToken":{},"progress":{},"total":{}{}}}}})",
                              client_.progress_token, done, steps, text));
}

void running_workflow::answer(std::string_view input_responses) {
    for (const auto& each : questions_) {
        const auto given = find_member(input_responses, each->key);
        if (!given.empty() && !each->answer) each->answer = std::string{given};
    }
    changed.notify_all();
}

std::string running_workflow::end_round() {
    ++round_;
    member_writer requests;
    for (const auto& each : questions_)
        if (!each->answer) requests.add(each->key, each->request);
    return requests.object();
}

std::optional<clock_type::time_point> running_workflow::asking_since() const {
    std::optional<clock_type::time_point> since;
    for (const auto& each : questions_)
        if (!each->answer && (!since || each->since > *since)) since = each->since;
    return since;
}

} // namespace mcpgw
