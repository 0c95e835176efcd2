// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "transports/async/asio_ssl.hpp"

#include <memory>
#include <string>

namespace mcpgw {

/// How servers that we connect to prove who they are. There is no way to switch that off: who has
/// a certificate of their own names the file of their CA.
struct tls_options {
    std::string ca_file; ///< PEM; trusted beside nothing else. Empty: the system's store
};

/// For outgoing connections: TLS 1.2 or newer, the chain and the host name are checked. Error
/// server_failed: the CA file cannot be read.
result<std::shared_ptr<tls_context>> make_client_tls_context(const tls_options& options);

} // namespace mcpgw
