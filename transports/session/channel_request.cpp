// SPDX-License-Identifier: Apache-2.0
#include "transports/session/channel_request.hpp"

#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace mcpgw {

namespace {

class channel_sink final : public reply_sink {
public:
    channel_sink(client_request& request, std::shared_ptr<outbox> box)
        : request_(request), box_(std::move(box)) {}

    void notify(std::string line) override {
        // Nothing more may be said about a cancelled request (2026-07-28, basic/transports/stdio).
        if (!request_.abort->reason()) box_->try_push(line);
    }

    result<std::shared_ptr<question>> ask(std::string_view method,
                                          std::string_view params) override {
        // A modern client must not be sent requests (2026-07-28, basic/transports/stdio).
        if (request_.client_era == era::modern)
            return fault{errc::session_error, "a client of this protocol revision cannot be asked "
                                              "while a request runs"};
        auto tell = [box = box_](const std::string& line) {
            box->push(line);
        };
        auto made = request_.session->make_question(method, params, std::move(tell));
        if (made.has_error()) return made.error();
        box_->push(made->line);
        questions_.add(made->pending);
        return made->pending;
    }
    void withdraw_questions() { questions_.withdraw(); }

private:
    client_request& request_;
    std::shared_ptr<outbox> box_;
    question_group questions_;
};

} // namespace

void dispatch_one_way(request_handler& handler, const client_request& message) {
    if (message.message.kind == message_kind::response)
        message.session->on_response(message.text, message.message);
    else if (message.method() == notification::cancelled)
        message.session->cancel(message.text, message.message);
    else
        handler.on_notification(message);
}

namespace {

/// A stream that ends by itself is told apart from a lost one: on a shared channel by a
/// notification (2026-07-28, basic/patterns/cancellation), and by its answer.
bool is_ended_listen(const client_request& request, const client_reply& reply) {
    if (request.client_era != era::modern || request.method() != method::listen) return false;
    const auto scanned = scan_envelope(reply.text.str());
    return scanned.has_value() && !scanned->is_error;
}

void deliver(const client_request& request, client_reply reply, outbox& box, batch_answers* batch) {
    // A cancelled request gets no answer (2025-11-25, basic/utilities/cancellation).
    const auto& reason = request.abort->reason();
    const bool was_cancelled = reason && reason->code == errc::call_cancelled;
    if (was_cancelled) reply.text.clear();
    if (batch != nullptr) {
        batch->add(reply.text.str());
        if (batch->is_complete() && !batch->answers().empty()) box.push(batch->array());
        return;
    }
    if (was_cancelled) return;
    if (is_ended_listen(request, reply))
        box.push(make_notification(notification::cancelled,
                                   fmt::format(R"({{"requestId":{}}})", request.id())));
    box.push_text(std::move(reply.text));
}

} // namespace

task<> run_channel_request(request_handler& handler, client_request request,
                           std::shared_ptr<outbox> box, std::shared_ptr<batch_answers> batch) {
    abort_signal abort;
    request.abort = &abort;
    // Clients must not cancel initialize (2025-11-25, basic/utilities/cancellation).
    const bool is_cancellable = request.method() != method::initialize;
    const client_session::running_request running{*request.session, request.id(), abort,
                                                  is_cancellable};
    client_reply reply;
    if (!running.is_unique()) {
        reply.text = make_error_response(
            request.id(), {errc::invalid_request, "a request with this id is still in flight"});
        deliver(request, std::move(reply), *box, batch.get());
        co_return;
    }
    channel_sink sink{request, box};
    std::exception_ptr bug;
    try {
        reply = co_await handler.handle(request, sink);
    } catch (...) {
        bug = std::current_exception();
        reply.text = make_error_response(request.id(), {errc::internal_error});
    }
    sink.withdraw_questions();
    deliver(request, std::move(reply), *box, batch.get());
    if (bug) std::rethrow_exception(bug); // to the group, which reports it
}

bool speaks_batches(const client_session& session) {
    return session.is_initialized && session.spoken == revision::r2025_03_26;
}

result<void> take_channel_batch(request_handler& handler, const client_limits& limits,
                                task_group& tasks, const client_request& batch,
                                const std::shared_ptr<outbox>& box) {
    const scan_limits scan{limits.depth_max};
    auto split = split_batch(batch.text, limits.batch_messages_max, scan);
    if (split.has_error()) return split.error();
    const auto gets_answer = [](const batch_item& item) {
        return item.message.has_error() || item.message->kind == message_kind::request;
    };
    const auto expected = std::ranges::count_if(*split, gets_answer);
    auto answers = std::make_shared<batch_answers>(static_cast<std::size_t>(expected));
    const auto refuse = [&](std::string_view id, const fault& reason) {
        answers->add(make_error_response(id, reason));
        if (answers->is_complete()) box->push(answers->array());
    };
    const auto& session = *batch.session;
    for (auto& item : *split) {
        if (item.message.has_error()) {
            refuse(find_id(item.text, scan), item.message.error());
            continue;
        }
        auto request = batch;
        request.text = std::move(item.text);
        request.message = *item.message;
        if (request.message.kind != message_kind::request) {
            dispatch_one_way(handler, request);
            continue;
        }
        const std::string id{request.id()};
        const bool has_room = session.requests_in_flight() < limits.requests_per_session_max;
        if (!has_room ||
            !tasks.spawn(run_channel_request(handler, std::move(request), box, answers)))
            refuse(id, {errc::server_busy, "too many requests are in flight "
                                           "(limits.requests_per_session_max)"});
    }
    return {};
}

} // namespace mcpgw
