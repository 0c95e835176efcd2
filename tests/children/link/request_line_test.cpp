// SPDX-License-Identifier: Apache-2.0
#include "children/link/request_line.hpp"

#include "protocol/message/envelope.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
namespace json = boost::json;

namespace {

constexpr multiplexer::upstream_id id = 65537;

upstream_call call_of(std::string_view method_name) {
    upstream_call request;
    request.method = method_name;
    return request;
}

/// The line, parsed; fails the test if it is no message on one line.
json::value parsed(const std::string& line) {
    INFO(line);
    REQUIRE(scan_envelope(line).has_value());
    REQUIRE(line.find('\n') == std::string::npos);
    return json::parse(line);
}

} // namespace

TEST_CASE("a_request_without_parameters_has_no_params_member") {
    CHECK(make_request_line(call_of("ping"), id, newest_legacy).str() ==
          R"({"jsonrpc":"2.0","id":65537,"method":"ping"})");
}

TEST_CASE("the_members_of_a_call_are_copied_byte_for_byte") {
    auto request = call_of("tools/call");
    request.members = R"("name":"t","arguments":{"n":1.0, "big":123456789012345678901234567890})";
    CHECK(make_request_line(request, id, newest_legacy).str() ==
          R"({"jsonrpc":"2.0","id":65537,"method":"tools/call","params":{"name":"t",)"
          R"("arguments":{"n":1.0, "big":123456789012345678901234567890}}})");
}

TEST_CASE("the_progress_token_is_our_id") {
    auto request = call_of("tools/call");
    request.wants_progress = true;
    CHECK(make_request_line(request, id, newest_legacy).str() ==
          R"({"jsonrpc":"2.0","id":65537,"method":"tools/call",)"
          R"("params":{"_meta":{"progressToken":65537}}})");
}

TEST_CASE("meta_members_of_the_client_travel_beside_ours") {
    auto request = call_of("tools/call");
    request.members = R"("name":"t")";
    request.meta_members = R"("traceparent":"x")";
    request.wants_progress = true;
    const auto line = parsed(make_request_line(request, id, newest_legacy).str());
    CHECK(line.at("params") ==
          json::parse(R"({"name":"t","_meta":{"traceparent":"x","progressToken":65537}})"));
}

TEST_CASE("a_modern_request_carries_version_client_and_capabilities") {
    auto request = call_of("tools/list");
    request.client_capabilities = R"({"sampling":{}})";
    request.log_level = R"("info")";
    const auto line = parsed(make_request_line(request, id, newest_modern).str());
    const auto& meta = line.at("params").at("_meta");
    CHECK(meta.at("io.modelcontextprotocol/protocolVersion") == "2026-07-28");
    CHECK(meta.at("io.modelcontextprotocol/clientInfo") == json::parse(gateway_client_info()));
    CHECK(meta.at("io.modelcontextprotocol/clientCapabilities") ==
          json::parse(R"({"sampling":{}})"));
    CHECK(meta.at("io.modelcontextprotocol/logLevel") == "info");
    CHECK(meta.as_object().size() == 4);
}

TEST_CASE("a_modern_request_of_a_client_without_capabilities_says_so") {
    const auto line = parsed(make_request_line(call_of("tools/list"), id, newest_modern).str());
    const auto& meta = line.at("params").at("_meta").as_object();
    CHECK(meta.at("io.modelcontextprotocol/clientCapabilities") == json::object{});
    CHECK_FALSE(meta.contains("io.modelcontextprotocol/logLevel"));
}

TEST_CASE("before_the_handshake_and_to_legacy_servers_no_modern_key_is_sent") {
    auto request = call_of("tools/list");
    request.client_capabilities = R"({"sampling":{}})";
    request.log_level = R"("info")";
    for (const auto spoken : {std::optional<revision>{}, std::optional{newest_legacy}})
        CHECK(make_request_line(request, id, spoken).str().find("modelcontextprotocol") ==
              std::string::npos);
}

TEST_CASE("a_cancel_line_quotes_its_reason") {
    const auto line = parsed(make_cancel_line(id, "the \"user\"\nsaid \xff stop"));
    CHECK(line.at("method") == "notifications/cancelled");
    CHECK(line.at("params").at("requestId") == 65537);
    CHECK(line.at("params").at("reason") == "the \"user\"\nsaid \xef\xbf\xbd stop");
}

TEST_CASE("the_gateway_says_its_version_to_servers") {
    CHECK(json::parse(gateway_client_info()).at("version") == MCPGW_VERSION);
}

TEST_CASE("a_long_text_in_a_request_is_shared_with_its_line") {
    const shared_text text{'"' + std::string(200'000, 'x') + '"'};
    auto request = call_of("tools/call");
    request.meta_members = R"("mine":1)";
    auto copied = request;
    request.members = {R"("name":"a","arguments":)", text, R"(,"task":{})"};
    copied.members = request.members.str();
    for (const auto spoken : {newest_legacy, newest_modern}) {
        const auto line = make_request_line(request, id, spoken);
        CHECK(line.middle.view().data() == text.view().data());
        CHECK(line.str() == make_request_line(copied, id, spoken).str());
    }
}
