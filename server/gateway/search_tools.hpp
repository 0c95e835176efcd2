// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/catalog/catalog_lookup.hpp"
#include "server/gateway/gateway_options.hpp"
#include "server/search/search_answer.hpp"
#include "server/search/tool_finder.hpp"
#include "transports/session/request_handler.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

/// What the search has spared the models of all clients, in tokens (estimated_tokens).
struct search_savings {
    std::uint64_t lists = 0;         ///< tools/list that were answered
    std::uint64_t searches = 0;      ///< search_tools, and get_schema with a query
    std::uint64_t described = 0;     ///< describe_tool
    std::uint64_t called = 0;        ///< call_tool
    std::uint64_t unserved = 0;      ///< searches that nothing served
    std::uint64_t tokens_of_all = 0; ///< of those lists, if all tools stood in them
    std::uint64_t tokens_sent = 0;   ///< of those lists, and of the answers of the search
};

/// The tools by which clients find tools where `expose` is `search`: search_tools, describe_tool.
/// call_tool is no work of this object: the gateway makes it the call of the tool that it names
/// (call_within). Owned by the gateway.
class search_tools {
public:
    search_tools(const gateway_options& options, const registry& upstreams,
                 const catalog_view& view, catalog_lookup& lookup);

    /// The options have changed.
    void adopt() { finder_.set_options(options_.search); }

    /// A tools/call result in the client's era.
    task<result<std::string>> call(std::string name, const client_request& request);
    /// For get_schema: raw structuredContent, of the tools that execute_child_tool reaches.
    /// `server`: of that one alone; empty: of all.
    task<result<std::string>> query(std::string question, std::string server,
                                    const client_request& request);

    /// A list was answered: with these tools of servers, in place of those.
    void note_list(const catalog& listed, const catalog& all);
    /// The call of the tool that a call of call_tool names: the same request, with that name and
    /// those arguments, so that it goes the way of every call. Error: invalid_arguments.
    result<client_request> call_within(const client_request& request);
    /// An error of arguments as a result for the client.
    static std::string refusal(const fault& why, const client_request& request);
    /// Raw object for the status; empty: nobody has searched or listed.
    [[nodiscard]] std::string status_json() const;

private:
    using outcome = result<std::string>; ///< raw tools/call result, or why not

    task<outcome> search(boost::json::object arguments, const client_request& request);
    task<outcome> describe(boost::json::object arguments, const client_request& request);

    const gateway_options& options_;
    const registry& upstreams_;
    const catalog_view& view_;
    catalog_lookup& lookup_;
    tool_finder finder_;
    search_savings savings_;
};

} // namespace mcpgw
