// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A `.env` file: KEY=VALUE lines, blanks and # comments, an optional `export` before the key.
///
/// 'single quotes' keep everything; "double quotes" know \n \t \r \" \\ \$ and may go over several
/// lines; without quotes a value ends at " #" or the line's end and is trimmed. Values are taken as
/// they are: no variables are replaced in them. The last of several lines with one key wins.
struct env_file {
    struct bad_line {
        std::size_t line = 0;
        std::string message; ///< never quotes the line
    };
    std::map<std::string, std::string> values;
    std::vector<bad_line> bad_lines;
};

env_file parse_env_file(std::string_view text);

/// `value` as it is written behind KEY= so that it is read as the same.
std::string quote_env_value(std::string_view value);

} // namespace mcpgw
