// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_dispatcher.hpp"

#include "tests/support/demo_client.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw::demo_test {

namespace json = boost::json;

TEST_CASE("every_legacy_revision_is_negotiated_as_asked") {
    for (const auto* version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
        demo_client client;
        const auto answer = client.initialize(version);
        CHECK(answer.at("id") == "init");
        const auto& result = answer.at("result");
        CHECK(result.at("protocolVersion") == version);
        CHECK(result.at("serverInfo").at("name") == "mcp-gateway-demo");
        CHECK(result.at("serverInfo").as_object().contains("version"));
        CHECK(result.at("capabilities").at("resources").at("subscribe") == true);
        CHECK(result.as_object().contains("instructions"));
        CHECK_FALSE(result.as_object().contains("resultType"));
    }
}

TEST_CASE("unknown_and_modern_versions_in_initialize_get_the_newest_legacy_one") {
    for (const auto* version : {"1999-01-01", "2026-07-28", ""}) {
        demo_client client;
        CHECK(client.initialize(version).at("result").at("protocolVersion") == "2025-11-25");
    }
}

TEST_CASE("initialize_without_a_version_is_refused_and_opens_no_session") {
    demo_client client;
    CHECK(error_code_of(client.ask(demo_client::legacy("1", "initialize"))) == -32602);
    CHECK(error_code_of(client.ask(demo_client::legacy("2", "tools/list"))) == -32602);
}

TEST_CASE("legacy_requests_before_initialize_are_refused_except_ping") {
    demo_client client;
    CHECK(error_code_of(client.ask(demo_client::legacy("1", "tools/list"))) == -32602);
    CHECK(error_code_of(client.ask(demo_client::legacy_call("2", "echo", R"({"message":"x"})"))) ==
          -32602);
    CHECK(error_code_of(client.ask(demo_client::legacy("3", "server/discover"))) == -32602);
    CHECK(client.ask(demo_client::legacy("4", "ping")).at("result") == json::object{});
}

TEST_CASE("legacy_session_answers_ping_and_ignores_notifications") {
    demo_client client;
    client.initialize();
    CHECK(client.send(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").empty());
    CHECK(client.send(R"({"jsonrpc":"2.0","method":"notifications/unheard_of"})").empty());
    CHECK(client.ask(demo_client::legacy("5", "ping")).at("id") == 5);
}

TEST_CASE("lists_carry_caching_hints_for_modern_clients_only") {
    demo_client client;
    client.initialize();
    const std::pair<const char*, const char*> lists[] = {
        {"tools/list", "tools"},
        {"prompts/list", "prompts"},
        {"resources/list", "resources"},
        {"resources/templates/list", "resourceTemplates"},
    };
    for (const auto& [method, member] : lists) {
        CAPTURE(method);
        const auto old = client.ask(demo_client::legacy("1", method)).at("result");
        CHECK(old.as_object().size() == 1);
        const auto young = client.ask(demo_client::modern("1", method)).at("result");
        CHECK(young.at(member) == old.at(member));
        CHECK(!old.at(member).as_array().empty());
        CHECK(young.at("resultType") == "complete");
        CHECK(young.at("ttlMs").as_int64() > 0);
        CHECK(young.at("cacheScope") == "public");
        CHECK(young.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name") ==
              "mcp-gateway-demo");
    }
}

TEST_CASE("lists_have_one_page_and_refuse_cursors") {
    demo_client client;
    client.initialize();
    for (const auto* method :
         {"tools/list", "prompts/list", "resources/list", "resources/templates/list"}) {
        CHECK(error_code_of(client.ask(demo_client::legacy("1", method, R"({"cursor":""})"))) ==
              -32602);
        CHECK(error_code_of(client.ask(demo_client::modern("1", method, R"("cursor":"x")"))) ==
              -32602);
    }
}

TEST_CASE("discover_tells_versions_and_capabilities_without_a_session") {
    demo_client client;
    const auto result = client.ask(demo_client::modern("\"d\"", "server/discover")).at("result");
    CHECK(result.at("supportedVersions") == json::array{"2026-07-28"});
    CHECK(result.at("capabilities").as_object().contains("tools"));
    CHECK(result.at("resultType") == "complete");
    CHECK(result.at("cacheScope") == "public");
    CHECK(result.as_object().contains("ttlMs"));
    CHECK(result.as_object().contains("instructions"));
    CHECK(result.at("_meta").as_object().contains("io.modelcontextprotocol/serverInfo"));
}

TEST_CASE("unknown_modern_version_names_what_is_supported") {
    demo_client client;
    for (const auto* version : {"2025-11-25", "2030-01-01"}) {
        const auto answer = client.ask(demo_client::legacy(
            "1", "tools/list",
            R"({"_meta":{"io.modelcontextprotocol/protocolVersion":")" + std::string{version} +
                R"(","io.modelcontextprotocol/clientCapabilities":{}}})"));
        CHECK(error_code_of(answer) == -32022);
        CHECK(answer.at("error").at("data").at("supported") == json::array{"2026-07-28"});
        CHECK(answer.at("error").at("data").at("requested") == version);
    }
}

TEST_CASE("incomplete_or_malformed_modern_meta_is_refused") {
    demo_client client;
    client.initialize(); // an open session does not make such a request legacy
    for (const auto* meta : {
             R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"})",
             R"({"io.modelcontextprotocol/clientCapabilities":{}})",
             R"({"io.modelcontextprotocol/clientInfo":{"name":"x","version":"1"}})",
             R"({"io.modelcontextprotocol/protocolVersion":1,)"
             R"("io.modelcontextprotocol/clientCapabilities":{}})",
             R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
             R"("io.modelcontextprotocol/clientCapabilities":[]})",
             R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
             R"("io.modelcontextprotocol/clientCapabilities":{},)"
             R"("io.modelcontextprotocol/logLevel":"loud"})",
         }) {
        CAPTURE(meta);
        const auto params = R"({"_meta":)" + std::string{meta} + "}";
        CHECK(error_code_of(client.ask(demo_client::legacy("1", "tools/list", params))) == -32602);
    }
}

TEST_CASE("methods_of_the_other_era_do_not_exist") {
    demo_client client;
    client.initialize();
    for (const auto* method : {"initialize", "ping", "logging/setLevel", "resources/subscribe"})
        CHECK(error_code_of(client.ask(demo_client::modern("1", method))) == -32601);
    for (const auto* method : {"server/discover", "subscriptions/listen", "no/such"})
        CHECK(error_code_of(client.ask(demo_client::legacy("1", method))) == -32601);
}

TEST_CASE("both_eras_are_served_by_one_process_at_once") {
    demo_client client;
    client.initialize();
    const auto arguments = R"({"message":"hi"})";
    const auto old = client.ask(demo_client::legacy_call("1", "echo", arguments));
    const auto young = client.ask(
        demo_client::modern("1", "tools/call", demo_client::call_members("echo", arguments)));
    CHECK(text_of(old) == "hi");
    CHECK(text_of(young) == "hi");
    CHECK_FALSE(old.at("result").as_object().contains("resultType"));
    CHECK(young.at("result").at("resultType") == "complete");
}

TEST_CASE("bad_input_is_answered_and_the_server_goes_on") {
    demo_client client;
    client.initialize();
    const auto garbage = client.ask("this is no JSON");
    CHECK(error_code_of(garbage) == -32700);
    CHECK_FALSE(garbage.as_object().contains("id"));
    const auto wrong = client.ask(R"({"jsonrpc":"1.0","id":7,"method":"ping"})");
    CHECK(error_code_of(wrong) == -32600);
    CHECK(wrong.at("id") == 7);
    CHECK(error_code_of(client.ask(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])")) == -32600);
    CHECK(error_code_of(client.ask(std::string(5000, '['))) == -32600);
    CHECK(error_code_of(client.ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}")) ==
          -32700);
    CHECK(error_code_of(client.ask(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})")) ==
          -32600);
    CHECK(client.send(R"({"jsonrpc":"2.0","id":99,"result":{}})").empty());
    CHECK(client.ask(demo_client::legacy("8", "ping")).at("id") == 8);
}

TEST_CASE("log_level_must_be_known") {
    demo_client client;
    client.initialize();
    for (const auto* params : {R"({"level":"loud"})", R"({"level":3})", "{}"})
        CHECK(error_code_of(client.ask(demo_client::legacy("1", "logging/setLevel", params))) ==
              -32602);
    CHECK(client.ask(demo_client::legacy("1", "logging/setLevel", R"({"level":"info"})"))
              .at("result") == json::object{});
}

TEST_CASE("resources_are_read_and_not_found_has_the_code_of_the_era") {
    demo_client client;
    client.initialize();
    const auto old =
        client.ask(demo_client::legacy("1", "resources/read", R"({"uri":"demo://numbers/5"})"));
    CHECK(old.at("result").at("contents").at(0).at("text") == R"({"n":5,"square":25})");
    const auto young =
        client.ask(demo_client::modern("1", "resources/read", R"("uri":"demo://greeting")"));
    CHECK(young.at("result").at("cacheScope") == "public");

    const auto old_missing =
        client.ask(demo_client::legacy("1", "resources/read", R"({"uri":"demo://\u0061"})"));
    CHECK(error_code_of(old_missing) == -32002);
    CHECK(old_missing.at("error").at("data").at("uri") == "demo://a");
    const auto young_missing =
        client.ask(demo_client::modern("1", "resources/read", R"("uri":"demo://a")"));
    CHECK(error_code_of(young_missing) == -32602);
    CHECK(young_missing.at("error").at("data").at("uri") == "demo://a");
    CHECK(error_code_of(client.ask(demo_client::legacy("1", "resources/read"))) == -32602);
}

TEST_CASE("subscriptions_are_accepted_for_resources_that_exist") {
    demo_client client;
    client.initialize();
    for (const auto* method : {"resources/subscribe", "resources/unsubscribe"}) {
        CHECK(
            client.ask(demo_client::legacy("1", method, R"({"uri":"demo://logo"})")).at("result") ==
            json::object{});
        CHECK(error_code_of(client.ask(
                  demo_client::legacy("1", method, R"({"uri":"demo://none"})"))) == -32002);
    }
}

TEST_CASE("listen_acknowledges_what_exists_and_ends_gracefully") {
    demo_client client;
    const auto filter = R"("notifications":{"toolsListChanged":true,)"
                        R"("resourceSubscriptions":["demo://logo","demo://none",7]})";
    const auto listen = demo_client::modern("\"l\"", "subscriptions/listen", filter);
    const auto acknowledged = client.ask(listen);
    CHECK(acknowledged.at("method") == "notifications/subscriptions/acknowledged");
    const auto& params = acknowledged.at("params");
    CHECK(params.at("_meta").at("io.modelcontextprotocol/subscriptionId") == "l");
    CHECK(params.at("notifications") ==
          json::object{{"resourceSubscriptions", json::array{"demo://logo"}}});
    CHECK(error_code_of(client.ask(listen)) == -32600); // the id is in use

    const auto ended = client.end_input();
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].at("id") == "l");
    CHECK(ended[0].at("result").at("resultType") == "complete");
    CHECK(ended[0].at("result").at("_meta").at("io.modelcontextprotocol/subscriptionId") == "l");
}

TEST_CASE("cancelled_listen_is_forgotten") {
    demo_client client;
    CHECK(client.send(demo_client::modern("1", "subscriptions/listen", R"("notifications":{})"))
              .size() == 1);
    CHECK(client.send(demo_client::cancelled("1")).empty());
    CHECK(client.end_input().empty());
    CHECK(error_code_of(client.ask(demo_client::modern("1", "subscriptions/listen"))) == -32602);
}

TEST_CASE("prompt_and_completion_answer_in_both_eras") {
    demo_client client;
    client.initialize();
    const auto prompt = client.ask(demo_client::legacy(
        "1", "prompts/get", R"({"name":"summarize","arguments":{"text":"A"}})"));
    CHECK(prompt.at("result").at("messages").at(0).at("role") == "user");
    const auto completion =
        client.ask(demo_client::modern("2", "completion/complete",
                                       R"("ref":{"type":"ref/prompt","name":"summarize"},)"
                                       R"("argument":{"name":"style","value":"d"})"));
    CHECK(completion.at("result").at("completion").at("values") == json::array{"detailed"});
    CHECK(completion.at("result").at("resultType") == "complete");
    CHECK(error_code_of(client.ask(demo_client::legacy("3", "completion/complete"))) == -32602);
    CHECK(error_code_of(client.ask(demo_client::legacy("3", "prompts/get", R"({"name":"x"})"))) ==
          -32602);
}

} // namespace mcpgw::demo_test
