#pragma once

#include "children/child_options.hpp"
#include "children/multiplexer.hpp"
#include "children/process.hpp"
#include "children/stderr_ring.hpp"
#include "children/upstream.hpp"
#include "transports/line_buffer.hpp"
#include "transports/log.hpp"
#include "transports/task_group.hpp"
#include "transports/write_queue.hpp"

#include <memory>
#include <optional>
#include <string>

namespace mcpgw {

/// A running process as a JSON-RPC peer: one reader, one writer, many calls in flight.
///
/// Owned by `child`, for one life of the process; shared with the calls that wait on it, which may
/// see its end a moment later. Knows framing and ids, not what the messages mean.
class stdio_link {
public:
    /// What the peer says of itself.
    class events {
    public:
        virtual void on_request(std::string_view line, const envelope& message) = 0;
        virtual void on_notification(std::string_view line, const envelope& message) = 0;

    protected:
        ~events() = default;
    };

    stdio_link(executor ex, std::unique_ptr<process> p, const child_options& options,
               events& listener, stderr_ring& errors, logger& log);

    /// The life of the link: returns when the process has ended, everything it wrote has been read,
    /// and every call has its answer or connection_lost.
    task<> run();
    /// Asks the process to end (stop ladder); run() returns soon after.
    void stop();

    /// One call. `spoken`: the revision agreed on, nothing before the handshake has ended.
    /// Errors: server_busy (limits), call_timed_out, call_cancelled, connection_lost.
    task<result<upstream_answer>> call(const upstream_call& request, std::optional<revision> spoken,
                                       std::shared_ptr<call_observer> observer,
                                       abort_signal& abort);
    /// Queues one message; false: the queue is full or the process is gone.
    bool try_send(std::string line);

    [[nodiscard]] pid_t pid() const { return process_->pid(); }
    [[nodiscard]] bool has_ended() const { return has_ended_; }
    [[nodiscard]] const fault& end_reason() const { return end_reason_; }
    [[nodiscard]] std::size_t calls_in_flight() const { return calls_.size(); }
    [[nodiscard]] std::uint64_t garbage_lines() const { return garbage_total_; }

    /// The observers of the calls in flight, newest last, without those that have none.
    [[nodiscard]] std::vector<std::shared_ptr<call_observer>> observers() const;

private:
    class call_frame;

    task<> read_stdout();
    task<> write_stdin();
    task<> pump_stderr();
    task<> run_stop_ladder();
    result<void> on_line(std::string_view line);
    void give_up(fault reason);

    executor executor_;
    std::unique_ptr<process> process_;
    const child_options& options_;
    events& events_;
    stderr_ring& errors_;
    logger& log_;
    multiplexer calls_;
    write_queue out_;
    wake_up writer_wake_;
    wake_up drained_;
    task_group tasks_;
    std::uint64_t calls_begun_ = 0;
    bool is_stopping_ = false;
    bool has_ended_ = false;
    bool is_drained_ = false;
    fault end_reason_;
    std::uint64_t garbage_total_ = 0;
    std::size_t garbage_in_a_row_ = 0;
};

} // namespace mcpgw
