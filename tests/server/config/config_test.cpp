// SPDX-License-Identifier: Apache-2.0
#include "server/config/config.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <boost/json.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;
using namespace std::chrono_literals;

TEST_CASE("every_key_of_our_own_format_is_read") {
    const scratch_directory scratch;
    const auto made = scratch.load("gateway.toml", R"(
[gateway]
expose = "all"
prefix = "on_conflict"
separator = "-"
instructions = "Be kind."
log_level = "debug"
list_wait = 0.5
[http]
listen = "[::1]:0"
path = "/m"
sse_path = "/s"
messages_path = "/p"
origins_allowed = ["https://app.example:444"]
hosts_allowed = ["app.example"]
header_timeout_ms = 1
body_timeout_ms = 2
body_rate_min = 21
idle_timeout_ms = 3
write_timeout_ms = 4
sse_keep_alive_ms = 500
stream_delay_ms = 7
retry_delay_ms = 8
session_timeout_ms = 6000
[limits]
message_bytes_max = 2001
header_bytes_max = 2002
connections_max = 3
memory_max = 2000004
sessions_max = 4
sessions_per_client_max = 3
depth_max = 55
requests_per_session_max = 6
stream_queue_bytes_max = 2007
notifications_backlog_max = 8
batch_messages_max = 9
resume_events_max = 10
resume_bytes_max = 2011
drain_timeout_ms = 2012
stop_grace_ms = 2013
list_page_items = 12
calls_in_flight_max = 9
stderr_lines_max = 10
[[children]]
name = "one"
command = "tool"
args = ["-y", 3, true]
env = { A = "b", PORT = 80 }
inherit_env = ["HOME"]
cwd = "bin"
description = "First."
layer = "data"
tags = ["x", "y"]
start = "pre_warm"
timeout = 1.5
start_timeout = 2
probe_timeout = 0.25
list_timeout = 4
stop_grace = 0
restart = { base = 0.1, max = 7 }
truncate = { head = 1, tail = 2, head_chars = 3, tail_chars = 4 }
limits = { line_bytes_max = 4096, stderr_lines_max = 11 }
)");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    const auto& value = made.value;
    CHECK(value.gateway.expose == exposure::all);
    CHECK(value.gateway.naming.prefix == prefix_policy::on_conflict);
    CHECK(value.gateway.naming.separator == "-");
    CHECK(value.gateway.instructions == "Be kind.");
    CHECK(value.gateway.abstracts == std::map<std::string, std::string>{{"one", "First."}});
    CHECK(value.log == log_level::debug);
    CHECK(value.http.address == "::1");
    CHECK(value.http.port == 0);
    CHECK(value.http.path == "/m");
    CHECK(value.http.sse_path == "/s");
    CHECK(value.http.messages_path == "/p");
    CHECK(value.http.access.origins_allowed == std::vector<std::string>{"https://app.example:444"});
    CHECK(value.http.access.hosts_allowed == std::vector<std::string>{"app.example"});
    CHECK(value.http.header_timeout == 1ms);
    CHECK(value.http.body_timeout == 2ms);
    CHECK(value.http.body_rate_min == 21);
    CHECK(value.http.idle_timeout == 3ms);
    CHECK(value.http.write_timeout == 4ms);
    CHECK(value.http.sse_keep_alive == 500ms);
    CHECK(value.http.stream_delay == 7ms);
    CHECK(value.http.retry_delay == 8ms);
    CHECK(value.http.session_timeout == 6000ms);
    CHECK(value.limits.message_bytes_max == 2001);
    CHECK(value.limits.header_bytes_max == 2002);
    CHECK(value.limits.connections_max == 3);
    CHECK(value.limits.memory_max == 2'000'004);
    CHECK(value.limits.sessions_max == 4);
    CHECK(value.limits.sessions_per_client_max == 3);
    CHECK(value.limits.depth_max == 55);
    CHECK(value.limits.requests_per_session_max == 6);
    CHECK(value.limits.stream_queue_bytes_max == 2007);
    CHECK(value.limits.notifications_backlog_max == 8);
    CHECK(value.limits.batch_messages_max == 9);
    CHECK(value.limits.resume_events_max == 10);
    CHECK(value.limits.resume_bytes_max == 2011);
    CHECK(value.limits.drain_timeout == 2012ms);
    CHECK(value.limits.stop_grace == 2013ms);
    CHECK(value.gateway.list_page_items == 12);
    REQUIRE(value.children.size() == 1);
    const auto& child = value.children[0];
    CHECK(child.name == "one");
    CHECK(child.command == "tool");
    CHECK(child.args == std::vector<std::string>{"-y", "3", "true"});
    CHECK(child.env == std::map<std::string, std::string>{{"A", "b"}, {"PORT", "80"}});
    CHECK(child.inherit_env == std::vector<std::string>{"HOME"});
    CHECK(child.cwd == scratch.path("bin"));
    CHECK(child.layer == "data");
    CHECK(child.tags == std::vector<std::string>{"x", "y"});
    CHECK(child.is_enabled);
    CHECK(child.start == start_policy::pre_warm);
    CHECK(child.call_timeout == 1500ms);
    CHECK(child.start_timeout == 2s);
    CHECK(child.probe_timeout == 250ms);
    CHECK(child.list_timeout == 4s);
    CHECK(child.stop_grace == 0ms);
    CHECK(child.restart.base == 100ms);
    CHECK(child.restart.max == 7s);
    CHECK(child.truncate == truncation{1, 2, 3, 4});
    CHECK(child.limits.line_bytes_max == 4096);
    CHECK(child.limits.stderr_lines_max == 11);
    CHECK(child.limits.calls_in_flight_max == 9);
}

TEST_CASE("how_questions_are_asked_and_kept_is_configured") {
    const scratch_directory scratch;
    const auto made = scratch.load("gateway.toml", R"(
[gateway]
state_secret = "0123456789abcdef0123456789abcdef"
question_timeout_ms = 1001
question_window_ms = 2
[limits]
askable_calls_max = 3
parked_calls_max = 4
parked_calls_per_client_max = 5
[defaults]
era = "modern"
interactive = "yes"
[[children]]
name = "one"
command = "tool"
interactive = "no"
era = "legacy"
roots = ["file:///srv/data"]
question_hold_timeout = 0.5
[[children]]
name = "two"
command = "tool"
era = "auto"
)");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    const auto& gateway = made.value.gateway;
    CHECK(gateway.state_secret == "0123456789abcdef0123456789abcdef");
    CHECK(gateway.question_timeout == 1001ms);
    CHECK(gateway.parking.window == 2ms);
    CHECK(gateway.parking.running_max == 3);
    CHECK(gateway.parking.parked_max == 4);
    CHECK(gateway.parking.parked_per_client_max == 5);
    const auto& one = made.value.children.at(0);
    CHECK(one.interactive == interactivity::no);
    CHECK(one.only_era == era::legacy);
    CHECK(one.roots == std::vector<std::string>{"file:///srv/data"});
    CHECK(one.question_hold_timeout == 500ms);
    const auto& two = made.value.children.at(1);
    CHECK(two.interactive == interactivity::yes);
    CHECK(two.only_era == std::nullopt);
}

TEST_CASE("whether_a_server_asks_can_be_said_in_every_way_that_is_certain") {
    const std::pair<const char*, interactivity> rows[]{
        {"true", interactivity::yes},           {"false", interactivity::no},
        {R"("true")", interactivity::yes},      {R"("false")", interactivity::no},
        {R"("yes")", interactivity::yes},       {R"("no")", interactivity::no},
        {R"("auto")", interactivity::automatic}};
    for (const auto& [text, meant] : rows) {
        CAPTURE(text);
        const scratch_directory scratch;
        const auto made = scratch.load("gateway.toml", std::string{"[[children]]\nname = \"one\"\n"
                                                                   "command = \"tool\"\n"
                                                                   "interactive = "} +
                                                           text + "\n");
        CAPTURE(printed(made.problems));
        REQUIRE(made.problems.empty());
        CHECK(made.value.children.at(0).interactive == meant);
    }
    const scratch_directory scratch;
    const auto made = scratch.load("gateway.toml", "[[children]]\nname = \"one\"\n"
                                                   "command = \"tool\"\ninteractive = 1\n"
                                                   "start = true\n");
    CHECK(made.problems.size() == 2);
}

TEST_CASE("json_says_the_same_as_toml") {
    const scratch_directory scratch;
    const auto made = scratch.load("gateway.json", R"({"$schema": "x",
"gateway": {"expose": "both"}, "http": {"listen": "127.0.0.1:9"},
"defaults": {"timeout": 5}, "children": [{"name": "a", "command": "tool"}]})");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    CHECK(made.value.gateway.expose == exposure::both);
    CHECK(made.value.http.port == 9);
    CHECK(made.value.children.at(0).call_timeout == 5s);
}

TEST_CASE("a_childs_own_keys_win_over_defaults_and_tables_are_merged") {
    const scratch_directory scratch;
    const auto made = scratch.load("gateway.toml", R"(
[limits]
list_items_max = 1
list_pages_max = 2
[defaults]
timeout = 5
tags = ["d"]
env = { A = "1", B = "2" }
truncate = "adaptive"
enabled = false
limits = { list_pages_max = 3, calls_in_flight_max = 4 }
[[children]]
name = "plain"
command = "tool"
[[children]]
name = "own"
command = "tool"
enabled = true
timeout = 6
tags = []
env = { B = "3", C = "4" }
truncate = { tail = 9 }
limits = { calls_in_flight_max = 5 }
[[children]]
name = "none"
command = "tool"
enabled = true
truncate = "none"
[[children]]
name = "steps"
command = "tool"
enabled = true
truncate_adaptive = [{ lines_min = 1 }, { lines_min = 7, head = 2 }]
)");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    const auto& plain = made.value.children.at(0);
    const auto& own = made.value.children.at(1);
    CHECK_FALSE(plain.is_enabled);
    CHECK(plain.call_timeout == 5s);
    CHECK(plain.tags == std::vector<std::string>{"d"});
    CHECK(plain.env == std::map<std::string, std::string>{{"A", "1"}, {"B", "2"}});
    CHECK(plain.limits.list_items_max == 1);
    CHECK(plain.limits.list_pages_max == 3);
    CHECK(plain.limits.calls_in_flight_max == 4);
    CHECK_FALSE(plain.truncate.is_set());
    CHECK(plain.truncate_adaptive.size() == default_adaptive_truncation().size());
    CHECK(own.is_enabled);
    CHECK(own.call_timeout == 6s);
    CHECK(own.tags.empty());
    CHECK(own.env == std::map<std::string, std::string>{{"A", "1"}, {"B", "3"}, {"C", "4"}});
    CHECK(own.limits.list_pages_max == 3);
    CHECK(own.limits.calls_in_flight_max == 5);
    CHECK(own.truncate.tail == std::size_t{9});
    CHECK(made.value.children.at(2).truncate_adaptive.empty());
    const auto& steps = made.value.children.at(3);
    REQUIRE(steps.truncate_adaptive.size() == 2);
    CHECK_FALSE(steps.truncate_adaptive[0].keep.is_set());
    CHECK(steps.truncate_adaptive[1].lines_min == 7);
    CHECK(steps.truncate_adaptive[1].keep.head == std::size_t{2});
}

TEST_CASE("variables_are_replaced_and_the_real_environment_wins") {
    const scratch_directory scratch;
    scratch.write(".env", "TOOL=tool\nBOTH=file\nONLY='from file'\nTZ=file-zone\nNEEDED=yes\n");
    scratch.write("extra.env", "X=extra\nE=lost\n");
    const auto made = scratch.load("gateway.toml", R"(
[http]
listen = "${HOST:-127.0.0.1}:${PORT}"
[[children]]
name = "a"
command = "${TOOL}"
args = ["${BOTH}", "$${BOTH}", "${NONE:-d}"]
env = { E = "<${ONLY}>" }
env_file = "${EXTRA}"
cwd = "${WHERE}"
description = "costs 5 ${NONE}"
required_env = ["NEEDED"]
)",
                                   {{"PORT", "99"},
                                    {"BOTH", "real"},
                                    {"WHERE", "bin"},
                                    {"EXTRA", "extra.env"},
                                    {"HOME", "/h"}});
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    const auto& child = made.value.children.at(0);
    CHECK(made.value.http.port == 99);
    CHECK(child.command == "tool");
    CHECK(child.args == std::vector<std::string>{"real", "${BOTH}", "d"});
    // HOME is inherited from the process; TZ is known to .env only and so has to be handed over.
    CHECK(child.env ==
          std::map<std::string, std::string>{
              {"E", "<from file>"}, {"NEEDED", "yes"}, {"TZ", "file-zone"}, {"X", "extra"}});
    CHECK(child.cwd == scratch.path("bin"));
    CHECK(made.value.gateway.abstracts.at("a") == "costs 5 ${NONE}");
}

TEST_CASE("bad_lines_of_the_env_file_are_warnings_with_its_own_name") {
    const scratch_directory scratch;
    scratch.write(".env", "A=1\nhunter2\n");
    const auto made = scratch.load("c.toml", "[[children]]\nname='a'\ncommand='tool'\n");
    REQUIRE(made.problems.size() == 1);
    CHECK(made.is_usable());
    CHECK(made.problems[0].file == scratch.path(".env"));
    CHECK(made.problems[0].line == 2);
    CHECK(made.problems[0].str().find("hunter2") == std::string::npos);
}

TEST_CASE("parse_config_reads_no_env_file") {
    const scratch_directory scratch;
    scratch.write(".env", "V=1\n");
    const auto made =
        parse_config("[[children]]\nname='a'\ncommand='tool'\nargs=['${V}']\n", config_format::toml,
                     scratch.path("c.toml"), scratch.environment());
    CHECK(errors(made) == std::vector<std::string>{"4 children[0].args[0]"});
}

TEST_CASE("files_that_cannot_be_read_are_errors") {
    const scratch_directory scratch;
    const auto absent = load_config(scratch.path("none.toml"), scratch.environment());
    CHECK_FALSE(absent.is_usable());
    CHECK(absent.problems.at(0).message == "does not exist");
    CHECK_FALSE(load_config(scratch.path("bin"), scratch.environment()).is_usable());
    const auto binary = scratch.load("c.json", "{\"a\": 1,\n\"b\": \"\xff\xfe\"}");
    CHECK(errors(binary) == std::vector<std::string>{"2 "});
    const auto large = scratch.load("l.toml", std::string((8U << 20U) + 1, '#'));
    CHECK_FALSE(large.is_usable());
}

TEST_CASE("a_file_without_a_known_extension_is_judged_by_its_content") {
    const scratch_directory scratch;
    for (const auto* const text :
         {"[[children]]\nname='a'\ncommand='tool'", "# c\n[[children]]\nname='a'\ncommand='tool'",
          "  [gateway]\n[[children]]\nname='a'\ncommand='tool'",
          R"({"children": [{"name": "a", "command": "tool"}]})",
          R"( [ {"name": "a", "command": "tool"}])",
          R"(// c
{"mcpServers": {"a": {"command": "tool"}}})"}) {
        CAPTURE(text);
        const auto made = scratch.load("config", text);
        CHECK(made.problems.empty());
        CHECK(made.value.children.size() == 1);
    }
}

TEST_CASE("the_embedded_default_runs_our_own_demo_server") {
    const auto made = embedded_default("/opt/mcp-gateway");
    REQUIRE(made.children.size() == 1);
    CHECK(made.children[0].name == "demo");
    CHECK(made.children[0].command == "/opt/mcp-gateway");
    CHECK(made.children[0].args == std::vector<std::string>{"demo-server"});
    CHECK(made.gateway.expose == exposure::both);
    CHECK(made.http.address == "127.0.0.1");
}

TEST_CASE("problems_are_printed_in_one_line") {
    config_problem problem{config_problem::severity::error, "g.toml",   12,
                           "children[0].command",           "is empty", "write one"};
    CHECK(problem.str() == "g.toml:12: children[0].command: is empty (write one)");
    problem.level = config_problem::severity::warning;
    problem.line = 0;
    problem.key.clear();
    problem.hint.clear();
    CHECK(problem.str() == "g.toml: is empty");
}
