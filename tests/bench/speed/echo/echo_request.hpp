// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mcpgw::bench {

/// What the echo server wants to know of a message; views into it. Strings are without quotes and
/// with their escapes, other values raw; empty: not there.
struct echo_request {
    std::string_view id;
    std::string_view method;
    std::string_view tool;
    std::string_view text;           ///< the argument, raw: it goes back as it came
    std::string_view progress_token; ///< raw
    std::string_view revision;       ///< asked for by initialize
    bool is_modern = false;          ///< _meta names the revision
};

/// In one pass, so that megabytes of text cost one look at them. False: no JSON object. Members may
/// come in any order.
bool read_echo_request(std::string_view message, echo_request& out);

} // namespace mcpgw::bench
