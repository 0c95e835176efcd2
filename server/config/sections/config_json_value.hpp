// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <string>

namespace mcpgw {

/// Whether {{name}} in a text stands for an argument of a call (protocol/text/argument_template).
enum class placeholders : unsigned char { are_text, are_checked };

/// A value of the file as JSON, for a tool. What JSON or a template cannot have is reported.
std::string json_of(const config_node& node, const std::string& path, placeholders in_texts,
                    problem_log& problems);

} // namespace mcpgw
