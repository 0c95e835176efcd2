#include "children/stdio_link.hpp"

#include "children/call_frame.hpp"
#include "children/request_line.hpp"
#include "protocol/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t link_tasks_max = 8;
constexpr std::chrono::milliseconds drain_grace{500}; // for output that a dead process left behind
} // namespace

/// Frees the place of a call before its frame goes, however the coroutine ends.
struct stdio_link::slot_guard {
    stdio_link& owner;
    multiplexer::upstream_id id;

    slot_guard(stdio_link& l, multiplexer::upstream_id i) : owner(l), id(i) {}
    ~slot_guard() { owner.calls_.remove(id); } // harmless if the answer freed it
    slot_guard(const slot_guard&) = delete;
    slot_guard& operator=(const slot_guard&) = delete;
};

stdio_link::stdio_link(executor ex, std::unique_ptr<process> p, const child_options& options,
                       events& listener, stderr_ring& errors, logger& log)
    : executor_(ex)
    , process_(std::move(p))
    , options_(options)
    , events_(listener)
    , errors_(errors)
    , log_(log)
    , calls_(options.limits.calls_in_flight_max)
    , out_(options.limits.write_queue_bytes_max)
    , writer_wake_(ex)
    , drained_(ex)
    , tasks_(ex, link_tasks_max) {}

task<> stdio_link::run() {
    tasks_.spawn(read_stdout());
    tasks_.spawn(write_stdin());
    tasks_.spawn(pump_stderr());
    const auto status = co_await process_->wait_exit();
    is_stopping_ = true;

    // What it wrote before it ended is still in the pipe. A grandchild that keeps the pipe open
    // must not hold us for longer than this.
    const auto drain_deadline = clock_type::now() + drain_grace;
    while (!is_drained_) {
        const bool was_notified = co_await drained_.wait_until(drain_deadline);
        if (!was_notified) break;
    }
    boost::system::error_code ignored;
    process_->stdout_pipe().close(ignored);
    process_->stderr_pipe().close(ignored);
    process_->close_stdin();
    writer_wake_.notify();
    co_await tasks_.wait_all();

    errors_.finish_line();
    has_ended_ = true;
    if (end_reason_.detail.empty()) {
        const auto last = errors_.last_line();
        end_reason_ = fault{errc::connection_lost,
                            fmt::format("server '{}' {}{}{}", options_.name, status.str(),
                                        last.empty() ? "" : "; its last words on stderr: ", last)};
    }
    calls_.fail_all(end_reason_);
}

void stdio_link::stop() {
    if (is_stopping_) return;
    is_stopping_ = true;
    tasks_.spawn(run_stop_ladder());
}

task<> stdio_link::run_stop_ladder() {
    co_await process_->stop(options_.stop_grace);
}

void stdio_link::give_up(fault reason) {
    if (end_reason_.detail.empty()) end_reason_ = std::move(reason);
    stop();
}

task<> stdio_link::read_stdout() {
    line_buffer buffer{options_.limits.line_bytes_max};
    bool is_readable = true;
    while (is_readable) {
        const auto space = buffer.space();
        const auto [ec, n] = co_await process_->stdout_pipe().async_read_some(
            asio::buffer(space.data(), space.size()), nothrow);
        if (ec) break;
        buffer.commit(n);
        for (;;) {
            const auto line = buffer.next_line();
            if (line.has_error()) {
                give_up({errc::server_failed,
                         fmt::format("server '{}' wrote a message of more than {} bytes "
                                     "(limits.line_bytes_max)",
                                     options_.name, options_.limits.line_bytes_max)});
                is_readable = false;
                break;
            }
            if (!*line) break;
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
        process_->stdout_pipe().close(ignored);
    }
    is_drained_ = true;
    drained_.notify();
    // A server that closes its stdout has ended its service (2025-11-25, basic/lifecycle,
    // "Shutdown"); if it still runs, it is asked to go.
    stop();
}

result<void> stdio_link::on_line(std::string_view line) {
    const auto report = calls_.on_line(line);
    using kind = multiplexer::line_kind;
    if (report.kind != kind::garbage) garbage_in_a_row_ = 0;
    switch (report.kind) {
    case kind::answer:
    case kind::progress:
        break;
    case kind::unexpected:
        log_.debug("server '{}' answered a request that nobody waits for", options_.name);
        break;
    case kind::request:
        events_.on_request(line, report.message, nullptr);
        break;
    case kind::notification:
        events_.on_notification(line, report.message, subject_of(line, report.message));
        break;
    case kind::garbage:
        ++garbage_total_;
        if (garbage_total_ == 1)
            log_.warning("server '{}' writes to stdout what is no message ({}); such lines are "
                         "dropped",
                         options_.name, report.error.message());
        if (++garbage_in_a_row_ > options_.limits.garbage_lines_max)
            return fault{errc::server_failed,
                         fmt::format("server '{}' wrote {} lines in a row to stdout that are no "
                                     "MCP messages; is it an MCP server over stdio?",
                                     options_.name, garbage_in_a_row_)};
        break;
    }
    return {};
}

/// The observer of the subscription that a notification is tagged with (2026-07-28,
/// basic/patterns/subscriptions); null: none.
std::shared_ptr<call_observer> stdio_link::subject_of(std::string_view line,
                                                      const envelope& message) const {
    const auto tag = message.in_meta.subscription_id.of(line);
    if (tag.empty()) return nullptr;
    // Some servers make a string of it.
    return observer_of(calls_, unquote_json(tag).value_or(std::string{tag}));
}

task<> stdio_link::write_stdin() {
    for (;;) {
        if (is_stopping_) co_return;
        if (out_.empty()) {
            co_await writer_wake_.wait();
            continue;
        }
        const auto batch = out_.take_batch();
        const auto buffers = batch.buffers();
        const auto [ec, n] = co_await asio::async_write(process_->stdin_pipe(), buffers, nothrow);
        if (ec) {
            // Mostly the process is going, and its exit tells the reason. One that closed its stdin
            // and lives on can get no further call: it is asked to go.
            stop();
            co_return;
        }
    }
}

task<> stdio_link::pump_stderr() {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto [ec, n] =
            co_await process_->stderr_pipe().async_read_some(asio::buffer(buffer), nothrow);
        if (ec) co_return;
        errors_.append({buffer.data(), n});
    }
}

bool stdio_link::try_send(std::string line) {
    if (is_stopping_ || !out_.try_push_line(std::move(line))) return false;
    writer_wake_.notify();
    return true;
}

task<result<upstream_answer>> stdio_link::call(const upstream_call& request,
                                               std::optional<revision> spoken,
                                               std::shared_ptr<call_observer> observer,
                                               abort_signal& abort) {
    if (has_ended_ || is_stopping_)
        co_return fault{errc::session_unknown, fmt::format("server '{}' is ending", options_.name)};
    if (abort.reason()) co_return *abort.reason();
    const auto timeout = request.timeout.value_or(options_.call_timeout);
    call_frame frame{executor_, timeout, std::move(observer), ++calls_begun_};
    const auto id = calls_.try_add(frame);
    if (id.has_error())
        co_return fault{errc::server_busy,
                        fmt::format("server '{}': {}", options_.name, id.error().message())};
    const slot_guard slot{*this, *id};
    if (!try_send(make_request_line(request, *id, spoken)))
        co_return fault{
            errc::server_busy,
            fmt::format("server '{}' does not read its input fast enough", options_.name)};
    fault late{errc::call_timed_out, fmt::format("server '{}' did not answer {} within {} ms",
                                                 options_.name, request.method, timeout.count())};
    const auto given_up = co_await frame.wait(abort, std::move(late));
    const bool was_waiting = calls_.remove(*id);
    if (was_waiting && given_up && frame.observer())
        abandoned_.add(frame.observer()->owner(), clock_type::now());
    if (frame.observer()) events_.on_call_ended();
    if (!given_up) co_return frame.take_outcome();
    // initialize must never be cancelled (2025-11-25, basic/utilities/cancellation).
    if (was_waiting && request.method != method::initialize)
        try_send(make_cancel_line(*id, given_up->message()));
    co_return *given_up;
}

std::vector<std::shared_ptr<call_observer>> stdio_link::observers() const {
    return observers_of(calls_);
}

} // namespace mcpgw
