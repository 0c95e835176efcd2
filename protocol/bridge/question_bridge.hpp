// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/message/mcp.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// What a server asks in the middle of a call (sampling/createMessage, elicitation/create,
/// roots/list), in the revision of the client that is asked, and the answer in the server's. The
/// same for live requests of legacy servers and for entries of a modern server's `inputRequests`,
/// shown as live requests to legacy clients or as `inputRequests` to modern ones. Pure.
struct question_route {
    revision server = newest_legacy;
    revision client = newest_legacy;
    std::string_view client_capabilities; ///< raw object, as the client declared them
    /// Text that no other question to this client has. It becomes `elicitationId` where the
    /// client's revision needs one and the server gave none (URL mode, modern to 2025-11-25).
    std::string_view unique_id;
};

/// `params` for the client: a raw object, or empty where the method has none. Takes out what
/// belongs to one hop (`task`, progress tokens) and what the client's revision does not have as
/// long as the meaning stays; otherwise refuses:
///  - method_not_found: the client did not declare the capability, or its revision has none
///  - invalid_params: the mode, the tools or the content are more than this client takes
///    (2025-11-25, client/elicitation, "Error Handling")
/// Where a capability is missing the fault's `data_json` is {"requiredCapabilities":{…}}, which is
/// what error -32021 tells a modern client. The texts are for the server's log and for users.
result<std::string> question_for_client(std::string_view method, std::string_view params,
                                        const question_route& route);

/// The client's answer (raw result) for the server. session_error: it is no object, or holds what
/// the server's revision does not have.
result<std::string> answer_for_server(std::string_view method, std::string_view answer,
                                      const question_route& route);

} // namespace mcpgw
