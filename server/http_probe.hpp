#pragma once

#include "protocol/error.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

struct probe_response {
    int status = 0;
    std::string body;
};

/// One blocking HTTP request to a running gateway, for the command line (`health`, `status --url`).
/// Plain http only. Errors: connection_lost with the reason, bad_http_request for a bad URL.
result<probe_response> probe_http(const std::string& method, const std::string& url,
                                  const std::vector<std::pair<std::string, std::string>>& fields,
                                  const std::string& body);

} // namespace mcpgw
