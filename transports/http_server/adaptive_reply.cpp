// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/adaptive_reply.hpp"

#include "protocol/http/sse.hpp"

#include <exception>

namespace mcpgw {

/// What the coroutine needs that writes the stream. It may outlive the reply: where that ends by an
/// exception, nobody waits.
struct adaptive_reply::writer {
    explicit writer(adaptive_reply& r)
        : reply(&r)
        , connection(r.connection_)
        , connected(r.connection_)
        , session(r.session_)
        , box(r.box_) {}
    ~writer() {
        if (reply != nullptr) reply->writer_ = nullptr; // the end of `connected` wakes it
    }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    adaptive_reply* reply; ///< null: it has ended
    http_connection& connection;
    http_connection::hold connected;
    std::shared_ptr<client_session> session;
    std::shared_ptr<outbox> box;
};

adaptive_reply::adaptive_reply(http_connection& connection, std::shared_ptr<client_session> session,
                               std::function<void()> on_lost)
    : connection_(connection)
    , session_(std::move(session))
    , on_lost_(std::move(on_lost))
    , form_(connection.form()) {}

/// finish() waits for the stream, unless it was never called or came to no end.
adaptive_reply::~adaptive_reply() {
    if (writer_ == nullptr) return;
    writer_->reply = nullptr;
    connection_.input().bytes().unwatch();
    connection_.deadline().clear();
    if (session_) session_->streams.finish(stream_); // whoever resumes it waits for nothing
    box_->close();
    connection_.close();
}

void adaptive_reply::start() {
    connection_.input().bytes().watch([this] { lose(); });
    // Clients before 2025-11-25 stumble over an event without data.
    if (session_ && form_ != reply_form::json && session_->spoken >= revision::r2025_11_25)
        connection_.deadline().set(clock_type::now() + connection_.service().options.stream_delay,
                                   [this] { begin_stream(); });
}

bool adaptive_reply::begin_stream() {
    if (box_) return true;
    if (form_ == reply_form::json) return false; // all that the client reads is one answer
    auto& service = connection_.service();
    connection_.deadline().clear();
    if (is_lost_ || service.tasks.is_full()) return false; // the answer goes out as a plain reply
    box_ = std::make_shared<outbox>(service.ex, outbox::framing::events,
                                    service.limits.stream_queue_bytes_max, service.memory);
    bool is_begun = false;
    try {
        is_begun = open_stream();
    } catch (const std::exception& e) { // there is no memory for it
        service.log.error("an event stream did not begin: {}", e.what());
    }
    if (is_begun) return true;
    if (session_) session_->streams.release(*box_);
    box_.reset();
    return false;
}

/// False: the gateway stops.
bool adaptive_reply::open_stream() {
    auto& service = connection_.service();
    if (session_) {
        stream_ = session_->streams.open(box_);
        if (session_->spoken >= revision::r2025_11_25)
            session_->streams.push_priming(*box_, stream_, service.options.retry_delay);
    }
    auto writing = std::make_unique<writer>(*this);
    writer_ = writing.get();
    return service.tasks.spawn(write_stream(std::move(writing)));
}

task<> adaptive_reply::write_stream(std::unique_ptr<writer> writing) {
    const auto box = writing->box;
    bool is_good = false;
    try {
        is_good = co_await writing->connection.write_stream(box);
    } catch (const std::exception& e) { // the client must see that no more will come
        writing->connection.service().log.error("an event stream was broken off: {}", e.what());
        writing->connection.close();
    }
    if (writing->session) writing->session->streams.release(*box);
    if (writing->reply != nullptr) writing->reply->on_written(is_good);
}

void adaptive_reply::on_written(bool is_good) {
    is_good_ = is_good && is_good_;
    // Before the end only a client that is gone, or stopped reading, ends the stream.
    if (!box_->is_delivered()) lose();
}

void adaptive_reply::lose() {
    if (std::exchange(is_lost_, true)) return;
    is_good_ = false;
    if (!box_) connection_.deadline().clear();
    if (box_) box_->close();
    if (!session_) return on_lost_();
    // A disconnect is no cancellation here (2025-11-25, basic/transports, "Sending Messages to the
    // Server"): the call runs on, and its stream waits for the client.
    if (box_) session_->streams.release(*box_);
    connection_.close();
}

void adaptive_reply::notify(std::string_view line) {
    if (!begin_stream()) return;
    if (session_)
        session_->streams.notify(stream_, line);
    else
        box_->try_push(line);
}

result<std::shared_ptr<question>>
adaptive_reply::ask(std::string_view method, std::string_view params, question_group& group) {
    if (!session_)
        return fault{errc::session_error, "a client of this protocol revision cannot be asked "
                                          "while a request runs"};
    if (form_ == reply_form::json)
        return fault{errc::session_error, "the client cannot be asked: its Accept does not allow "
                                          "text/event-stream, on which a question comes"};
    if (!box_ && is_lost_) return fault{errc::session_error, "the client is gone"};
    if (!begin_stream()) return fault{errc::server_busy, "too many streams to clients are open"};
    // Safe for as long as the question is open, which may be longer than the session lives.
    auto tell = [session = std::weak_ptr{session_}, stream = stream_](const std::string& line) {
        if (const auto alive = session.lock()) alive->streams.push(stream, line);
    };
    auto made = session_->make_question(method, params, std::move(tell));
    if (made.has_error()) return made.error();
    push(made->line);
    group.add(made->pending);
    return made->pending;
}

void adaptive_reply::push(std::string_view line) {
    if (session_)
        session_->streams.push(stream_, line);
    else
        box_->push(line);
}

task<bool> adaptive_reply::finish(http_reply&& plain) {
    std::vector<std::string> answers;
    if (box_) answers.push_back(plain.body.str());
    return finish(std::move(answers), std::move(plain));
}

task<bool> adaptive_reply::finish(std::vector<std::string> answers, http_reply&& plain) {
    connection_.input().bytes().unwatch();
    if (box_ || is_lost_) return end_stream(std::move(answers));
    connection_.deadline().clear();
    if (form_ == reply_form::events && plain.status == 200) make_stream_of(plain);
    return connection_.write(std::move(plain));
}

task<bool> adaptive_reply::end_stream(std::vector<std::string> answers) {
    if (!box_) co_return false; // the client left before there was one
    for (const auto& answer : answers) push(answer);
    if (session_)
        session_->streams.finish(stream_);
    else
        box_->close();
    while (writer_ != nullptr) co_await connection_.released().wait();
    co_return is_good_;
}

/// For a client that reads nothing but event streams: one whose length is known.
void adaptive_reply::make_stream_of(http_reply& plain) {
    std::string events;
    append_sse_line(events, plain.body.str());
    plain.content_type = "text/event-stream";
    plain.body = std::move(events);
    plain.fields.emplace_back("Cache-Control", "no-cache, no-transform");
}

} // namespace mcpgw
