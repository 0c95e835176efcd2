// SPDX-License-Identifier: Apache-2.0
// Clients at the endpoints of views, from end to end of the gateway.
#include "tests/support/gateway_world.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {
namespace {

using strings = std::vector<std::string>;

view_options make_view(std::string name, std::optional<strings> tools = std::nullopt) {
    view_options made;
    made.name = std::move(name);
    made.tools = std::move(tools);
    return made;
}

/// Two demo servers, and views of them.
gateway_options with_views(exposure expose = exposure::all) {
    auto options = exposing(expose);
    options.views.push_back(make_view("sums", strings{"*__add"}));
    options.views.back().instructions = "Only sums.";
    options.views.back().resources = strings{};
    options.views.push_back(make_view("plain"));
    options.views.back().children = {"one"};
    options.views.back().prefix = prefix_policy::never;
    options.views.push_back(make_view("own", strings{"one__add", "one__echo"}));
    options.views.back().children = {"one"};
    options.views.back().expose = exposure::both;
    options.views.push_back(make_view("quiet"));
    options.views.back().annotations.read_only = true;
    return options;
}

void add_demos(gateway_world& world) {
    for (const std::string name : {"one", "two"}) {
        auto demo = gateway_world::demo(name);
        if (name == "two") demo.layer = "data";
        demo.tags = {"t"};
        world.add(demo);
    }
}

/// What a client is told, without the name that it asked for.
std::string refusal(gateway_client& client, std::string_view method, const std::string& members,
                    const std::string& name) {
    const auto call = client.send(method, members);
    auto text = json::serialize(call->error());
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name))
        text.erase(at, name.size());
    return text;
}

std::string called(const std::string& tool) {
    return call_members(tool, R"({"a":1,"b":2,"message":"m"})");
}

} // namespace

TEST_CASE("a_view_lists_and_calls_what_it_shows_and_nothing_else") {
    for (const auto expose : {exposure::gateway, exposure::all}) {
        gateway_world world{with_views(expose)};
        add_demos(world);
        for (const auto spoken : {era::legacy, era::modern}) {
            gateway_client sums{world, scoped("views/sums", spoken)};
            CHECK(sums.names("tools/list", "tools") == strings{"one__add", "two__add"});
            CHECK(sums.names("resources/list", "resources", "uri").empty());
            CHECK(text_of(sums.call("two__add", R"({"a":1,"b":2})")) == "3");
            const auto unknown = refusal(sums, "tools/call", called("one__exho"), "one__exho");
            CHECK(refusal(sums, "tools/call", called("one__echo"), "one__echo") == unknown);
            CHECK(refusal(sums, "resources/read", R"("uri":"demo://greeting")", "greeting") ==
                  refusal(sums, "resources/read", R"("uri":"demo://greetinx")", "greetinx"));
            // Nor are the gateway's own there.
            CHECK(refusal(sums, "tools/call", call_members("get_schema"), "get_schema") == unknown);

            gateway_client plain{world, scoped("views/plain", spoken)};
            CHECK(text_of(plain.call("echo", R"({"message":"m"})")) == "m");
            CHECK(refusal(plain, "tools/call", called("one__echo"), "one__echo") == unknown);
            gateway_client data{world, scoped("layers/data", spoken)};
            CHECK(text_of(data.call("two__echo", R"({"message":"m"})")) == "m");
            CHECK(refusal(data, "tools/call", called("one__echo"), "one__echo") == unknown);
            gateway_client tagged{world, scoped("tags/t", spoken)};
            CHECK(text_of(tagged.call("one__echo", R"({"message":"m"})")) == "m");
        }
    }
}

TEST_CASE("a_view_introduces_itself_with_its_own_words") {
    gateway_world world{with_views()};
    add_demos(world);
    client_traits traits = scoped("views/sums");
    traits.is_initialized = false;
    gateway_client legacy{world, traits};
    const auto begun =
        legacy.request("initialize", R"("protocolVersion":"2025-11-25","capabilities":{},)"
                                     R"("clientInfo":{"name":"t","version":"1"})");
    CHECK(begun.at("serverInfo").at("name").as_string() == "mcp-gateway");
    CHECK(begun.at("instructions").as_string().starts_with("Only sums."));
    gateway_client modern_client{world, scoped("views/sums", era::modern)};
    const auto found = modern_client.request("server/discover");
    CHECK(found.at("instructions").as_string().starts_with("Only sums."));
    CHECK(found.at("capabilities").as_object().contains("tools"));
}

TEST_CASE("only_tools_that_say_so_are_in_a_view_of_what_reads") {
    gateway_world world{with_views()};
    add_demos(world);
    gateway_client quiet{world, scoped("views/quiet", era::modern)};
    const auto names = quiet.names("tools/list", "tools");
    CHECK(std::ranges::find(names, "one__echo") != names.end());
    CHECK(std::ranges::find(names, "one__crash") == names.end());
    CHECK(refusal(quiet, "tools/call", called("one__crash"), "one__crash") ==
          refusal(quiet, "tools/call", called("one__crasx"), "one__crasx"));
}

TEST_CASE("the_gateways_own_tools_know_of_the_view_alone") {
    gateway_world world{with_views()};
    add_demos(world);
    for (const auto spoken : {era::legacy, era::modern}) {
        gateway_client own{world, scoped("views/own", spoken)};
        const auto names = own.names("tools/list", "tools");
        CHECK(names == strings{"list_registered_children", "get_child_status", "get_schema",
                               "execute_child_tool", "run_workflow", "one__echo", "one__add"});
        const auto children = own.call("list_registered_children").at("structuredContent");
        CHECK(children.at("count") == 1);
        CHECK(children.at("children").at(0).at("tools") == 2);
        const auto schema = own.call("get_schema", on("one")).at("structuredContent");
        CHECK(schema.at("tools").as_array().size() == 2);
        CHECK(text_of(own.call("execute_child_tool",
                               execution("one", "echo", R"({"message":"m"})"))) == "m");
        const auto refused = own.call("execute_child_tool", execution("one", "large_text"));
        CHECK(failure_of(refused) == "TOOL_NOT_FOUND");
        CHECK(text_of(refused).find("It has: echo, add") != std::string::npos);
        const auto other = own.call("get_child_status", on("two"));
        CHECK(failure_of(other) == "SERVER_NOT_FOUND");
        CHECK(text_of(other).find("Known servers: one") != std::string::npos);
        CHECK(refusal(own, "tools/call", call_members("close_child_session", on("one")),
                      "close_child_session") ==
              refusal(own, "tools/call", call_members("clos_child_session", on("one")),
                      "clos_child_session"));
        const auto summary = own.request("resources/read", R"("uri":"mcp://server_summary")");
        const auto text = json::serialize(summary);
        CHECK(text.find("two") == std::string::npos);
    }
}

TEST_CASE("a_cursor_of_one_view_leads_nowhere_in_another") {
    auto options = with_views();
    options.list_page_items = 1;
    gateway_world world{options};
    add_demos(world);
    for (const auto spoken : {era::legacy, era::modern}) {
        gateway_client sums{world, scoped("views/sums", spoken)};
        gateway_client plain{world, scoped("views/plain", spoken)};
        gateway_client whole{world, spoken == era::modern ? modern() : client_traits{}};
        const auto first = sums.request("tools/list");
        const auto cursor = R"("cursor":)" + json::serialize(first.at("nextCursor"));
        CHECK(sums.request("tools/list", cursor).at("tools").as_array().size() == 1);
        CHECK(data_code(plain.send("tools/list", cursor)->error()) == "INVALID_PARAMS");
        CHECK(data_code(whole.send("tools/list", cursor)->error()) == "INVALID_PARAMS");
    }
}

TEST_CASE("prompts_and_completions_hold_to_the_view") {
    auto options = with_views();
    options.views[0].prompts = strings{"two__*"};
    gateway_world world{options};
    add_demos(world);
    gateway_client sums{world, scoped("views/sums")};
    CHECK(sums.names("prompts/list", "prompts") == strings{"two__summarize"});
    const auto completed = [](const std::string& prompt) {
        return R"("ref":{"type":"ref/prompt","name":")" + prompt +
               R"("},"argument":{"name":"text","value":"a"})";
    };
    CHECK(refusal(sums, "completion/complete", completed("one__summarize"), "one__summarize") ==
          refusal(sums, "completion/complete", completed("one__summarixe"), "one__summarixe"));
    CHECK(refusal(sums, "prompts/get", R"("name":"one__summarize")", "one__summarize") ==
          refusal(sums, "prompts/get", R"("name":"one__summarixe")", "one__summarixe"));
}

TEST_CASE("list_changed_reaches_a_view_only_where_its_own_list_has_changed") {
    auto options = exposing(exposure::all);
    options.views = {make_view("all"), make_view("fixed", strings{"old__echo", "demo__*"})};
    gateway_world world{options};
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::demo());
    gateway_client all{world, scoped("views/all")};
    gateway_client fixed{world, scoped("views/fixed")};
    for (auto* const client : {&all, &fixed}) {
        client->names("tools/list", "tools");
        client->take_session_messages();
    }
    all.call("old__grow");
    world.run_until([&] {
        const auto now = world.upstreams().catalogs().merged();
        return now->tools_json().find("grown_") != std::string::npos;
    });
    const auto heard = all.take_session_messages();
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].at("method").as_string() == "notifications/tools/list_changed");
    CHECK(fixed.take_session_messages().empty());
    // And where the view itself becomes another one.
    world.front().set_views({make_view("all"), make_view("fixed", strings{"demo__*"})});
    CHECK(all.take_session_messages().empty());
    fixed.take_session_messages();
    world.front().set_views(
        {make_view("all", strings{"demo__echo"}), make_view("fixed", strings{"demo__*"})});
    const auto narrowed = all.take_session_messages();
    REQUIRE(narrowed.size() == 1);
    CHECK(narrowed[0].at("method").as_string() == "notifications/tools/list_changed");
    CHECK(fixed.take_session_messages().empty());
    CHECK(all.names("tools/list", "tools") == strings{"demo__echo"});
}

TEST_CASE("a_stream_of_changes_at_a_view_tells_of_that_view_alone") {
    auto options = exposing(exposure::all);
    options.views = {make_view("all"), make_view("fixed", strings{"old__echo", "demo__*"})};
    gateway_world world{options};
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::demo());
    gateway_client all{world, scoped("views/all", era::modern)};
    gateway_client fixed{world, scoped("views/fixed", era::modern)};
    all.names("tools/list", "tools");
    const auto listen = R"("notifications":{"toolsListChanged":true,"promptsListChanged":true})";
    const auto of_all = all.start("subscriptions/listen", listen);
    const auto of_fixed = fixed.start("subscriptions/listen", listen);
    world.run_until([&] {
        return of_all->notifications().size() == 1 && of_fixed->notifications().size() == 1;
    });
    all.call("old__grow");
    world.run_until([&] { return of_all->notifications().size() == 2; });
    CHECK(of_all->notifications()[1].at("method").as_string() ==
          "notifications/tools/list_changed");
    CHECK(of_fixed->notifications().size() == 1);
    of_all->cancel();
    of_fixed->cancel();
    world.run_until([&] { return of_all->is_done() && of_fixed->is_done(); });
}

TEST_CASE("a_view_that_is_not_there_is_told_to_those_nearby_with_the_others") {
    gateway_world world{with_views()};
    add_demos(world);
    const auto& front = world.front();
    CHECK_FALSE(front.check_scope("views/sums", false).has_error());
    CHECK_FALSE(front.check_scope("layers/data", false).has_error());
    const std::string far{front.check_scope("views/sun", false).error().message()};
    CHECK(far == "there is no view 'sun'");
    const std::string near{front.check_scope("views/sun", true).error().message()};
    CHECK(near == "there is no view 'sun'; there are: sums, plain, own, quiet");
    CHECK(std::string{front.check_scope("tags/u", true).error().message()} ==
          "there is no tag 'u'");
}

} // namespace mcpgw::gateway_test
