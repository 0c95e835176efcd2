#include "transports/http_exchange.hpp"

#include "protocol/rpc.hpp"

#include <cassert>
#include <exception>
#include <utility>

namespace mcpgw {

http_exchange::http_exchange(http_connection& connection, client_request& request)
    : connection_(connection), request_(request), stream_ended_(connection.service().ex) {
    request_.abort = &abort_;
}

http_exchange::~http_exchange() {
    assert(!is_writing_ && "finish() waits for the stream");
}

task<bool> http_exchange::run(std::vector<std::pair<std::string, std::string>> fields) {
    auto reply = co_await handle();
    const bool is_good = co_await finish(std::move(reply), std::move(fields));
    co_return is_good;
}

task<client_reply> http_exchange::handle() {
    // 2026-07-28, basic/patterns/cancellation: a disconnect is cancellation. For a legacy client it
    // is one too as long as its answer could not be fetched later.
    connection_.watch().start([this] {
        is_good_ = false;
        abort_.abort({errc::call_cancelled, "the client closed the connection"});
        if (box_) box_->close();
    });
    connection_.set_running(&abort_);
    client_reply reply;
    try {
        reply = co_await connection_.service().handler.handle(request_, *this);
    } catch (const std::exception& e) {
        // A bug of ours; this client gets an answer all the same, and the others notice nothing.
        connection_.service().log.error("a request ended with an unexpected exception: {}",
                                        e.what());
        reply.text = make_error_response(request_.id(), {errc::internal_error});
        reply.http_status = describe(errc::internal_error).http_status;
    }
    connection_.set_running(nullptr);
    connection_.watch().stop();
    co_return reply;
}

task<bool> http_exchange::finish(client_reply reply,
                                 std::vector<std::pair<std::string, std::string>> fields) {
    if (box_) {
        box_->push(reply.text);
        box_->close();
        while (is_writing_) co_await stream_ended_.wait();
        co_return is_good_;
    }
    if (!is_good_) co_return false;
    http_reply plain;
    plain.status = reply.http_status;
    plain.body = std::move(reply.text);
    plain.fields = std::move(fields);
    const bool is_good = co_await connection_.write(std::move(plain));
    co_return is_good;
}

bool http_exchange::start_stream() {
    if (box_) return true;
    box_ = std::make_shared<outbox>(connection_.service().ex, outbox::framing::events,
                                    connection_.service().limits.stream_queue_bytes_max);
    is_writing_ = connection_.service().tasks.spawn(write_stream());
    if (!is_writing_) box_.reset(); // no room; the answer goes out as a plain reply
    return is_writing_;
}

task<> http_exchange::write_stream() {
    struct end_mark {
        http_exchange& exchange;
        ~end_mark() {
            exchange.is_writing_ = false;
            exchange.stream_ended_.notify();
        }
    };
    const end_mark mark{*this};
    const bool is_good = co_await connection_.write_stream(box_);
    if (is_good) co_return;
    is_good_ = false;
    // Before the answer only a client that is gone, or stopped reading, ends the stream.
    if (!box_->is_closed()) abort_.abort({errc::call_cancelled, "the client stopped reading"});
}

void http_exchange::notify(std::string line) {
    if (!is_good_ || !start_stream()) return;
    box_->try_push(line);
}

result<std::shared_ptr<question>> http_exchange::ask(std::string_view method,
                                                     std::string_view params) {
    if (!request_.session)
        return fault{errc::session_error, "a client of this protocol revision cannot be asked "
                                          "while a request runs"};
    if (!is_good_) return fault{errc::session_error, "the client is gone"};
    if (!start_stream()) return fault{errc::server_busy, "too many streams to clients are open"};
    auto made = request_.session->make_question(method, params);
    if (made.has_error()) return made.error();
    box_->push(made->line);
    return made->pending;
}

} // namespace mcpgw
