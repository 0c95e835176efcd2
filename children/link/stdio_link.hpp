// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/peer_link.hpp"
#include "children/process/output_framer.hpp"
#include "children/process/process.hpp"
#include "children/process/stderr_ring.hpp"
#include "transports/async/async_event.hpp"
#include "transports/async/task_group.hpp"
#include "transports/buffers/line_buffer.hpp"
#include "transports/buffers/write_queue.hpp"

#include <memory>
#include <optional>
#include <string>

namespace mcpgw {

/// One life of a process as a JSON-RPC peer: one reader, one writer, many calls in flight.
class stdio_link final : public peer_link {
public:
    stdio_link(executor ex, std::unique_ptr<process> p, const child_options& options,
               events& listener, stderr_ring& errors, logger& log);

    /// Returns when the process has ended and everything it wrote has been read.
    task<> run() override;
    /// The stop ladder.
    using link::stop;
    void stop(std::chrono::milliseconds grace) override;
    task<result<upstream_answer>> call(const upstream_call& request, std::optional<revision> spoken,
                                       std::shared_ptr<call_observer> observer,
                                       abort_signal& abort) override;
    bool try_send(message_text line) override;

    [[nodiscard]] bool has_read_all() const override;
    [[nodiscard]] pid_t pid() const override { return process_->pid(); }

private:
    /// How it ended, in words.
    [[nodiscard]] std::string story_of(const exit_status& status) const;
    task<exit_status> run_process();
    void begin_pumps();
    void on_exception(std::string_view what);
    task<> read_stdout();
    task<> write_stdin();
    [[nodiscard]] bool is_alone(const message_text& line) const;
    void write_alone(message_text line);
    task<> pump_stderr();
    task<> run_stop_ladder(std::chrono::milliseconds grace);
    std::optional<result<shared_text>> next_piece(line_buffer& buffer);
    result<void> on_line(const shared_text& line);
    void on_oversized(line_buffer& buffer);
    bool understand(const shared_text& line);
    void note_stray(std::string_view line, const fault& why);
    void give_up(fault reason);
    void note_lost_input() const;

    std::unique_ptr<process> process_;
    stderr_ring& errors_;
    write_queue out_;
    async_event writer_wake_;
    async_event drained_;
    task_group tasks_;
    bool is_writing_ = false; ///< a batch is on its way
    bool has_begun_ = false;
    bool has_seen_end_ = false; ///< of the process
    bool is_drained_ = false;
    bool has_hung_up_ = false; ///< closed its stdout while it was wanted
    bool has_sent_ = false;               ///< something was meant for it
    mutable bool has_lost_input_ = false; ///< it ended without having read everything
    std::size_t garbage_in_a_row_ = 0;
    output_framer framer_;
};

} // namespace mcpgw
