#include "transports/session_request.hpp"

#include "protocol/rpc.hpp"

#include <exception>
#include <utility>

namespace mcpgw {

namespace {

class channel_sink final : public reply_sink {
public:
    channel_sink(client_request& request, std::shared_ptr<outbox> box)
        : request_(request), box_(std::move(box)) {}

    void notify(std::string line) override { box_->try_push(line); }

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

task<> run_session_request(request_handler& handler, client_request request,
                           std::shared_ptr<outbox> box) {
    abort_signal abort;
    request.abort = &abort;
    // Clients must not cancel initialize (2025-11-25, basic/utilities/cancellation).
    const bool is_cancellable = request.method() != method::initialize;
    const client_session::running_request running{*request.session, request.id(), abort,
                                                  is_cancellable};
    if (!running.is_unique()) {
        box->push(make_error_response(
            request.id(), {errc::invalid_request, "a request with this id is still in flight"}));
        co_return;
    }
    channel_sink sink{request, box};
    client_reply reply;
    std::exception_ptr bug;
    try {
        reply = co_await handler.handle(request, sink);
    } catch (...) {
        bug = std::current_exception();
        reply.text = make_error_response(request.id(), {errc::internal_error});
    }
    sink.withdraw_questions();
    // A cancelled request gets no answer (2025-11-25, basic/utilities/cancellation).
    const bool was_cancelled = abort.reason() && abort.reason()->code == errc::call_cancelled;
    if (!was_cancelled) box->push(reply.text);
    if (bug) std::rethrow_exception(bug); // to the group, which reports it
}

} // namespace mcpgw
