// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/load/answer_check.hpp"
#include "tests/bench/speed/load/http_connection.hpp"
#include "tests/bench/speed/load/lane.hpp"
#include "tests/bench/speed/load/requests.hpp"

#include <string>

namespace mcpgw::bench {

/// A client of Streamable HTTP, with a session of its own where its dialect has them.
class http_lane : public lane {
public:
    http_lane(std::uint16_t port, const std::string& path, const call_kind& kind, dialect spoken,
              answer_check& check);

    void watch(int poller, std::uint64_t key) override;
    void send(std::uint64_t id) override;
    void on_ready(call_sink& sink) override;
    void close() override;

private:
    void write();
    void judge(call_sink& sink);

    http_connection connection_;
    std::string path_;
    std::string session_;
    patched_text request_;
    answer_check& check_;
    std::uint64_t id_ = 0; ///< of the call; 0: there is none
    std::size_t written_ = 0;
};

} // namespace mcpgw::bench
