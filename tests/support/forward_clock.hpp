// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace mcpgw::child_test {

/// Puts the steady clock of this program forward, for all that waits by it. Timers notice it when
/// the next one is set. Never back: nothing that has a time would understand that.
void put_clock_forward(std::chrono::steady_clock::duration time);

} // namespace mcpgw::child_test
