// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/mcp.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// What a client can be asked, by what it declared and by what its revision knows.
struct client_abilities {
    bool roots = false;
    bool sampling = false;
    bool sampling_tools = false;
    bool form = false; ///< elicitation; `{}` means form (2025-11-25, client/elicitation)
    bool url = false;  ///< elicitation in URL mode
};

/// `capabilities`: the raw object of initialize, or of the modern envelope; may be empty.
client_abilities abilities_of(std::string_view capabilities, revision client);

/// Everything that the gateway relays to clients, for servers that are initialised before the
/// client is known. `offered` is the revision in that initialize. What the client of a call lacks
/// is refused then (question_for_client). Raw object.
std::string relayed_client_capabilities(revision offered);

/// The capabilities of one client as a server of another revision knows them: `initialize` of a
/// server that serves this client alone, or the envelope of a request to a modern one. Takes out
/// what that revision does not have, tasks (which are another feature in each era) and extensions
/// that the gateway does not relay. Raw object.
std::string client_capabilities_for(std::string_view capabilities, revision client,
                                    revision server);

/// Whether an extension works through the gateway unchanged, because it has neither methods nor
/// notifications of its own (2026-07-28, basic/versioning, "Extension Negotiation").
bool is_relayed_extension(std::string_view name);

} // namespace mcpgw
