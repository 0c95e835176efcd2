// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/tls_context.hpp"

namespace mcpgw {

result<std::shared_ptr<tls_context>> make_client_tls_context(const tls_options& options) {
    auto context = std::make_shared<tls_context>(tls_context::tls_client);
    boost::system::error_code ec;
    context->set_options(
        tls_context::default_workarounds | tls_context::no_tlsv1 | tls_context::no_tlsv1_1, ec);
    if (!ec) context->set_verify_mode(asio::ssl::verify_peer, ec);
    if (ec) return fault{errc::server_failed, "TLS cannot be set up: " + ec.message()};
    if (options.ca_file.empty())
        context->set_default_verify_paths(ec);
    else
        context->load_verify_file(options.ca_file, ec);
    if (ec)
        return fault{errc::server_failed,
                     options.ca_file.empty()
                         ? "the system's CA certificates cannot be read: " + ec.message()
                         : "the CA file '" + options.ca_file + "' cannot be read: " + ec.message()};
    return context;
}

} // namespace mcpgw
