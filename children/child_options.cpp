// SPDX-License-Identifier: Apache-2.0
#include "children/child_options.hpp"

namespace mcpgw {

std::string_view to_string(start_policy start) {
    switch (start) {
    case start_policy::automatic:
        return "auto";
    case start_policy::lazy:
        return "lazy";
    case start_policy::keep_alive:
        return "keep_alive";
    case start_policy::pre_warm:
        return "pre_warm";
    }
    return "unknown";
}

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
