// SPDX-License-Identifier: Apache-2.0
#pragma once

// Asio's TLS, apart from asio.hpp: few sources need it, and it brings OpenSSL's headers.
#include "transports/async/asio.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace mcpgw {

using tls_context = asio::ssl::context;
using tls_stream = asio::ssl::stream<tcp_socket&>;

} // namespace mcpgw
