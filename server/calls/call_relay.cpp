// SPDX-License-Identifier: Apache-2.0
#include "server/calls/call_relay.hpp"

#include "protocol/bridge/notification_bridge.hpp"
#include "protocol/bridge/question_bridge.hpp"
#include "protocol/crypto/random.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "server/calls/start_progress.hpp"
#include "transports/session/session_table.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

std::optional<int> level_of(std::string_view raw) {
    return parse_log_level(unquote_json(raw).value_or(""));
}

constexpr owner_id session_bit = 1ULL << 63U; // keeps sessions and single requests apart
constexpr std::size_t unique_bytes = 8;

/// A session is one owner; each request of a client without one is its own.
owner_id owner_of(const client_request& request, std::uint64_t number) {
    if (request.client_era == era::modern) return number & ~session_bit;
    return std::hash<std::string>{}(request.session->id()) | session_bit;
}

bool is_more(std::string_view params, double floor) {
    const auto raw = find_member(params, "progress");
    double value = 0;
    const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    return read.ec != std::errc{} || value > floor; // what is no number is not ours to judge
}

} // namespace

call_relay::call_relay(const client_request& request, reply_sink& sink, std::uint64_t number)
    : sink_(&sink)
    , progress_token_(request.message.in_meta.progress_token.of(request.text))
    , client_(request.spoken)
    , owner_(owner_of(request, number)) {
    if (request.client_era == era::modern) {
        // 2026-07-28, server/utilities/logging: no messages unless the request asks for them.
        log_level_ = level_of(request.message.in_meta.log_level.of(request.text));
        wants_logs_ = log_level_.has_value();
        client_capabilities_ = request.message.in_meta.client_capabilities.of(request.text);
    } else {
        log_level_ = request.session->log_level;
        wants_logs_ = true;
        client_capabilities_ = request.session->client_capabilities;
    }
}

void call_relay::on_progress(std::string_view line, const envelope& message) {
    if (sink_ == nullptr || progress_token_.empty()) return;
    // 2025-11-25, basic/utilities/progress: the value must increase.
    if (progress_floor_ > 0 && !is_more(message.params.of(line), progress_floor_)) return;
    auto shown = progress_for_client(line, message, progress_token_, client_);
    if (!shown.empty()) sink_->notify(std::move(shown));
}

void call_relay::on_start(double progress, const std::string& message) {
    if (sink_ == nullptr || progress_token_.empty()) return;
    constexpr double step = 1e-6; // a second attempt counts from the beginning
    progress_floor_ = std::max(progress, progress_floor_ + step);
    const bool has_message = client_ >= revision::r2025_03_26;
    sink_->notify(start_progress_line(progress_token_, progress_floor_, message, has_message));
}

void call_relay::on_log(std::string_view line, const envelope& message) {
    if (sink_ == nullptr || !wants_logs_) return;
    const auto level = level_of(message.in_params.level.of(line));
    if (log_level_ && (!level || *level < *log_level_)) return;
    auto shown = log_for_client(line, message);
    if (!shown.empty()) sink_->notify(std::move(shown));
}

result<std::shared_ptr<question>> call_relay::ask(std::string_view method_name,
                                                  std::string_view params) {
    if (sink_ == nullptr) return fault{errc::session_error, "the request has ended"};
    if (refuses_questions_)
        return fault{errc::session_error, "the client cannot be asked: its request was meant for "
                                          "another server"};
    const auto unique_id = random_hex(unique_bytes);
    const question_route route{server_, client_, client_capabilities_, unique_id};
    auto shown = question_for_client(method_name, params, route);
    if (shown.has_error()) {
        // Many servers ask for roots by habit, whatever the call is about.
        const bool counts = method_name != method::roots_list;
        if (counts && !shown.error().data_json.empty()) missing_ = shown.error().data_json;
        return shown.error();
    }
    has_asked_ = true;
    auto asked = sink_->ask(method_name, *shown);
    if (!asked.has_error()) questions_.push_back(*asked);
    return asked;
}

result<std::string> call_relay::translate_answer(std::string_view method_name, std::string answer) {
    const question_route route{server_, client_, client_capabilities_, {}};
    return answer_for_server(method_name, answer, route);
}

void call_relay::refuse_questions() {
    refuses_questions_ = true;
    client_capabilities_ = "{}";
}

bool call_relay::is_waiting_for_client() const {
    return std::ranges::any_of(questions_, [](const auto& q) { return !q->is_settled(); });
}

void call_relay::withdraw(const fault& reason) {
    for (const auto& asked : questions_) asked->settle(reason);
    questions_.clear();
}

void call_relay::detach() {
    sink_ = nullptr;
    if (!questions_.empty()) withdraw({errc::call_cancelled, "the request has ended"});
}

} // namespace mcpgw
