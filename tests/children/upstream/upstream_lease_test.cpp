// SPDX-License-Identifier: Apache-2.0
// Calls on a place, and what is tried once more; the code under test is
// children/upstream/upstream_lease.cpp.
#include "tests/support/fake_remote.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::string_view discovery =
    R"({"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"resultType":"complete"})";

/// A modern server with one tool, which wants its `region` in a header field.
class annotated_server {
public:
    fake_reply operator()(const received_request& request,
                          const connection_pointer& /*connection*/) const {
        const auto name = fake_remote::name_of(request);
        const auto id = fake_remote::id_of(request);
        if (name == "server/discover") return {json_response(result_of(id, discovery))};
        if (name == "tools/list") return {json_response(result_of(id, list()))};
        const bool is_right = request.field("mcp-param-" + wanted) == "eu";
        if (is_right) return {json_response(result_of(id, text_result("taken")))};
        return {response_text("400 Bad Request", "Content-Type: application/json\r\n",
                              error_answer(id, -32020, "header mismatch"))};
    }

    std::string listed = "Region"; ///< the annotation that tools/list shows
    std::string wanted = "region"; ///< and what calls must have

private:
    [[nodiscard]] std::string list() const {
        return R"({"tools":[{"name":"query","inputSchema":{"type":"object","properties":)"
               R"({"region":{"type":"string","x-mcp-header":")" +
               listed + R"("}}}},{"name":"bad","inputSchema":{"type":"object","properties":)" +
               R"({"list":{"type":"array","x-mcp-header":"List"}}}}]})";
    }
};

struct annotated_world {
    annotated_world()
        : world([this](const auto& request, const auto& connection) {
            return server(request, connection);
        }) {
        world.child.must_start();
    }
    auto query() { return world.child.call("query", R"({"region":"eu"})"); }
    std::size_t calls() const { return world.server.count("tools/call"); }

    annotated_server server;
    remote_world world;
};

} // namespace

TEST_CASE("annotated_arguments_travel_to_a_remote_server_as_header_fields") {
    annotated_world remote;
    CHECK(text_of(remote.query()) == "taken");
    CHECK(remote.world.server.received("tools/call").at(0).field("mcp-param-region") == "eu");
}

TEST_CASE("tools_of_a_remote_server_with_invalid_annotations_are_not_offered") {
    annotated_world remote;
    CHECK(keys(remote.world.child.get().lists().tools) == std::vector<std::string>{"query"});
}

TEST_CASE("call_with_headers_that_became_wrong_is_sent_again_with_those_of_the_new_list") {
    annotated_world remote;
    remote.server.listed = "Zone";
    remote.server.wanted = "zone";
    CHECK(text_of(remote.query()) == "taken");
    CHECK(remote.calls() == 2);
    CHECK(text_of(remote.query()) == "taken");
    CHECK(remote.calls() == 3);
}

TEST_CASE("call_whose_client_ends_its_session_is_over_and_waits_for_no_other_process") {
    child_world world{fake_options()};
    world.must_start();
    auto& call = world.begin(tool_call("never"));
    call.abort.abort(fault{errc::session_unknown, "the client ended the session"});
    const auto answer = world.end(call);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::session_unknown);
    CHECK(world.status().restarts == 0);
}

TEST_CASE("call_whose_headers_are_refused_for_no_reason_is_not_sent_again") {
    annotated_world remote;
    remote.server.wanted = "unknown";
    const auto answer = remote.query();
    REQUIRE(answer.has_value());
    CHECK(answer->message.is_error);
    CHECK(remote.calls() == 1);
}
