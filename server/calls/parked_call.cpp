// SPDX-License-Identifier: Apache-2.0
#include "server/calls/parked_call.hpp"

#include "protocol/bridge/question_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

parked_call::parked_call(executor ex, identity who, revision server, owner_id owner,
                         admission may_park)
    : changed(ex)
    , executor_(ex)
    , who_(std::move(who))
    , server_(server)
    , owner_(owner)
    , may_park_(std::move(may_park)) {}

void parked_call::attach(std::shared_ptr<call_relay> relay) {
    relay_ = std::move(relay);
    parked_since_ = relay_ ? std::nullopt : std::optional{clock_type::now()};
    if (relay_) client_capabilities_ = relay_->client_capabilities();
    changed.notify_all();
}

void parked_call::forget_settled() {
    std::erase_if(questions_, [](const auto& q) { return q.pending->is_settled(); });
}

void parked_call::answer(std::string_view input_responses) {
    member_reader responses{input_responses};
    while (const auto response = responses.next()) {
        const auto asked = std::ranges::find(questions_, response->key, &open_question::key);
        if (asked == questions_.end() || !is_json_object(response->value)) continue;
        asked->pending->settle(std::string{response->value});
    }
    forget_settled();
    // What was left open is asked again, in the next round.
    for (auto& asked : questions_) asked.since = clock_type::now();
}

std::string parked_call::end_round() {
    forget_settled();
    ++round_;
    std::string members;
    for (const auto& asked : questions_) {
        members +=
            fmt::format(R"({}"{}":{{"method":"{}"{}{}}})", members.empty() ? "" : ",", asked.key,
                        asked.method, asked.params.empty() ? "" : R"(,"params":)", asked.params);
    }
    return "{" + members + "}";
}

std::optional<clock_type::time_point> parked_call::asking_since() const {
    std::optional<clock_type::time_point> newest;
    for (const auto& asked : questions_)
        if (!asked.pending->is_settled() && (!newest || asked.since > *newest))
            newest = asked.since;
    return newest;
}

void parked_call::finish(result<upstream_answer> outcome) {
    outcome_ = std::move(outcome);
    changed.notify_all();
}

result<upstream_answer> parked_call::take_outcome() {
    is_done_ = true;
    changed.notify_all();
    return std::move(*outcome_);
}

void parked_call::give_up(const fault& reason) {
    is_done_ = true;
    changed.notify_all();
    for (const auto& asked : std::exchange(questions_, {})) {
        if (asked.method == method::elicitation)
            asked.pending->settle(std::string{R"({"action":"cancel"})"});
        else
            asked.pending->settle(fault{errc::session_error, std::string{reason.message()}});
    }
    abort.abort(reason);
}

void parked_call::on_progress(std::string_view line, const envelope& message) {
    if (relay_) relay_->on_progress(line, message);
}

void parked_call::on_log(std::string_view line, const envelope& message) {
    if (relay_) relay_->on_log(line, message);
}

result<std::shared_ptr<question>> parked_call::ask(std::string_view method_name,
                                                   std::string_view params) {
    if (abort.reason()) return fault{errc::session_error, "the client's request has ended"};
    question_route route;
    route.server = server_;
    route.client = newest_modern;
    route.client_capabilities = client_capabilities_;
    auto shown = question_for_client(method_name, params, route);
    if (shown.has_error()) {
        // Many servers ask for roots by habit, whatever the call is about.
        const bool counts = method_name != method::roots_list;
        if (counts && !shown.error().data_json.empty()) missing_ = shown.error().data_json;
        return shown.error();
    }
    if (const auto allowed = may_park_(); allowed.has_error()) return allowed.error();
    auto pending = std::make_shared<question>(
        executor_, [this](const result<std::string>& /*answer*/) { changed.notify_all(); });
    questions_.push_back({fmt::format("r{}", ++keys_made_), std::string{method_name},
                          std::move(*shown), pending, clock_type::now()});
    changed.notify_all();
    return pending;
}

result<std::string> parked_call::translate_answer(std::string_view method_name,
                                                  std::string answer) {
    question_route route;
    route.server = server_;
    route.client = newest_modern;
    route.client_capabilities = client_capabilities_;
    return answer_for_server(method_name, answer, route);
}

bool parked_call::is_waiting_for_client() const {
    return asking_since().has_value();
}

std::optional<clock_type::time_point> parked_call::parked_since() const {
    return abort.reason() || has_ended() ? std::nullopt : parked_since_;
}

void parked_call::give_way() {
    give_up({errc::call_cancelled, "the client did not answer, and others needed the server"});
}

} // namespace mcpgw
