// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/request_target.hpp"

#include "protocol/text/http_text.hpp"

#include <algorithm>

namespace mcpgw {

request_target split_target(std::string_view target) {
    request_target found;
    target = target.substr(0, target.find('#'));
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.starts_with('/') || !iequals(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        found.authority = target.substr(0, target.find_first_of("/?"));
        target.remove_prefix(found.authority.size());
        break;
    }
    const auto mark = std::min(target.find('?'), target.size());
    found.path = target.substr(0, mark);
    found.query = target.substr(std::min(mark + 1, target.size()));
    if (found.path.empty()) found.path = "/";
    if (found.path.size() > 1 && found.path.ends_with('/')) found.path.remove_suffix(1);
    return found;
}

} // namespace mcpgw
