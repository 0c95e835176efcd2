// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "server/demo/demo_arguments.hpp"

#include <string>
#include <vector>

namespace mcpgw {

/// The demo server's tools that answer at once. Each returns the members of its result.
///
/// A fault with the code invalid_arguments is the caller's mistake and becomes a tool error.

/// What the process sees around it; read once at the start.
struct demo_surroundings {
    std::vector<std::string> variable_names; ///< of the environment, sorted; never values
    std::string working_directory;
};

/// For calls that the dispatcher's short cut does not take, such as those without a message.
result<std::string> call_echo(const demo_arguments& arguments);
result<std::string> call_add(const demo_arguments& arguments);
result<std::string> call_large_text(const demo_arguments& arguments);
result<std::string> call_image(const demo_arguments& arguments);
result<std::string> call_fail(const demo_arguments& arguments);
result<std::string> call_environment(const demo_arguments& arguments,
                                     const demo_surroundings& surroundings);

/// What a call of `log` asks for.
struct demo_log_entry {
    std::string level; ///< a known name
    int severity = 0;  ///< as parse_log_level() counts
    std::string message;
};

result<demo_log_entry> parse_log_call(const demo_arguments& arguments);
/// `params` of notifications/message.
std::string log_params(const demo_log_entry& entry);

} // namespace mcpgw
