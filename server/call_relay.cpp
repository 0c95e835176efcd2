#include "server/call_relay.hpp"

#include "protocol/json_text.hpp"
#include "protocol/question_bridge.hpp"
#include "protocol/splice.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

std::optional<int> level_of(std::string_view raw) {
    return parse_log_level(unquote_json(raw).value_or(""));
}

} // namespace

call_relay::call_relay(const client_request& request, reply_sink& sink)
    : sink_(&sink)
    , client_(request.spoken)
    , progress_token_(request.message.in_meta.progress_token.of(request.text))
    , owner_(request.session ? static_cast<const void*>(request.session.get())
                             : static_cast<const void*>(&request)) {
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
    spliced_text text{line};
    text.replace(message.in_params.progress_token, progress_token_);
    sink_->notify(text.str());
}

void call_relay::on_log(std::string_view line, const envelope& message) {
    if (sink_ == nullptr || !wants_logs_) return;
    const auto level = level_of(message.in_params.level.of(line));
    if (log_level_ && (!level || *level < *log_level_)) return;
    sink_->notify(std::string{line});
}

result<std::shared_ptr<question>> call_relay::ask(std::string_view method_name,
                                                  std::string_view params) {
    if (sink_ == nullptr) return fault{errc::session_error, "the request has ended"};
    question_route route;
    route.client = client_;
    route.client_capabilities = client_capabilities_;
    const auto id =
        fmt::format("gw-{:x}-{}", clock_type::now().time_since_epoch().count(), questions_.size());
    route.unique_id = id;
    const auto known = question_for_client(method_name, params, route);
    if (known.has_error()) return known.error();
    auto asked = sink_->ask(method_name, *known);
    if (!asked.has_error()) questions_.push_back(*asked);
    return asked;
}

void call_relay::withdraw(const fault& reason) {
    for (const auto& asked : questions_) asked->settle(reason);
    questions_.clear();
}

void call_relay::detach() {
    sink_ = nullptr;
    withdraw({errc::call_cancelled, "the request has ended"});
}

} // namespace mcpgw
