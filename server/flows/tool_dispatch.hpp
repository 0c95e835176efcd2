// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "server/workflows/tool_facts.hpp"
#include "transports/async/asio.hpp"
#include "transports/session/request_handler.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// How the steps of workflows call tools: as a client does that names the server, or the tool by
/// the name that clients see. Implemented by the gateway.
class tool_dispatch {
public:
    /// `request` is a tools/call for that tool with the arguments for it; the result, raw and in
    /// the revision of the request, may be `input_required`. `server` empty: `tool` is a public
    /// name.
    virtual task<result<std::string>> call_tool(std::string server, std::string tool,
                                                const client_request& request,
                                                reply_sink& sink) = 0;
    /// As the client sees it who makes `request`.
    [[nodiscard]] virtual tool_facts facts_of(std::string_view server, std::string_view tool,
                                              const client_request& request) const = 0;

protected:
    ~tool_dispatch() = default;
};

} // namespace mcpgw
