// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

namespace mcpgw::bench {

/// The value of a header field in a head, whose lines all end with CR LF. `name` is in lower case;
/// empty: it is not there.
inline std::string_view field_of(std::string_view head, std::string_view name) {
    while (!head.empty()) {
        const auto end = std::min(head.find("\r\n"), head.size());
        const auto line = head.substr(0, end);
        const bool is_it = line.size() > name.size() && line[name.size()] == ':' &&
                           std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
                               return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
                           });
        if (is_it) {
            auto value = line.substr(name.size() + 1);
            while (value.starts_with(' ')) value.remove_prefix(1);
            return value;
        }
        head.remove_prefix(std::min(end + 2, head.size()));
    }
    return {};
}

} // namespace mcpgw::bench
