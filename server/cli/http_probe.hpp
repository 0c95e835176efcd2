// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

struct probe_response {
    int status = 0;
    std::string body;
};

/// One blocking HTTP request to a running gateway, for the command line (`health`, `status --url`);
/// https where a proxy before it speaks that. `time_limit` is for the whole. Errors:
/// connection_lost with the reason, bad_http_request for a bad URL.
result<probe_response> probe_http(const std::string& method, const std::string& url,
                                  const std::vector<std::pair<std::string, std::string>>& fields,
                                  const std::string& body,
                                  std::chrono::milliseconds time_limit = std::chrono::seconds{10});

} // namespace mcpgw
