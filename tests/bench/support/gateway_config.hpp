// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::bench {

/// Configurations of the gateway, as JSON.

/// A child that is the demo server of `binary`. `more`: members after it, raw, with commas between;
/// empty: none.
std::string demo_child(std::string_view binary, std::string_view name, std::string_view more = {});
/// The same, started by a shell after `before`, which may leave programs behind.
std::string wrapped_child(std::string_view binary, std::string_view name, std::string_view before,
                          std::string_view more = {});
/// The whole file. `gateway` and `defaults`: members, raw.
std::string configuration_of(const std::vector<std::string>& children, std::string_view gateway,
                             std::string_view defaults = {});

} // namespace mcpgw::bench
