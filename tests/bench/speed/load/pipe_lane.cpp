// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/load/pipe_lane.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr int patience_ms = 10'000;
constexpr std::size_t read_bytes = 256U << 10U;

void stop_blocking(int descriptor) {
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

} // namespace

pipe_lane::pipe_lane(const program_options& process, const call_kind& kind, dialect spoken,
                     answer_check& check)
    : process_(process), request_(make_message(kind, spoken)), check_(check) {
    request_.bytes += '\n';
    if (spoken != dialect::modern) shake_hands(spoken);
    stop_blocking(process_.input());
    stop_blocking(process_.output());
}

void pipe_lane::shake_hands(dialect spoken) {
    auto text = make_initialize(spoken) + "\n";
    if (::write(process_.input(), text.data(), text.size()) < 0)
        throw std::runtime_error("the process ended");
    for (char last = '\0'; last != '\n';) {
        pollfd output{process_.output(), POLLIN, 0};
        if (::poll(&output, 1, patience_ms) != 1) throw std::runtime_error("no answer in time");
        if (::read(process_.output(), &last, 1) != 1) throw std::runtime_error("the process ended");
    }
    text = std::string{initialized_message} + "\n";
    if (::write(process_.input(), text.data(), text.size()) < 0)
        throw std::runtime_error("the process ended");
}

void pipe_lane::watch(int poller, std::uint64_t key) {
    epoll_event wanted{};
    wanted.data.u64 = key;
    wanted.events = EPOLLIN;
    ::epoll_ctl(poller, EPOLL_CTL_ADD, process_.output(), &wanted);
    wanted.events = EPOLLOUT | EPOLLET;
    ::epoll_ctl(poller, EPOLL_CTL_ADD, process_.input(), &wanted);
}

void pipe_lane::send(std::uint64_t id) {
    request_.set_id(id);
    out_ += request_.bytes;
}

void pipe_lane::flush() {
    while (written_ < out_.size()) {
        const auto count =
            ::write(process_.input(), out_.data() + written_, out_.size() - written_);
        if (count < 0 && errno == EAGAIN) return;
        if (count < 0) throw std::runtime_error("the process ended");
        written_ += static_cast<std::size_t>(count);
    }
    out_.clear();
    written_ = 0;
}

void pipe_lane::on_ready(call_sink& sink) {
    if (in_.size() < filled_ + read_bytes) in_.resize(filled_ + read_bytes);
    const auto count = ::read(process_.output(), in_.data() + filled_, in_.size() - filled_);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) throw std::runtime_error("the process ended");
    auto from = filled_; // no line ends before it
    filled_ += static_cast<std::size_t>(count);
    std::size_t begin = 0;
    for (;;) {
        const auto* const end =
            static_cast<const char*>(std::memchr(in_.data() + from, '\n', filled_ - from));
        if (end == nullptr) break;
        const auto at = static_cast<std::size_t>(end - in_.data());
        const std::string_view line{in_.data() + begin, at - begin};
        begin = from = at + 1;
        const auto id = check_.id_in(line);
        if (!id) {
            check_.count_event();
            continue;
        }
        if (!check_.accepts(line, *id))
            throw std::runtime_error("a wrong answer: " + check_.first_wrong());
        sink.finished(*id);
    }
    std::memmove(in_.data(), in_.data() + begin, filled_ - begin);
    filled_ -= begin;
}

} // namespace mcpgw::bench
