// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mcpgw::bench {

/// Sockets on loopback, non-blocking and without delay of small packets. They throw
/// std::runtime_error where they cannot be made.

/// Listens on a free port.
int listen_on_loopback(std::uint16_t& port);
/// -1: nobody waits.
int accept_peer(int listener);
/// Connected when it returns.
int connect_to_loopback(std::uint16_t port);
/// A port that was free a moment ago, for programs that cannot choose one.
std::uint16_t find_free_port();

} // namespace mcpgw::bench
