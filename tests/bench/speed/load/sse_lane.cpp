// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/load/sse_lane.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace mcpgw::bench {

namespace {

/// Takes all that is there, up to the end of a reply.
reply_reader::state read_some(http_connection& from) {
    for (;;) {
        const auto space = from.reader().space();
        const auto count = ::recv(from.socket(), space.data(), space.size(), 0);
        if (count < 0 && errno == EAGAIN) return reply_reader::state::incomplete;
        if (count <= 0) throw std::runtime_error("the connection ended");
        const auto state = from.reader().received(static_cast<std::size_t>(count));
        if (state == reply_reader::state::broken) throw std::runtime_error("no HTTP reply");
        if (state == reply_reader::state::complete) return state;
    }
}

} // namespace

sse_lane::sse_lane(std::uint16_t port, const std::string& path, const call_kind& kind,
                   answer_check& check)
    : stream_(port), posts_(port), check_(check) {
    open_stream(port, path);
    request_ = make_post(make_message(kind, dialect::old_sse), endpoint_, {});
}

void sse_lane::open_stream(std::uint16_t port, const std::string& path) {
    stream_.send_all(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n"
                                 "Accept: text/event-stream\r\n\r\n",
                                 path, port));
    stream_.wait_for_reply(true);
    if (!stream_.reader().is_event_stream()) throw std::runtime_error("no event stream");
    endpoint_ = await_event();
    if (const auto scheme = endpoint_.find("://"); scheme != std::string::npos)
        endpoint_.erase(0, endpoint_.find('/', scheme + 3));
    post(make_initialize(dialect::old_sse));
    await_event();
    post(initialized_message);
}

void sse_lane::post(std::string_view message) {
    patched_text text;
    text.bytes = message;
    posts_.exchange(make_post(text, endpoint_, {}).bytes);
    posts_.reader().next();
}

bool sse_lane::take_event(std::string& data) {
    constexpr std::string_view field = "data: ";
    for (;;) {
        const auto body = stream_.reader().body();
        const auto size = body.find('\n');
        if (size == std::string_view::npos) return false;
        auto line = body.substr(0, size);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const bool is_data = line.starts_with(field);
        if (is_data) data = line.substr(field.size());
        stream_.reader().drop_body(size + 1);
        if (is_data) return true;
    }
}

std::string sse_lane::await_event() {
    std::string data;
    while (!take_event(data)) stream_.wait_for_bytes();
    return data;
}

void sse_lane::watch(int poller, std::uint64_t key) {
    epoll_event wanted{};
    wanted.events = EPOLLIN | EPOLLOUT | EPOLLET;
    wanted.data.u64 = key;
    ::epoll_ctl(poller, EPOLL_CTL_ADD, stream_.socket(), &wanted);
    ::epoll_ctl(poller, EPOLL_CTL_ADD, posts_.socket(), &wanted);
}

void sse_lane::send(std::uint64_t id) {
    id_ = id;
    is_accepted_ = is_answered_ = false;
    request_.set_id(id);
    // One call at a time of a few bytes: it always fits into the socket.
    if (::send(posts_.socket(), request_.bytes.data(), request_.bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request_.bytes.size()))
        throw std::runtime_error("the connection takes no call");
}

void sse_lane::read_posted() {
    if (read_some(posts_) != reply_reader::state::complete) return;
    if (posts_.reader().status() / 100 != 2)
        throw std::runtime_error(fmt::format("HTTP {} to a post", posts_.reader().status()));
    posts_.reader().next();
    is_accepted_ = true;
}

void sse_lane::read_stream() {
    read_some(stream_);
    for (std::string data; take_event(data);) {
        if (!check_.accepts(data, id_))
            throw std::runtime_error("a wrong answer: " + check_.first_wrong());
        is_answered_ = true;
    }
}

void sse_lane::on_ready(call_sink& sink) {
    if (id_ == 0) return;
    if (!is_accepted_) read_posted();
    if (!is_answered_) read_stream();
    if (is_accepted_ && is_answered_) sink.finished(std::exchange(id_, 0));
}

} // namespace mcpgw::bench
