// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/gateway_tools.hpp"

#include "tests/support/gateway_world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

std::string message_of(const json::value& failed) {
    return std::string{failed.at("structuredContent").at("error").at("message").as_string()};
}

/// Calls an own tool and checks what it promises: structuredContent as its outputSchema says.
json::value checked_call(gateway_client& client, const std::string& tool,
                         const std::string& arguments = "{}") {
    json::value schema;
    const auto list = client.request("tools/list");
    for (const auto& entry : list.at("tools").as_array())
        if (entry.at("name").as_string() == tool) schema = entry.at("outputSchema");
    const auto result = client.call(tool, arguments);
    CAPTURE(tool, json::serialize(result));
    CHECK_FALSE(is_error(result));
    CHECK(breach_of_schema(result.at("structuredContent"), schema).empty());
    return result;
}

} // namespace

TEST_CASE("own_tools_keep_the_promise_of_their_output_schemas_in_both_eras") {
    gateway_world world{exposing(exposure::both)};
    auto demo = gateway_world::demo();
    demo.layer = "L1";
    demo.tags = {"a", "b"};
    world.add(demo);
    auto broken = gateway_world::demo("broken");
    broken.command = "/nonexistent/program";
    world.add(broken);
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        const std::vector<std::pair<std::string, std::string>> calls{
            {"list_registered_children", "{}"},
            {"get_child_status", on("demo")},
            {"get_child_status", on("broken")},
            {"get_schema", on("demo")},
            {"get_schema", on("demo", R"(,"tool_name":"add")")},
            {"execute_child_tool", execution("demo", "add", R"({"a":1,"b":2})")},
            {"execute_child_tool", execution("demo", "echo", R"({"message":"m"})")},
            {"get_child_status", on("demo")},
            {"list_registered_children", R"({"tag":"a"})"},
            {"close_child_session", on("demo")},
            {"close_child_session", on("demo")},
            {"get_child_status", on("demo")},
        };
        for (const auto& [tool, arguments] : calls) {
            const auto result = checked_call(client, tool, arguments);
            const bool is_own = tool != "execute_child_tool";
            // Clients that know only text get the same.
            if (is_own) CHECK(json::parse(text_of(result)) == result.at("structuredContent"));
            CHECK(result.as_object().contains("resultType") == (traits.spoken == era::modern));
        }
    }
}

TEST_CASE("list_registered_children_tells_states_counts_and_abstracts") {
    gateway_options options;
    options.abstracts["demo"] = "Shows things.";
    gateway_world world{options};
    auto demo = gateway_world::demo();
    demo.layer = "basic";
    demo.tags = {"x", "y"};
    world.add(demo);
    world.add(gateway_world::demo("other"));
    gateway_client client{world, {}};
    const auto all = client.call("list_registered_children").at("structuredContent");
    CHECK(all.at("count") == 2);
    const auto& first = all.at("children").at(0).as_object();
    CHECK(first.at("server_id") == "demo");
    CHECK(first.at("status") == "not_started");
    CHECK(first.at("abstract") == "Shows things.");
    CHECK(first.at("layer") == "basic");
    CHECK(first.at("tags") == json::array{"x", "y"});
    CHECK_FALSE(first.contains("tools")); // nobody knows before it has run
    CHECK_FALSE(all.at("children").at(1).as_object().contains("abstract"));

    client.call("get_schema", on("demo"));
    const auto now = client.call("list_registered_children").at("structuredContent");
    const auto& known = now.at("children").at(0).as_object();
    CHECK(known.at("status") == "running");
    CHECK(known.at("tools") == 10);
    CHECK(known.at("prompts") == 1);
    CHECK(known.at("resources") == 2);
    CHECK(known.at("resource_templates") == 1);

    const auto count = [&](const std::string& arguments) {
        return client.call("list_registered_children", arguments)
            .at("structuredContent")
            .at("count")
            .as_int64();
    };
    CHECK(count(R"({"tag":"y"})") == 1);
    CHECK(count(R"({"tag":"z"})") == 0);
    CHECK(count(R"({"layer":"basic","tag":"x"})") == 1);
    CHECK(count(R"({"layer":"other"})") == 0);
    CHECK(count(R"({"layer":"","tag":""})") == 2);
}

TEST_CASE("own_resources_tell_the_same_as_the_tools") {
    gateway_options options;
    options.abstracts["demo"] = "A \"quoted\" text\nof two lines";
    gateway_world world{options};
    world.add(gateway_world::demo());
    gateway_client client{world, {}};
    client.call("get_schema", on("demo"));
    const auto read = [&](const std::string& uri) {
        const auto result = client.request("resources/read", R"("uri":")" + uri + "\"");
        return json::parse(result.at("contents").at(0).at("text").as_string());
    };
    const auto summary = read("mcp://server_summary");
    CHECK(summary.at("gateway").at("name") == "mcp-gateway");
    CHECK(summary.at("children").at("total") == 1);
    CHECK(summary.at("children").at("running") == 1);
    CHECK(summary.at("children").at("failed") == 0);
    CHECK(summary.at("tools") == 10);
    CHECK(summary.at("prompts") == 1);
    CHECK(summary.at("resources") == 2);
    const auto children = read("mcp://children_servers");
    CHECK(children.at("children") ==
          client.call("list_registered_children").at("structuredContent").at("children"));
    CHECK(children.at("children").at(0).at("abstract") == "A \"quoted\" text\nof two lines");
}

TEST_CASE("get_child_status_follows_the_life_of_the_child") {
    gateway_world world;
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, {}};
    const auto status = [&](const std::string& name) {
        return client.call("get_child_status", on(name)).at("structuredContent").as_object();
    };
    auto now = status("demo");
    CHECK(now.at("status") == "not_started");
    CHECK(now.at("pid").is_null());
    CHECK(now.at("era").is_null());
    CHECK(now.at("restarts") == 0);

    client.call("execute_child_tool", execution("demo", "echo", R"({"message":"m"})"));
    now = status("demo");
    CHECK(now.at("status") == "running");
    CHECK(now.at("pid").as_int64() > 0);
    CHECK(now.at("era") == "modern");
    CHECK(now.at("protocol_version") == "2026-07-28");
    CHECK(now.at("server_info").at("name").as_string().size() > 0);
    CHECK(now.at("last_error").is_null());

    client.call("execute_child_tool", execution("old", "moan"));
    now = status("old");
    CHECK(now.at("era") == "legacy");
    CHECK(now.at("protocol_version") == "2025-06-18");
    CHECK(now.at("server_info").at("name") == "fake");
    // What a child prints may be no UTF-8; what we send is.
    REQUIRE(now.at("stderr_tail").as_array().size() == 1);
    const std::string said{now.at("stderr_tail").at(0).as_string()};
    CHECK(said.starts_with("before "));
    CHECK(said.ends_with(" after"));

    client.call("execute_child_tool", execution("demo", "crash"));
    now = status("demo");
    CHECK(now.at("status") != "running");
    CHECK(now.at("last_error").as_string().find("exited") != std::string::npos);
    client.call("execute_child_tool", execution("demo", "echo", R"({"message":"m"})"));
    now = status("demo");
    CHECK(now.at("status") == "running");
    CHECK(now.at("restarts") == 1);
}

TEST_CASE("get_schema_gives_everything_or_one_tool") {
    gateway_world world;
    world.add(gateway_world::demo());
    gateway_client client{world, {}};
    const auto all = client.call("get_schema", on("demo")).at("structuredContent");
    CHECK(all.at("server_id") == "demo");
    CHECK(all.at("tools").as_array().size() == 10);
    CHECK(all.at("prompts").at(0).at("name") == "summarize");
    CHECK(all.at("resources").at(0).at("uri") == "demo://greeting");
    CHECK(all.at("resource_templates").at(0).at("uriTemplate") == "demo://numbers/{n}");
    CHECK(all.at("instructions").as_string().starts_with("A demo server"));
    const auto one = client.call("get_schema", R"({"child_name":"demo","tool_name":"add"})");
    REQUIRE(one.at("structuredContent").at("tools").as_array().size() == 1);
    const auto& tool = one.at("structuredContent").at("tools").at(0);
    CHECK(tool.at("name") == "add");
    CHECK(tool.at("inputSchema").at("required") == json::array{"a", "b"});
    CHECK(tool.at("outputSchema").at("required") == json::array{"sum"});

    const auto wrong = client.call("get_schema", on("demo", R"(,"tool_name":"sub")"));
    CHECK(failure_of(wrong) == "TOOL_NOT_FOUND");
    CHECK(message_of(wrong).find("It has: echo, add") != std::string::npos);
}

TEST_CASE("tools_that_are_not_remembered_are_asked_for") {
    const temporary_directory kept;
    logger log{log_level::off};
    remembered_schema older;
    older.lists.capabilities = R"({"tools":{}})";
    older.lists.tools = {{"echo", R"({"name":"echo","inputSchema":{"type":"object"}})"}};
    REQUIRE(schema_cache(kept.str(), log).store(gateway_world::demo(), older).has_value());
    const auto ask = [&kept](const std::string& own_tool, const std::string& arguments,
                             upstream_state after) {
        gateway_world world;
        world.upstreams().keep_schemas_in(kept.str());
        world.add(gateway_world::demo());
        gateway_client client{world, {}};
        auto result = client.call(own_tool, arguments);
        CHECK(world.upstreams().find("demo")->status().state == after);
        // As the next one is to find it, too.
        logger quiet{log_level::off};
        remembered_schema again;
        again.lists.capabilities = R"({"tools":{}})";
        again.lists.tools = {{"echo", R"({"name":"echo","inputSchema":{"type":"object"}})"}};
        REQUIRE(schema_cache(kept.str(), quiet).store(gateway_world::demo(), again).has_value());
        return result;
    };
    const auto known = ask("get_schema", on("demo"), upstream_state::not_started);
    CHECK(known.at("structuredContent").at("tools").as_array().size() == 1);
    ask("get_schema", on("demo", R"(,"tool_name":"echo")"), upstream_state::not_started);
    const auto added =
        ask("get_schema", on("demo", R"(,"tool_name":"add")"), upstream_state::running);
    CHECK(added.at("structuredContent").at("tools").as_array().size() == 1);
    const auto sum = ask("execute_child_tool", execution("demo", "add", R"({"a":2,"b":3})"),
                         upstream_state::running);
    CHECK(text_of(sum) == "5");
    const auto wrong = ask("execute_child_tool", execution("demo", "sub"), upstream_state::running);
    CHECK(failure_of(wrong) == "TOOL_NOT_FOUND");
    CHECK(message_of(wrong).find("It has: echo, add") != std::string::npos);
}

TEST_CASE("get_schema_keeps_numbers_as_the_child_wrote_them") {
    gateway_world world;
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, {}};
    const auto call = client.send("tools/call", call_members("get_schema", on("old")));
    CHECK(call->text().find(R"({"type":"object","n":1.0})") != std::string::npos);
}

TEST_CASE("failures_of_own_tools_have_their_public_names") {
    gateway_world world;
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("old", {"legacy"}));
    auto broken = gateway_world::demo("broken");
    broken.command = "/nonexistent/program";
    world.add(broken);
    struct row {
        std::string tool, arguments, name, part;
    };
    const std::string execute = "execute_child_tool";
    const std::vector<row> rows{
        {"get_child_status", on("demp"), "SERVER_NOT_FOUND", "Known servers: demo, old, broken"},
        {"get_schema", on("x"), "SERVER_NOT_FOUND", "'x'"},
        {"close_child_session", on("x"), "SERVER_NOT_FOUND", "'x'"},
        {execute, execution("x", "t"), "SERVER_NOT_FOUND", "'x'"},
        {"get_child_status", "{}", "INVALID_ARGS", "`server_id`"},
        {"get_child_status", R"({"server_id":7})", "INVALID_ARGS", "`server_id`"},
        {"get_child_status", on("demo", R"(,"verbose":true)"), "INVALID_ARGS", "`verbose`"},
        {execute, on("demo"), "INVALID_ARGS", "`tool_name`"},
        {execute, execution("demo", "echo", "[]"), "INVALID_ARGS", "`arguments`"},
        {execute, execution("demo", "echo", "{}", R"(,"head":"all")"), "INVALID_ARGS", "`head`"},
        {execute, execution("demo", "ehco"), "TOOL_NOT_FOUND", "It has: echo, add"},
        {"get_schema", on("broken"), "SERVER_FAILED", "/nonexistent/program"},
        {execute, execution("broken", "t"), "SERVER_FAILED", "/nonexistent/program"},
        {execute, execution("old", "refuse", R"({"code":-32602,"message":"bad x"})"),
         "INVALID_ARGS", "bad x"},
        {execute, execution("old", "refuse", R"({"code":-32000,"message":"boom"})"),
         "SERVER_FAILED", "boom"},
    };
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        for (const auto& r : rows) {
            CAPTURE(r.tool, r.arguments);
            const auto failed = client.call(r.tool, r.arguments);
            CHECK(failure_of(failed) == r.name);
            CAPTURE(message_of(failed));
            CHECK(message_of(failed).find(r.part) != std::string::npos);
            CHECK(failed.at("structuredContent").at("error").at("retryable").is_bool());
        }
    }
}

TEST_CASE("arguments_of_an_own_tool_that_are_no_object_are_refused") {
    gateway_world world;
    gateway_client client{world, {}};
    const auto call = client.send("tools/call", R"("name":"get_child_status","arguments":[1])");
    CHECK(failure_of(call->result()) == "INVALID_ARGS");
    const auto none = client.send("tools/call", R"("name":"get_child_status")");
    CHECK(failure_of(none->result()) == "INVALID_ARGS");
}

TEST_CASE("closed_child_fails_its_calls_and_starts_again_at_the_next") {
    gateway_world world;
    world.add(gateway_world::demo());
    gateway_client client{world, {}};
    CHECK(
        client.call("close_child_session", on("demo")).at("structuredContent").at("was_running") ==
        false);
    const auto waiting =
        client.start("tools/call", call_members("execute_child_tool",
                                                execution("demo", "wait", R"({"seconds":60})")));
    auto& child = *world.upstreams().find("demo");
    world.run_until([&] {
        return child.status().calls_in_flight > 0 && !child.lists().tools.empty() &&
               child.status().state == upstream_state::running;
    });
    const auto first_pid = child.status().pid;
    const auto closed = client.call("close_child_session", on("demo")).at("structuredContent");
    CHECK(closed.at("status") == "stopped");
    CHECK(closed.at("was_running") == true);
    world.run_until([&] { return waiting->is_done(); });
    CHECK(failure_of(waiting->result()) == "CONNECTION_LOST");
    CHECK(client.call("get_child_status", on("demo")).at("structuredContent").at("pid").is_null());

    const auto again =
        client.call("execute_child_tool", execution("demo", "echo", R"({"message":"back"})"));
    CHECK(text_of(again) == "back");
    CHECK(child.status().pid != first_pid);
}

TEST_CASE("crash_in_the_middle_of_calls_is_told_to_each_and_the_next_call_works") {
    gateway_world world{exposing(exposure::both)};
    auto demo = gateway_world::demo();
    demo.restart = {};
    demo.retry.attempts = 1;
    world.add(demo);
    gateway_client client{world, {}};
    gateway_client other{world, modern()};
    client.names("tools/list", "tools");
    const auto waiting = other.start("tools/call", call_members("demo__wait", R"({"seconds":60})"));
    auto& child = *world.upstreams().find("demo");
    world.run_until([&] { return child.status().calls_in_flight == 1; });
    const auto lost = client.call("execute_child_tool", execution("demo", "crash"));
    CHECK(failure_of(lost) == "CONNECTION_LOST");
    CHECK(lost.at("structuredContent").at("error").at("retryable") == true);
    CHECK(message_of(lost).find("3") != std::string::npos); // its exit code
    world.run_until([&] { return waiting->is_done(); });
    CHECK(waiting->error().at("data").at("code") == "CONNECTION_LOST");
    // The list survives the process. The next call waits for the restart, which is put off a bit.
    CHECK(client.names("tools/list", "tools").size() == 16);
    CHECK(text_of(client.call("demo__echo", R"({"message":"m"})")) == "m");
    CHECK(text_of(other.call("demo__echo", R"({"message":"m"})")) == "m");
    CHECK(child.status().restarts == 1);
}

} // namespace mcpgw::gateway_test
