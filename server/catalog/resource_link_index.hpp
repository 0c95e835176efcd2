// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/session/request_handler.hpp"

#include <boost/multi_index/composite_key.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace mcpgw {

/// Finds the server of a resource that no list names, by the links that each client has seen: tools
/// and prompts return resource links and embedded resources, which the client may then read
/// (2025-11-25, server/tools, "Resource Links": they need not be listed).
///
/// Each client has its own links, because two servers may use one URI for different things. The
/// index guards nothing: a client may read any resource of a server at the server's own endpoint.
/// It is asked last, after all lists and templates, so that no server can take over the URIs of
/// another by linking to them.
///
/// Bounded: the links that were not used for the longest time are forgotten. Owned by the catalog
/// lookup; does no I/O.
class resource_link_index {
public:
    static constexpr std::size_t links_max = 10'000;        ///< of all clients
    static constexpr std::size_t links_of_result_max = 500; ///< taken from one result
    static constexpr std::size_t uri_bytes_max = 1'024;     ///< longer ones are not kept

    /// The client of a request: a legacy session or connection, or all requests of one principal.
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
    [[nodiscard]] const std::string* find(std::string_view client, std::string_view uri);
    void forget(std::string_view client);
    [[nodiscard]] std::size_t size() const { return links_.size(); }

private:
    struct link {
        std::string client;
        std::string uri;
        std::string upstream;
    };
    struct by_use {};
    struct by_client_and_uri {};
    template <class Tag>
    using tagged = boost::multi_index::tag<Tag>;
    using client_and_uri = boost::multi_index::composite_key<
        link, boost::multi_index::member<link, std::string, &link::client>,
        boost::multi_index::member<link, std::string, &link::uri>>;
    using less = boost::multi_index::composite_key_compare<std::less<>, std::less<>>;
    /// The link that was used last is in front.
    boost::multi_index_container<
        link, boost::multi_index::indexed_by<boost::multi_index::sequenced<tagged<by_use>>,
                                             boost::multi_index::ordered_unique<
                                                 tagged<by_client_and_uri>, client_and_uri, less>>>
        links_;
};

} // namespace mcpgw
