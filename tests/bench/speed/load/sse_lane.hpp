// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/load/answer_check.hpp"
#include "tests/bench/speed/load/http_connection.hpp"
#include "tests/bench/speed/load/lane.hpp"
#include "tests/bench/speed/load/requests.hpp"

#include <string>
#include <string_view>

namespace mcpgw::bench {

/// A client of HTTP+SSE (2024-11-05): a stream on one connection, posts on another. A call is over
/// when its post is accepted and its answer has come on the stream.
class sse_lane : public lane {
public:
    sse_lane(std::uint16_t port, const std::string& path, const call_kind& kind,
             answer_check& check);

    void watch(int poller, std::uint64_t key) override;
    void send(std::uint64_t id) override;
    void on_ready(call_sink& sink) override;

private:
    void open_stream(std::uint16_t port, const std::string& path);
    void read_posted();
    void read_stream();
    /// The data of the next whole event on the stream; false: there is none yet.
    bool take_event(std::string& data);
    /// Waits for it.
    std::string await_event();
    void post(std::string_view message);

    http_connection stream_;
    http_connection posts_;
    std::string endpoint_;
    patched_text request_;
    answer_check& check_;
    std::uint64_t id_ = 0; ///< of the call; 0: there is none
    bool is_accepted_ = false;
    bool is_answered_ = false;
};

} // namespace mcpgw::bench
