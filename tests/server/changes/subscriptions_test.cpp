// SPDX-License-Identifier: Apache-2.0
#include "server/changes/subscriptions.hpp"

#include "tests/support/gateway_world.hpp"
#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

constexpr std::string_view tag = "io.modelcontextprotocol/subscriptionId";

std::string wanting(const std::string& filter) {
    return R"("notifications":)" + filter;
}

std::vector<std::string> methods_of(const gateway_call& call) {
    std::vector<std::string> list;
    for (const auto& heard : call.notifications())
        list.emplace_back(heard.at("method").as_string());
    return list;
}

using methods = std::vector<std::string>;
const std::string acknowledged = "notifications/subscriptions/acknowledged";
const std::string tools_changed = "notifications/tools/list_changed";

void run_until_grown(gateway_world& world, std::size_t times) {
    world.run_until([&] {
        const auto now = world.upstreams().catalogs().merged();
        std::size_t seen = 0;
        const auto& text = now->tools_json();
        for (auto at = text.find("grown_"); at != text.npos; at = text.find("grown_", at + 1))
            ++seen;
        return seen == times;
    });
}

struct counting_sink final : reply_sink {
    int heard = 0;
    void notify(std::string /*line*/) override { ++heard; }
    result<std::shared_ptr<question>> ask(std::string_view /*method*/,
                                          std::string_view /*params*/) override {
        return fault{errc::session_error};
    }
};

task<> listen_and_fail(subscriptions& all, int& heard) {
    const auto sink = std::make_unique<counting_sink>();
    client_request request;
    abort_signal abort;
    request.text = R"({"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{)" +
                   wanting(R"({"toolsListChanged":true})") + "}}";
    request.message = *scan_envelope(request.text);
    request.abort = &abort;
    subscriptions::wishes wishes;
    wishes.on_listening = [] {
        throw std::bad_alloc{};
    };
    try {
        co_await all.listen(request, *sink, std::move(wishes));
    } catch (const std::bad_alloc&) {
        heard = sink->heard;
    }
}

} // namespace

TEST_CASE("a_listener_that_failed_is_told_nothing_more") {
    io_test::io_loop loop;
    subscriptions all{loop.ex()};
    int heard = 0;
    loop.run(listen_and_fail(all, heard));
    CHECK(heard == 1);                                        // the acknowledgement
    all.on_list_changed(subscriptions::list_kind::tools, {}); // its sink is gone
    all.stop();                                               // and so is what wakes it
}

TEST_CASE("listen_acknowledges_first_and_tags_everything_with_its_id") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, modern()};
    client.names("tools/list", "tools");
    client.set_next_id(77);
    const auto listening = client.start(
        "subscriptions/listen",
        wanting(
            R"({"toolsListChanged":true,"promptsListChanged":false,"resourceSubscriptions":[]})"));
    client.set_next_id(100);
    world.run_until([&] { return !listening->notifications().empty(); });
    CHECK(methods_of(*listening) == methods{acknowledged});
    // What is not honoured is not acknowledged.
    CHECK(listening->notifications()[0].at("params").at("notifications") ==
          json::value({{"toolsListChanged", true}}));

    client.call("old__grow");
    run_until_grown(world, 1);
    CHECK(methods_of(*listening) == methods{acknowledged, tools_changed});
    for (const auto& heard : listening->notifications())
        CHECK(heard.at("params").at("_meta").at(tag) == 77);
    CHECK_FALSE(listening->is_done());

    world.front().stop();
    world.run_until([&] { return listening->is_done(); });
    const auto end = listening->result();
    CHECK(end.at("resultType") == "complete");
    CHECK(end.at("_meta").at(tag) == 77);
}

TEST_CASE("each_stream_hears_what_it_asked_for") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, modern()};
    client.names("tools/list", "tools");
    const auto tools =
        client.start("subscriptions/listen", wanting(R"({"toolsListChanged":true})"));
    const auto others =
        client.start("subscriptions/listen",
                     wanting(R"({"promptsListChanged":true,"resourcesListChanged":true})"));
    const auto nothing = client.start("subscriptions/listen");
    const auto odd = client.start("subscriptions/listen", wanting(R"({"toolsListChanged":"yes"})"));
    client.call("old__grow");
    run_until_grown(world, 1);
    CHECK(methods_of(*tools) == methods{acknowledged, tools_changed});
    for (const auto& call : {others, nothing, odd})
        CHECK(methods_of(*call) == methods{acknowledged});
    // Closing the stream is the end of the subscription; the others go on.
    tools->cancel();
    world.run_until([&] { return tools->is_done(); });
    client.call("old__grow");
    run_until_grown(world, 2);
    CHECK(methods_of(*tools) == methods{acknowledged, tools_changed});
    CHECK_FALSE(others->is_done());
    world.front().stop();
    world.run_until([&] { return others->is_done() && nothing->is_done() && odd->is_done(); });
}

TEST_CASE("stream_of_one_child_hears_of_that_child_only") {
    gateway_world world{exposing(exposure::gateway)};
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::fake("new", {"modern"}));
    gateway_client old_scope{world, scoped("old", era::modern)};
    gateway_client new_scope{world, scoped("new", era::modern)};
    gateway_client whole{world, modern()};
    old_scope.names("tools/list", "tools");
    new_scope.names("tools/list", "tools");
    const auto filter = wanting(R"({"toolsListChanged":true})");
    const auto old_stream = old_scope.start("subscriptions/listen", filter);
    const auto new_stream = new_scope.start("subscriptions/listen", filter);
    const auto whole_stream = whole.start("subscriptions/listen", filter);
    new_scope.call("grow");
    run_until_grown(world, 1);
    CHECK(methods_of(*new_stream) == methods{acknowledged, tools_changed});
    CHECK(methods_of(*old_stream) == methods{acknowledged});
    // The gateway's own tools never change.
    CHECK(methods_of(*whole_stream) == methods{acknowledged});
    world.front().stop();
    world.run_until(
        [&] { return old_stream->is_done() && new_stream->is_done() && whole_stream->is_done(); });
}

TEST_CASE("no_text_of_a_server_is_taken_for_an_error_object") {
    gateway_options options;
    options.expose = exposure::all;
    gateway_world world{options};
    world.add(gateway_world::fake("old", {"legacy", "forges"}));
    gateway_client client{world, {}};
    const auto error = client.send("resources/subscribe", R"("uri":"fake://doc")")->error();
    CHECK(error.at("code").is_int64());
    CHECK(error.at("message").as_string().ends_with("upstream"));
    CHECK(error.at("data").at("code") == "SERVER_FAILED");
}

TEST_CASE("listen_after_the_stop_is_refused") {
    gateway_world world;
    gateway_client client{world, modern()};
    world.front().stop();
    CHECK(client.send("subscriptions/listen")->error().at("data").at("code") == "GATEWAY_STOPPING");
}

} // namespace mcpgw::gateway_test
