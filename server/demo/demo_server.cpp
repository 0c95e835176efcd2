// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_server.hpp"

#include "protocol/crypto/random.hpp"
#include "server/demo/demo_dispatcher.hpp"
#include "transports/buffers/line_buffer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t line_bytes_max = 64U * 1024 * 1024;
// We stop reading while the client leaves this much unread, so that a client which only writes
// cannot fill our memory.
constexpr std::size_t backlog_bytes_max = 4U * 1024 * 1024;
// How long the client may leave the last answers unread after it closed our input.
constexpr std::chrono::seconds drain_wait_max{10};

/// Makes writes to a pipe or socket return instead of waiting, and undoes it: the flag belongs to
/// the open file, which others may share. Terminals and files are left alone.
class nonblocking_scope {
public:
    explicit nonblocking_scope(int descriptor) : descriptor_(descriptor) {
        struct stat status {};
        if (::fstat(descriptor, &status) != 0) return;
        if (!S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode)) return;
        const int flags = ::fcntl(descriptor, F_GETFL);
        if (flags < 0 || (flags & O_NONBLOCK) != 0) return;
        if (::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0) flags_before_ = flags;
    }
    ~nonblocking_scope() {
        if (flags_before_) ::fcntl(descriptor_, F_SETFL, *flags_before_);
    }
    nonblocking_scope(const nonblocking_scope&) = delete;
    nonblocking_scope& operator=(const nonblocking_scope&) = delete;

private:
    int descriptor_;
    std::optional<int> flags_before_;
};

/// Bytes on their way to the client.
class output_backlog {
public:
    std::string& text() { return text_; }
    [[nodiscard]] bool empty() const { return written_ == text_.size(); }
    [[nodiscard]] bool is_full() const { return text_.size() - written_ > backlog_bytes_max; }
    [[nodiscard]] std::string_view rest() const { return std::string_view{text_}.substr(written_); }

    void consume(std::size_t bytes) {
        written_ += bytes;
        if (!empty() && written_ < backlog_bytes_max) return;
        text_.erase(0, written_);
        written_ = 0;
        if (text_.empty() && text_.capacity() > backlog_bytes_max) text_.shrink_to_fit();
    }

private:
    std::string text_;
    std::size_t written_ = 0;
};

/// The life of one demo server: polls, reads, dispatches, writes.
class demo_loop {
public:
    demo_loop(int input, int output, demo_surroundings surroundings,
              const demo_questions::key& state_key)
        : input_(input), output_(output), dispatcher_(std::move(surroundings), state_key) {}

    int run() {
        while (!exit_code_) {
            if (is_drained()) return 0;
            wait();
        }
        return *exit_code_;
    }

private:
    [[nodiscard]] bool is_drained() const { return has_ended_ && backlog_.empty(); }

    void wait() {
        const bool reads = !has_ended_ && !backlog_.is_full();
        std::array<pollfd, 2> polled{
            pollfd{reads ? input_ : -1, POLLIN, 0},
            pollfd{output_, static_cast<short>(backlog_.empty() ? 0 : POLLOUT), 0},
        };
        const int ready = ::poll(polled.data(), polled.size(), timeout_ms());
        if (ready < 0) {
            if (errno != EINTR) exit_code_ = 1;
            return;
        }
        if (ready == 0 && has_ended_) exit_code_ = 1; // the client does not take the last answers
        // A reader that is gone is no error: clients may close both pipes at once.
        if ((polled[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) exit_code_ = 0;
        if (exit_code_) return;
        if (polled[0].revents != 0) read_some();
        // Timers wait while the client does not read.
        if (!has_ended_ && !backlog_.is_full()) dispatcher_.on_time(steady::now(), backlog_.text());
        if (!backlog_.empty()) write_some();
        if (dispatcher_.exit_code()) exit_code_ = dispatcher_.exit_code();
    }

    [[nodiscard]] int timeout_ms() const {
        using std::chrono::milliseconds;
        if (has_ended_) return static_cast<int>(milliseconds{drain_wait_max}.count());
        const auto deadline = dispatcher_.next_deadline();
        if (!deadline || backlog_.is_full()) return -1;
        const auto left = std::chrono::ceil<milliseconds>(*deadline - steady::now());
        return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, 60'000));
    }

    void read_some() {
        const auto space = lines_.space();
        const auto count = ::read(input_, space.data(), space.size());
        if (count < 0) {
            if (errno != EINTR && errno != EAGAIN) exit_code_ = 1;
            return;
        }
        if (count == 0) {
            end_input();
            return;
        }
        lines_.commit(static_cast<std::size_t>(count));
        take_lines();
    }

    void take_lines() {
        while (!dispatcher_.exit_code()) {
            const auto line = lines_.next_line();
            if (!line) {
                if (lines_.take_oversized()) demo_dispatcher::on_line_too_long(backlog_.text());
                continue;
            }
            if (!*line) return;
            dispatcher_.on_line(**line, steady::now(), backlog_.text());
        }
    }

    void end_input() {
        has_ended_ = true;
        const auto rest = lines_.rest(); // a last line without its newline counts
        if (lines_.take_oversized(true))
            demo_dispatcher::on_line_too_long(backlog_.text());
        else if (!rest.empty())
            dispatcher_.on_line(rest, steady::now(), backlog_.text());
        dispatcher_.on_end_of_input(backlog_.text());
    }

    void write_some() {
        const auto rest = backlog_.rest();
        const auto count = ::write(output_, rest.data(), rest.size());
        if (count >= 0)
            backlog_.consume(static_cast<std::size_t>(count));
        else if (errno == EPIPE || errno == ECONNRESET)
            exit_code_ = 0;
        else if (errno != EINTR && errno != EAGAIN)
            exit_code_ = 1;
    }

    int input_;
    int output_;
    demo_dispatcher dispatcher_;
    line_buffer lines_{line_bytes_max};
    output_backlog backlog_;
    bool has_ended_ = false;
    std::optional<int> exit_code_;
};

demo_surroundings read_surroundings() {
    demo_surroundings seen;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view variable{*entry};
        seen.variable_names.emplace_back(variable.substr(0, variable.find('=')));
    }
    std::ranges::sort(seen.variable_names);
    std::array<char, 4096> path{};
    if (::getcwd(path.data(), path.size()) != nullptr) seen.working_directory = path.data();
    return seen;
}

} // namespace

int serve_demo(int input, int output) {
    demo_questions::key state_key{};
    fill_random(state_key);
    const nonblocking_scope scope{output};
    demo_loop loop{input, output, read_surroundings(), state_key};
    return loop.run();
}

int run_demo_server() {
    // A client that went away shows as EPIPE, not as a signal.
    std::signal(SIGPIPE, SIG_IGN);
    return serve_demo(STDIN_FILENO, STDOUT_FILENO);
}

} // namespace mcpgw
