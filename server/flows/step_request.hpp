// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Who runs a workflow: what all requests of its steps have of the client's own. A copy, because
/// the workflow may outlive the request that began it.
struct workflow_client {
    explicit workflow_client(const client_request& request);

    /// tools/call of `tool`. `retry`: more members of params, raw, beginning with a comma.
    [[nodiscard]] result<client_request> request_for(std::string_view tool,
                                                     std::string_view arguments_json,
                                                     std::string_view retry,
                                                     abort_signal& abort) const;

    era client_era;
    revision spoken;
    std::shared_ptr<client_session> session;
    std::string scope;
    std::string principal;
    std::string progress_token; ///< raw; empty: it wants no progress
    std::string capabilities;   ///< raw object
    std::string meta;           ///< raw members of `_meta` for each step, without braces
};

} // namespace mcpgw
