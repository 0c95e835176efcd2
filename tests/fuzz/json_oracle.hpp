// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace mcpgw::test {

/// What Boost.JSON makes of `text`; nothing if it refuses.
inline std::optional<boost::json::value>
parse_json(std::string_view text, boost::system::error_code& ec, std::size_t depth_max = 256) {
    boost::json::parse_options options;
    options.max_depth = depth_max;
    auto value =
        boost::json::parse(boost::json::string_view{text.data(), text.size()}, ec, {}, options);
    if (ec) return std::nullopt;
    return value;
}

inline std::optional<boost::json::value> parse_json(std::string_view text,
                                                    std::size_t depth_max = 256) {
    boost::system::error_code ec;
    return parse_json(text, ec, depth_max);
}

/// The object of that name in `around`, or nullptr.
inline const boost::json::object* find_object(const boost::json::object& around,
                                              std::string_view name) {
    const boost::json::value* const found = around.if_contains(name);
    return found == nullptr ? nullptr : found->if_object();
}

} // namespace mcpgw::test
