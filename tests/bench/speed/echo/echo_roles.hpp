// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/echo/echo_answers.hpp"

namespace mcpgw::bench {

/// Answers lines on stdin until its end: all that are there, with one write.
int run_echo_over_stdio(const echo_answers& answers);
/// Answers HTTP/1.1 on a free port of loopback, which the first line of stderr names, until it is
/// killed. One thread.
int run_echo_over_http(const echo_answers& answers);

} // namespace mcpgw::bench
