// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/session/request_handler.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace mcpgw {

/// From which server each client has seen a link to a resource that no list names: tools and
/// prompts return resource links and embedded resources, which the client may then read
/// (2025-11-25, server/tools, "Resource Links": they need not be listed).
///
/// Kept for each client apart, because two servers may use one URI for different things. It guards
/// nothing: whoever reaches the gateway may read any resource of a server at the server's own
/// endpoint. It only finds the server, after all lists and templates: no server can take over the
/// URIs of another by linking to them.
///
/// Bounded; the links that were not used for the longest time are forgotten. Owned by the gateway;
/// does no I/O.
class link_memory {
public:
    static constexpr std::size_t links_max = 10'000;        ///< of all clients
    static constexpr std::size_t links_of_result_max = 500; ///< taken from one result
    static constexpr std::size_t uri_bytes_max = 1'024;     ///< longer ones are not kept

    /// Who reads: a legacy session or connection, or all requests of one principal.
    static std::string client_of(const client_request& request);
    static std::string client_of(const client_session& session);

    /// Whether it is worth to note the result; to be asked first, before it is even known whose it
    /// is: most have no links, and some are large.
    static bool may_have_links(const message_text& result_json);
    /// Takes down the links in a result (raw object) of tools/call or prompts/get.
    void note_result(const std::string& client, const std::string& upstream,
                     std::string_view result_json);
    void note(const std::string& client, const std::string& upstream, std::string uri);
    /// The server, valid until the next change; null: this client has seen no such link.
    [[nodiscard]] const std::string* find(const std::string& client, std::string_view uri);
    void forget(const std::string& client);
    [[nodiscard]] std::size_t size() const { return links_.size(); }

private:
    using key = std::pair<std::string, std::string>; ///< client, uri
    struct link {
        key where;
        std::string upstream;
    };
    std::list<link> links_; ///< the one used last in front
    std::map<key, std::list<link>::iterator> index_;
};

} // namespace mcpgw
