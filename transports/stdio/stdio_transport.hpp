// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/async_event.hpp"
#include "transports/async/deadline_timer.hpp"
#include "transports/async/task_group.hpp"
#include "transports/buffers/line_buffer.hpp"
#include "transports/log.hpp"
#include "transports/session/client_limits.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace mcpgw {

/// One client over two descriptors, one message a line: what editors start. Both eras; each message
/// tells which (2026-07-28, basic/transports/stdio). Owned by the application.
class stdio_transport {
public:
    /// Takes over `in` and `out` (not closed). A terminal or pipe shared with the parent process
    /// gets its blocking mode back at the end.
    stdio_transport(executor ex, int in, int out, client_limits limits, request_handler& handler,
                    logger& log);
    ~stdio_transport();
    stdio_transport(const stdio_transport&) = delete;
    stdio_transport& operator=(const stdio_transport&) = delete;

    /// Before run(): what the client is shown (endpoint_scope.hpp); unsaid: the whole gateway.
    void show(std::string_view scope) { session_->scope = scope; }
    /// Before run(): whole lines that were read from `in` by somebody else and come first.
    void begin_with(std::string_view lines);
    /// Until end of file on `in` (requests in flight are answered first, for at most the drain
    /// time), a failed write on `out`, or stop(). A client that does not read gets `stop_grace` for
    /// what it has not taken, and no more: what is left then is thrown away.
    task<> run();
    void stop();
    /// Other limits, for what comes.
    void set_limits(const client_limits& limits) { limits_ = limits; }

private:
    task<> read();
    task<> write();
    void on_oversized(line_buffer& buffer, bool has_ended);
    /// While the client takes nothing, nothing more is read of it. False: it has closed its end.
    task<bool> wait_for_room();
    void on_line(const shared_text& given);
    /// A line that is skipped; where somebody has to know why, he is told.
    bool is_no_message(std::string_view line);
    void on_request(client_request request);
    /// Aborts what is in flight; the answers can still be written.
    void end_session();
    void end_writing(deadline_timer& clock, clock_type::time_point when);

    executor executor_;
    client_limits limits_;
    request_handler& handler_;
    logger& log_;
    stream_descriptor in_, out_;
    int in_flags_, out_flags_;
    std::vector<shared_text> begun_;
    std::shared_ptr<client_session> session_;
    std::shared_ptr<outbox> box_;
    task_group requests_;
    task_group writer_;
    async_event room_; ///< something was written
    bool is_stopping_ = false;
};

} // namespace mcpgw
