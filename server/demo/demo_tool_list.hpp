// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

enum class demo_tool : unsigned char {
    echo,
    add,
    wait,
    ask,
    large_text,
    image,
    fail,
    crash,
    environment,
    log,
};

std::optional<demo_tool> find_demo_tool(std::string_view name);

/// `"tools":[…]`, the member of the answer to tools/list. One line.
const std::string& demo_tool_list();

} // namespace mcpgw
