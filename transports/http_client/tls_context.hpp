// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "transports/async/asio_ssl.hpp"

#include <memory>
#include <string>

namespace mcpgw {

/// How servers prove their identity to us. There is no way to switch that off: for a server with
/// a certificate of its own, the user names the file of its CA.
struct tls_options {
    std::string ca_file; ///< PEM; trusted beside nothing else. Empty: the system's store
};

/// For outgoing connections: TLS 1.2 or newer, the chain and the host name are checked. Error
/// server_failed: the CA file cannot be read.
result<std::shared_ptr<tls_context>> make_client_tls_context(const tls_options& options);

} // namespace mcpgw
