// SPDX-License-Identifier: Apache-2.0
#include "children/link/stdio_link.hpp"

#include "children/link/request_line.hpp"
#include "transports/buffers/write_now.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <new>
#include <utility>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace mcpgw {

namespace {
constexpr std::size_t link_tasks_max = 8;
constexpr int run_tries_max = 3;
constexpr std::size_t alone_bytes_max = 4096;         // of a line that is not queued
constexpr std::chrono::milliseconds drain_grace{500}; // for output that a dead process left behind
} // namespace

stdio_link::stdio_link(executor ex, std::unique_ptr<process> p, const child_options& options,
                       events& listener, stderr_ring& errors, logger& log)
    : peer_link(ex, options, answer_delivery::at_once, listener, log)
    , process_(std::move(p))
    , errors_(errors)
    , out_(options.limits.write_queue_bytes_max)
    , writer_wake_(ex)
    , drained_(ex)
    , tasks_(ex, link_tasks_max)
    , framer_(options.limits.line_bytes_max) {
    // Without its reader or writer the link is of no use: it ends, its calls fail with the reason,
    // and the next call starts another process.
    tasks_.on_exception = [this](const std::string& what) {
        on_exception(what);
    };
}

void stdio_link::on_exception(std::string_view what) {
    log_.error("server '{}': unexpected exception: {}", options_.name, what);
    is_drained_ = true;
    drained_.notify();
    give_up(named({errc::internal_error, "an unexpected exception ended its connection"}));
}

task<> stdio_link::run() {
    exit_status status{true, SIGKILL};
    for (int tried = 0; tried < run_tries_max && !has_seen_end_; ++tried) {
        try {
            status = co_await run_process();
        } catch (const std::exception& e) { // there is no memory: but its end must be seen
            on_exception(e.what());
            process_->signal_group(SIGKILL);
        }
    }
    boost::system::error_code ignored;
    process_->stdout_stream().close(ignored);
    process_->stderr_stream().close(ignored);
    process_->close_stdin();
    writer_wake_.notify();
    co_await tasks_.wait_all();

    errors_.finish_line();
    has_ended_ = true;
    if (end_reason_.detail.empty() && !process_->launch_failure().empty())
        end_reason_ = named({errc::server_failed, process_->launch_failure()});
    if (end_reason_.detail.empty()) {
        const auto last = errors_.take_last_words();
        end_reason_ = fault{errc::connection_lost,
                            fmt::format("server '{}' {}{}{}", options_.name, story_of(status),
                                        last.empty() ? "" : "; its last words on stderr: ", last)};
    }
    calls_.fail_all(end_reason_);
}

std::string stdio_link::story_of(const exit_status& status) const {
    // Whoever is killed by somebody else hangs up as well, a moment before its end is seen.
    const bool is_ended_by_us =
        has_hung_up_ && status.was_signalled && status.code == process_->signal_sent();
    if (is_ended_by_us) return "closed its stdout, and so was ended";
    const bool is_wordless = !status.was_signalled && status.code == 0 && messages_heard() == 0;
    if (!is_wordless) return status.str();
    return status.str() + " before it said anything; a server stays until its stdin is closed, and "
                          "does not go into the background";
}

/// Until it has ended, and its output with it.
task<exit_status> stdio_link::run_process() {
    if (!std::exchange(has_begun_, true)) begin_pumps();
    const auto status = co_await process_->wait_exit();
    has_seen_end_ = true;
    is_stopping_ = true;
    note_lost_input();

    // What it wrote before it ended is still in the pipe. A grandchild that keeps the pipe open
    // must not hold us for longer than this.
    const auto drain_deadline = clock_type::now() + drain_grace;
    while (!is_drained_) {
        const bool was_notified = co_await drained_.wait_until(drain_deadline);
        if (!was_notified) break;
    }
    co_return status;
}

void stdio_link::begin_pumps() {
    tasks_.spawn(read_stdout());
    tasks_.spawn(write_stdin());
    tasks_.spawn(pump_stderr());
}

void stdio_link::stop(std::chrono::milliseconds grace) {
    if (is_stopping_) return;
    is_stopping_ = true;
    note_lost_input();
    bool is_begun = false;
    try {
        is_begun = tasks_.spawn(run_stop_ladder(std::min(grace, options_.stop_grace)));
    } catch (const std::bad_alloc&) {
    }
    if (is_begun) return;
    process_->close_stdin(); // what cannot be waited for is not asked
    process_->signal_group(SIGKILL);
}

/// Before its stdin is closed. A socket whose other end is closed with something unread in it says
/// so (unix(7) has no word of it; Linux has done it since 2.4), once.
void stdio_link::note_lost_input() const {
    if (!process_->stdin_stream().is_open()) return;
    int error = 0;
    socklen_t size = sizeof error;
    const int descriptor = process_->stdin_stream().native_handle();
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0)
        has_lost_input_ = true;
    // A process that ends closes its stdout before its stdin: what is unread then stays so.
    int unread = 0;
    const bool is_unread = ::ioctl(descriptor, SIOCOUTQ, &unread) == 0 && unread > 0;
    has_lost_input_ = has_lost_input_ || is_unread || is_writing_ || !out_.empty();
}

bool stdio_link::has_read_all() const {
    if (!has_sent_) return false;
    if (!process_->stdin_stream().is_open()) return !has_lost_input_;
    if (is_writing_ || !out_.empty()) return false;
    // What is sent counts as ours until it is read (SIOCOUTQ, unix(7)).
    int unread = 0;
    const int descriptor = process_->stdin_stream().native_handle();
    if (::ioctl(descriptor, SIOCOUTQ, &unread) == 0 && unread > 0) return false;
    note_lost_input();
    return !has_lost_input_;
}

task<> stdio_link::run_stop_ladder(std::chrono::milliseconds grace) {
    try {
        co_await process_->stop(grace);
    } catch (const std::exception& e) { // whoever waits for its end waits for this alone
        log_.error("server '{}' is ended at once: {}", options_.name, e.what());
        process_->signal_group(SIGKILL);
    }
}

void stdio_link::give_up(fault reason) {
    if (end_reason_.detail.empty()) end_reason_ = std::move(reason);
    stop();
}

/// Whoever waits for an answer goes on in the middle of this, up to the reply to the client. That
/// may stop this link, which is then still here, because it has a task.
task<> stdio_link::read_stdout() {
    line_buffer buffer{options_.limits.line_bytes_max};
    bool is_readable = true;
    while (is_readable) {
        const auto space = buffer.space();
        const auto [ec, n] = co_await process_->stdout_stream().async_read_some(
            asio::buffer(space.data(), space.size()), nothrow);
        if (ec) break;
        buffer.commit(n);
        for (;;) {
            const auto line = next_piece(buffer);
            if (!line) break;
            if (line->has_error()) {
                on_oversized(buffer);
                continue;
            }
            const auto handled = on_line(**line);
            if (handled.has_error()) {
                give_up(handled.error());
                is_readable = false;
                break;
            }
        }
    }
    if (!is_readable) {
        // Nobody reads any further. A process that is blocked in writing would not even see the end
        // of its stdin.
        boost::system::error_code ignored;
        process_->stdout_stream().close(ignored);
    }
    is_drained_ = true;
    drained_.notify();
    has_hung_up_ = is_readable && !is_stopping_;
    // A server that closes its stdout has ended its service (2025-11-25, basic/lifecycle,
    // "Shutdown"); if it still runs, it is asked to go.
    stop();
}

/// The next line, or the message that a header told; nothing: more must be read first.
std::optional<result<shared_text>> stdio_link::next_piece(line_buffer& buffer) {
    while (framer_.is_framed()) {
        const auto bytes = framer_.next_part(buffer.rest());
        if (bytes == 0) return std::nullopt;
        auto part = buffer.take(bytes);
        if (framer_.take_part(part)) return on_one_line(std::move(part));
    }
    auto line = buffer.next_line();
    if (line.has_error()) return line.error();
    if (!*line) return std::nullopt;
    return std::move(**line);
}

result<void> stdio_link::on_line(const shared_text& line) {
    const auto report = relay(line, nullptr);
    if (report.kind != multiplexer::line_kind::garbage) {
        framer_.reset();
        garbage_in_a_row_ = 0;
        return {};
    }
    if (understand(line)) {
        garbage_in_a_row_ = 0;
        return {};
    }
    note_stray(line, report.error);
    if (++garbage_in_a_row_ <= options_.limits.garbage_lines_max) return {};
    return fault{errc::server_failed,
                 fmt::format("server '{}' wrote {} lines in a row to stdout that are no MCP "
                             "messages, the last one '{}'; is it an MCP server over stdio?",
                             options_.name, garbage_in_a_row_, stray_output())};
}

/// Where the next message begins is known: only the call that this one was to answer fails.
void stdio_link::on_oversized(line_buffer& buffer) {
    const auto line = buffer.take_oversized();
    if (!line) return;
    const fault too_large{errc::server_failed,
                          fmt::format("server '{}' wrote a message of more than {} bytes "
                                      "(limits.line_bytes_max)",
                                      options_.name, options_.limits.line_bytes_max)};
    log_.warning("{}; it was skipped", too_large.message());
    keep_stray(errors_.masked(shown_output(line->beginning)));
    auto* const waiting = calls_.take(find_spoilt_id(line->beginning));
    if (waiting != nullptr) waiting->on_failure(too_large);
}

/// A line that is no message may be a part of one, or hold some.
bool stdio_link::understand(const shared_text& line) {
    const auto found = framer_.on_line(line);
    for (const auto& message : found.messages) relay(message, nullptr);
    return found.is_understood;
}

/// What is no message is dropped. But the call that it was to answer hears so at once, and one that
/// waits in vain hears of the last.
void stdio_link::note_stray(std::string_view line, const fault& why) {
    keep_stray(errors_.masked(shown_output(line)));
    if (++garbage_total_ == 1)
        log_.warning("server '{}' writes to stdout what is no message ({}): '{}'; such lines are "
                     "dropped",
                     options_.name, why.message(), stray_output());
    auto* const waiting = calls_.take(find_spoilt_id(line));
    if (waiting != nullptr)
        waiting->on_failure({errc::server_failed,
                             fmt::format("server '{}' answered with what is no MCP message ({}): "
                                         "'{}'",
                                         options_.name, why.message(), stray_output())});
}

task<> stdio_link::write_stdin() {
    std::vector<asio::const_buffer> parts;
    for (;;) {
        if (is_stopping_) co_return;
        if (out_.empty()) {
            co_await writer_wake_.wait();
            continue;
        }
        auto batch = out_.take_batch();
        boost::system::error_code ec;
        batch.list_buffers(parts);
        const auto rest = write_now(process_->stdin_stream(), parts, ec);
        if (!rest.empty()) {
            is_writing_ = true;
            const auto [error, n] =
                co_await asio::async_write(process_->stdin_stream(), rest, nothrow);
            is_writing_ = false;
            ec = error;
        }
        out_.give_back(std::move(batch));
        if (ec) {
            // Mostly the process is going, and its exit tells the reason. One that closed its stdin
            // and lives on can get no further call: it is asked to go.
            has_lost_input_ = true;
            stop();
            co_return;
        }
    }
}

task<> stdio_link::pump_stderr() {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto [ec, n] =
            co_await process_->stderr_stream().async_read_some(asio::buffer(buffer), nothrow);
        if (ec) co_return;
        errors_.append({buffer.data(), n});
    }
}

/// Nothing else is on its way, nor likely to follow at once: waiting for company to be written with
/// it would cost more than it saves.
bool stdio_link::is_alone(const message_text& line) const {
    return !is_writing_ && out_.empty() && calls_.size() <= 1 && line.middle.empty() &&
           line.size() < alone_bytes_max;
}

/// Writes what is taken at once; the writer gets the rest.
void stdio_link::write_alone(message_text line) {
    line.append("\n");
    auto& text = line.before;
    boost::system::error_code ec; // whatever it is, the writer meets it again
    const auto sent = process_->stdin_stream().write_some(asio::buffer(std::as_const(text)), ec);
    if (sent == text.size()) return;
    text.erase(0, sent);
    out_.push(std::move(text)); // whatever the limit: it is short, and its beginning is out
    writer_wake_.notify();
}

bool stdio_link::try_send(message_text line) {
    if (is_stopping_) return false;
    has_sent_ = true;
    if (is_alone(line)) {
        write_alone(std::move(line));
        return true;
    }
    if (!out_.try_push_line(std::move(line))) return false;
    writer_wake_.notify();
    return true;
}

task<result<upstream_answer>> stdio_link::call(const upstream_call& request,
                                               std::optional<revision> spoken,
                                               std::shared_ptr<call_observer> observer,
                                               abort_signal& abort) {
    open_call call{*this, request, std::move(observer), abort};
    if (call.refusal()) co_return *call.refusal();
    if (!try_send(make_request_line(request, call.id(), spoken)))
        co_return named({errc::server_busy, "it does not read its input fast enough "
                                            "(limits.write_queue_bytes_max)"});
    call.begin();
    std::optional<call_end> end;
    while (!end) {
        co_await call.woken();
        end = call.end(abort);
    }
    const auto given_up = call.conclude(*end, abort);
    if (!given_up) co_return call.take_outcome();
    // initialize must never be cancelled (2025-11-25, basic/utilities/cancellation).
    // To the probe of a server that may be of the legacy era it would mean nothing.
    const bool is_greeting =
        request.method == method::initialize || request.method == method::discover;
    if (call.is_at_work() && !is_greeting)
        try_send(make_cancel_line(call.id(), given_up->message()));
    co_return *given_up;
}

} // namespace mcpgw
