// SPDX-License-Identifier: Apache-2.0
#include "children/child_options.hpp"

#include <utility>

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

std::shared_ptr<const argument_rules> tool_options::rules() const {
    if (arguments.empty()) return nullptr;
    std::vector<argument_rule> rules;
    for (const auto& [name, given] : arguments) {
        const bool is_fixed = !given.value.empty();
        if (!is_fixed && given.fallback.empty() && !given.is_hidden) continue;
        rules.push_back({name, is_fixed ? given.value : given.fallback, is_fixed, given.is_hidden});
    }
    return rules.empty() ? nullptr : std::make_shared<const argument_rules>(std::move(rules));
}

} // namespace mcpgw
