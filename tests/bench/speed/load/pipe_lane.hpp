// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/load/answer_check.hpp"
#include "tests/bench/speed/load/lane.hpp"
#include "tests/bench/speed/load/requests.hpp"
#include "tests/bench/support/program.hpp"

#include <string>
#include <vector>

namespace mcpgw::bench {

/// A client over the pipes of a process that it has started: many calls at a time, those that are
/// ready go with one write.
class pipe_lane : public lane {
public:
    /// Starts the process and shakes hands.
    pipe_lane(const program_options& process, const call_kind& kind, dialect spoken,
              answer_check& check);

    void watch(int poller, std::uint64_t key) override;
    void send(std::uint64_t id) override;
    void flush() override;
    void on_ready(call_sink& sink) override;

    [[nodiscard]] const program& process() const { return process_; }

private:
    void shake_hands(dialect spoken);

    program process_;
    patched_text request_;
    answer_check& check_;
    std::string out_;
    std::size_t written_ = 0;
    std::vector<char> in_;
    std::size_t filled_ = 0;
};

} // namespace mcpgw::bench
