// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/endpoint_path.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {
namespace {

using kind = endpoint_path::kind;

void check(const endpoint_path& found, kind at, std::string_view scope = {},
           std::string_view prefix = {}) {
    CHECK(found.at == at);
    CHECK(found.scope == scope);
    CHECK(found.prefix == prefix);
}

} // namespace

TEST_CASE("endpoints_of_views_are_those_of_the_gateway_behind_a_name") {
    const http_options options;
    const auto of = [&options](std::string_view path) {
        return endpoint_path::of(path, options);
    };
    check(of("/mcp"), kind::streamable);
    check(of("/sse"), kind::sse_stream);
    check(of("/messages"), kind::sse_messages);
    check(of("/servers/a/mcp"), kind::streamable, "a");
    check(of("/views/a/mcp"), kind::streamable, "views/a", "/views/a");
    check(of("/views/a/sse"), kind::sse_stream, "views/a", "/views/a");
    check(of("/views/a/messages"), kind::sse_messages, "views/a", "/views/a");
    check(of("/layers/data/mcp"), kind::streamable, "layers/data", "/layers/data");
    check(of("/tags/read%20only/sse"), kind::sse_stream, "tags/read only", "/tags/read%20only");
    check(of("/tags/a%2Fb/mcp"), kind::streamable, "tags/a/b", "/tags/a%2Fb");
    for (const auto* const path : {"/views//mcp", "/views/a", "/views/a/b/mcp", "/views/a/status",
                                   "/views/%/mcp", "/views/%4/mcp", "/views/%zz/mcp",
                                   "/views/%-1/mcp", "/servers//mcp", "/view/a/mcp", "/", ""})
        check(of(path), kind::none);
}

TEST_CASE("endpoints_of_views_follow_the_configured_paths") {
    http_options options;
    options.path = "/gate/way";
    options.sse_path = "/events";
    options.messages_path = "/say";
    const auto of = [&options](std::string_view path) {
        return endpoint_path::of(path, options);
    };
    check(of("/mcp"), kind::none);
    check(of("/views/a/gate/way"), kind::streamable, "views/a", "/views/a");
    check(of("/views/a/mcp"), kind::streamable, "views/a", "/views/a");
    check(of("/views/a/events"), kind::sse_stream, "views/a", "/views/a");
    check(of("/views/a/say"), kind::sse_messages, "views/a", "/views/a");
    options.path = "/";
    check(of("/"), kind::streamable);
    check(of("/views/a"), kind::streamable, "views/a", "/views/a");
}

} // namespace mcpgw
