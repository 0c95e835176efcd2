// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_batch.hpp"

#include "protocol/message/batch.hpp"
#include "protocol/message/rpc.hpp"
#include "transports/http_server/adaptive_reply.hpp"
#include "transports/http_server/http_exchange.hpp"
#include "transports/session/channel_request.hpp"

#include <cassert>
#include <list>
#include <new>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

/// The requests of one batch and their common reply. Lives in the frame of serve_http_batch().
class http_batch {
public:
    http_batch(http_connection& connection, std::shared_ptr<client_session> session)
        : connection_(connection)
        , session_(std::move(session))
        , reply_(connection, session_, {})
        , one_ended_(connection.service().ex) {}
    ~http_batch() { assert(running_ == 0 && "run() waits for all"); }
    http_batch(const http_batch&) = delete;
    http_batch& operator=(const http_batch&) = delete;

    void refuse(std::string_view id, const fault& reason) {
        answers_.push_back(make_error_response(id, reason));
    }
    void add(client_request request) { members_.emplace_back(*this, std::move(request)); }
    task<bool> run();

private:
    struct member final : reply_sink {
        member(http_batch& of, client_request r)
            : batch(of), request(std::move(r)), running(*of.session_, request.id(), abort) {
            request.abort = &abort;
        }
        void notify(std::string line) override {
            if (!abort.reason()) batch.reply_.notify(line);
        }
        result<std::shared_ptr<question>> ask(std::string_view method,
                                              std::string_view params) override {
            return batch.reply_.ask(method, params, questions);
        }

        http_batch& batch;
        client_request request;
        abort_signal abort;
        client_session::running_request running;
        question_group questions;
    };
    static task<> serve(member& m);
    void start(member& m);

    http_connection& connection_;
    std::shared_ptr<client_session> session_;
    adaptive_reply reply_;
    std::list<member> members_;
    std::vector<std::string> answers_;
    std::size_t running_ = 0;
    async_event one_ended_;
};

task<> http_batch::serve(member& m) {
    struct end_mark {
        http_batch& batch;
        ~end_mark() {
            --batch.running_;
            batch.one_ended_.notify();
        }
    };
    const end_mark mark{m.batch};
    auto reply = co_await run_handler(m.batch.connection_.service(), m.request, m);
    m.questions.withdraw();
    m.batch.answers_.push_back(reply.text.str());
}

void http_batch::start(member& m) {
    if (!m.running.is_unique())
        return refuse(m.request.id(),
                      {errc::invalid_request, "a request with this id is still in flight"});
    ++running_;
    bool is_begun = false;
    try {
        is_begun = connection_.service().tasks.spawn(serve(m));
    } catch (const std::bad_alloc&) { // the others run, and are waited for
    }
    if (is_begun) return;
    --running_;
    refuse(m.request.id(), {errc::server_busy, "too many requests are in flight"});
}

task<bool> http_batch::run() {
    abort_signal all;
    const abort_signal::listener on_abort{all, [this, &all] {
                                              for (auto& m : members_) m.abort.abort(*all.reason());
                                          }};
    reply_.start();
    connection_.set_running(&all);
    for (auto& m : members_) start(m);
    while (running_ > 0) co_await one_ended_.wait();
    connection_.set_running(nullptr);
    batch_answers together{answers_.size()};
    for (const auto& answer : answers_) together.add(answer);
    http_reply plain;
    plain.body = together.array();
    if (members_.empty()) plain.status = describe(errc::invalid_request).http_status;
    const bool is_good = co_await reply_.finish(std::move(answers_), std::move(plain));
    co_return is_good;
}

} // namespace

task<bool> serve_http_batch(http_connection& connection, client_request pattern, shared_text body) {
    auto& service = connection.service();
    const scan_limits scan{service.limits.depth_max};
    auto split = split_batch(body, service.limits.batch_messages_max, scan);
    if (split.has_error()) co_return co_await connection.write_error(split.error());
    const auto session = pattern.session;
    if (session->requests_in_flight() + split->size() > service.limits.requests_per_session_max) {
        const fault busy{errc::server_busy, "too many requests of this session are in flight "
                                            "(limits.requests_per_session_max)"};
        co_return co_await connection.write_error(busy);
    }
    http_batch batch{connection, session};
    bool gets_answer = false;
    for (auto& item : *split) {
        if (item.message.has_error()) {
            batch.refuse(find_id(item.text, scan), item.message.error());
            gets_answer = true;
            continue;
        }
        auto request = pattern;
        request.text = std::move(item.text);
        request.message = *item.message;
        if (request.message.kind == message_kind::request) {
            batch.add(std::move(request));
            gets_answer = true;
        } else {
            dispatch_one_way(service.handler, request);
        }
    }
    if (!gets_answer) {
        auto reply = accepted_reply();
        const bool is_sent = co_await connection.write(std::move(reply));
        co_return is_sent;
    }
    const bool is_good = co_await batch.run();
    session->last_used = clock_type::now();
    co_return is_good;
}

} // namespace mcpgw
