#pragma once

#include "children/abandoned_calls.hpp"
#include "children/child_options.hpp"
#include "children/link.hpp"
#include "children/multiplexer.hpp"
#include "children/process.hpp"
#include "children/stderr_ring.hpp"
#include "transports/line_buffer.hpp"
#include "transports/log.hpp"
#include "transports/task_group.hpp"
#include "transports/write_queue.hpp"

#include <memory>
#include <optional>
#include <string>

namespace mcpgw {

/// One life of a process as a JSON-RPC peer: one reader, one writer, many calls in flight.
class stdio_link final : public link {
public:
    stdio_link(executor ex, std::unique_ptr<process> p, const child_options& options,
               events& listener, stderr_ring& errors, logger& log);

    /// Returns when the process has ended and everything it wrote has been read.
    task<> run() override;
    /// The stop ladder.
    void stop() override;
    task<result<upstream_answer>> call(const upstream_call& request, std::optional<revision> spoken,
                                       std::shared_ptr<call_observer> observer,
                                       abort_signal& abort) override;
    bool try_send(std::string line) override;

    [[nodiscard]] bool has_ended() const override { return has_ended_; }
    [[nodiscard]] const fault& end_reason() const override { return end_reason_; }
    [[nodiscard]] std::size_t calls_in_flight() const override { return calls_.size(); }
    [[nodiscard]] std::vector<std::shared_ptr<call_observer>> observers() const override;
    [[nodiscard]] std::vector<owner_id> abandoned() const override {
        return abandoned_.owners(clock_type::now());
    }
    [[nodiscard]] pid_t pid() const override { return process_->pid(); }
    [[nodiscard]] std::uint64_t garbage_lines() const override { return garbage_total_; }

private:
    struct slot_guard;

    task<> read_stdout();
    task<> write_stdin();
    task<> pump_stderr();
    task<> run_stop_ladder();
    result<void> on_line(std::string_view line);
    [[nodiscard]] std::shared_ptr<call_observer> subject_of(std::string_view line,
                                                            const envelope& message) const;
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
    abandoned_calls abandoned_;
    std::uint64_t garbage_total_ = 0;
    std::size_t garbage_in_a_row_ = 0;
};

} // namespace mcpgw
