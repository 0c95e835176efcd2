// SPDX-License-Identifier: Apache-2.0
#include "children/child_options.hpp"

namespace mcpgw {

std::vector<std::string> default_inherited() {
    return {"ALL_PROXY",
            "HOME",
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "LANG",
            "LC_ALL",
            "LOGNAME",
            "NODE_EXTRA_CA_CERTS",
            "NO_PROXY",
            "PATH",
            "REQUESTS_CA_BUNDLE",
            "SHELL",
            "SSL_CERT_DIR",
            "SSL_CERT_FILE",
            "TERM",
            "TMPDIR",
            "TZ",
            "USER",
            "all_proxy",
            "http_proxy",
            "https_proxy",
            "no_proxy"};
}

} // namespace mcpgw
