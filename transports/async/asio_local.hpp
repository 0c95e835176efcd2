// SPDX-License-Identifier: Apache-2.0
#pragma once

// Asio's Unix sockets, apart from asio.hpp: few sources need them.
#include "transports/async/asio.hpp"

#include <boost/asio/local/stream_protocol.hpp>

namespace mcpgw {

using local_protocol = asio::local::stream_protocol;
using local_acceptor = asio::basic_socket_acceptor<local_protocol, executor>;
using local_socket = asio::basic_stream_socket<local_protocol, executor>;

} // namespace mcpgw
