// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/load/http_lane.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace mcpgw::bench {

http_lane::http_lane(std::uint16_t port, const std::string& path, const call_kind& kind,
                     dialect spoken, answer_check& check)
    : connection_(port), path_(path), check_(check) {
    if (spoken == dialect::legacy) session_ = open_session(connection_, path_);
    request_ = make_post(make_message(kind, spoken), path_, fields_of(kind, spoken, session_));
}

void http_lane::watch(int poller, std::uint64_t key) {
    // Edges: one registration does for reading and writing, without a system call in between.
    epoll_event wanted{};
    wanted.events = EPOLLIN | EPOLLOUT | EPOLLET;
    wanted.data.u64 = key;
    ::epoll_ctl(poller, EPOLL_CTL_ADD, connection_.socket(), &wanted);
}

void http_lane::send(std::uint64_t id) {
    id_ = id;
    request_.set_id(id);
    written_ = 0;
    write();
}

void http_lane::write() {
    while (written_ < request_.bytes.size()) {
        const auto count = ::send(connection_.socket(), request_.bytes.data() + written_,
                                  request_.bytes.size() - written_, MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN) return;
        if (count < 0) throw std::runtime_error("the connection ended");
        written_ += static_cast<std::size_t>(count);
    }
}

void http_lane::on_ready(call_sink& sink) {
    if (id_ == 0) return;
    if (written_ < request_.bytes.size()) write();
    for (;;) {
        const auto space = connection_.reader().space();
        const auto count = ::recv(connection_.socket(), space.data(), space.size(), 0);
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) throw std::runtime_error("the connection ended");
        const auto state = connection_.reader().received(static_cast<std::size_t>(count));
        if (state == reply_reader::state::broken) throw std::runtime_error("no HTTP reply");
        // One call at a time: nothing comes behind its answer.
        if (state == reply_reader::state::complete) return judge(sink);
        if (static_cast<std::size_t>(count) < space.size()) return;
    }
}

void http_lane::judge(call_sink& sink) {
    auto& reader = connection_.reader();
    if (reader.status() != 200)
        throw std::runtime_error(
            fmt::format("HTTP {}: {}", reader.status(), reader.body().substr(0, 300)));
    const bool is_right = reader.is_event_stream() ? check_.accepts_stream(reader.body(), id_)
                                                   : check_.accepts(reader.body(), id_);
    if (!is_right) throw std::runtime_error("a wrong answer: " + check_.first_wrong());
    reader.next();
    sink.finished(std::exchange(id_, 0));
}

void http_lane::close() {
    if (!session_.empty()) close_session(connection_, path_, session_);
}

} // namespace mcpgw::bench
