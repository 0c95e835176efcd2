// SPDX-License-Identifier: Apache-2.0
// In which era odd servers end up, and how many processes it takes.
#include "tests/support/odd_starts.hpp"

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("whatever_error_refuses_the_probe_initialize_follows_in_the_same_process") {
    for (const auto code :
         {-32601, -32602, -32600, -32603, -32700, -32000, -32001, -32002, -32003, -32020,
          -32021, -32022, -32099, -32768, -1,     0,      1,      404,    500,    2147483647})
        check({"error " + std::to_string(code),
               {"discover:error=" + std::to_string(code), "initialize:legacy"},
               "legacy"});
}

TEST_CASE("whatever_result_the_probe_has_initialize_follows_in_the_same_process") {
    for (const auto* const result :
         {"null", "{}", "[]", "7", "true", R"("text")", R"({"tools":[]})", R"({"content":[]})",
          R"({"supportedVersions":null})", R"({"supportedVersions":"2026-07-28"})",
          R"({"supportedVersions":[]})", R"({"supportedVersions":["2025-11-25"]})",
          R"({"supportedVersions":["1999-01-01"]})", R"({"supportedVersions":[7,null]})",
          R"({"protocolVersion":"2025-11-25","capabilities":{}})"})
        check({result,
               {"discover:" + raw(R"("result":)" + std::string{result}), "initialize:legacy"},
               "legacy"});
    for (const auto* const error :
         {"null", "{}", "[]", R"("text")", R"({"code":"x","message":7})", R"({"code":-32601})",
          R"({"code":-32022,"message":"m","data":{"supported":["2025-06-18"]}})",
          R"({"code":-32022,"message":"m","data":{"supported":null}})",
          R"({"code":-32022,"message":"m","data":[]})"})
        check({error,
               {"discover:" + raw(R"("error":)" + std::string{error}), "initialize:legacy"},
               "legacy"});
}

TEST_CASE("answers_to_the_probe_under_another_id_are_understood_as_such") {
    for (const auto* const id : {"null", "0", "-1", "9999999", R"("server-error")", R"("")"})
        check({id,
               {std::string{R"(discover:raw={"jsonrpc":"2.0","id":)"} + id +
                    R"(,"error":{"code":-32600,"message":"what?"}})",
                "initialize:legacy"},
               "legacy"});
}

TEST_CASE("legacy_servers_of_any_manners_start_in_one_process") {
    const std::vector<odd_start> rows{
        {"silent to the probe", {"initialize:legacy"}, "legacy"},
        {"blocks until initialize", {"start:await=initialize", "initialize:legacy"}, "legacy"},
        {"refuses late", {"initialize:legacy;late-error"}, "legacy"},
        {"refuses the probe after it has agreed",
         {"initialize:legacy;late-error;late-error"},
         "legacy"},
        {"slow, then refuses",
         {"start:pause=400", "discover:error=-32601", "initialize:legacy"},
         "legacy"},
        {"slow, then silent", {"start:pause=400", "initialize:legacy"}, "legacy"},
        {"slow to initialize", {"discover:error=-32601", "initialize:pause=400;legacy"}, "legacy"},
        {"slow behind a program that reads",
         {"start:await=initialize;pause=200", "discover:error=-32601", "initialize:legacy"},
         "legacy"},
        {"chatty on stdout",
         {"start:says=80", "discover:error=-32601", "initialize:legacy"},
         "legacy"},
        {"chatty between",
         {"discover:says=30;error=-32601;says=30", "initialize:says=30;legacy;says=3"},
         "legacy"},
        {"a banner and silence",
         {"start:say=Server running on stdio", "initialize:legacy"},
         "legacy"},
        {"says so in words",
         {"discover:say=Unknown method server/discover", "initialize:legacy"},
         "legacy"},
        {"floods stderr",
         {"start:errs=20000", "discover:errs=5000;error=-32601", "initialize:errs=5000;legacy"},
         "legacy"},
        {"notifies first",
         {"start:notify=notifications/message", "discover:error=-32601", "initialize:legacy"},
         "legacy"},
        {"tells of changes first",
         {"start:notify=notifications/tools/list_changed", "initialize:legacy"},
         "legacy"},
        {"pings first", {"start:ask=ping", "discover:error=-32601", "initialize:legacy"}, "legacy"},
        {"asks for roots first",
         {"start:ask=roots/list", "discover:error=-32601", "initialize:legacy"},
         "legacy"},
        {"asks before it agrees",
         {"discover:error=-32601", "initialize:ask=roots/list;legacy"},
         "legacy"},
        {"refuses twice", {"discover:error=-32601;error=-32601", "initialize:legacy"}, "legacy"},
        {"agrees twice", {"discover:error=-32601", "initialize:legacy;legacy"}, "legacy"},
        {"logs to stderr",
         {"start:err=npm warn deprecated", "discover:error=-32601", "initialize:legacy"},
         "legacy"},
        {"half a line first",
         {"start:say={\"jsonrpc\":", "discover:error=-32601", "initialize:legacy"},
         "legacy"},
        {"blank lines",
         {"start:say=;say=;say=", "discover:error=-32601", "initialize:legacy"},
         "legacy"},
    };
    for (const auto& row : rows) check(row);
}

TEST_CASE("modern_servers_of_any_manners_start_in_one_process") {
    const std::vector<odd_start> rows{
        {"modern", {"discover:modern"}, "modern"},
        {"of both eras", {"discover:dual", "initialize:legacy"}, "modern"},
        {"slow", {"start:pause=400", "discover:modern", "initialize:error=-32601"}, "modern"},
        {"slow to answer", {"discover:pause=400;modern", "initialize:error=-32601"}, "modern"},
        {"slow to answer, silent to initialize", {"discover:pause=400;modern"}, "modern"},
        {"behind a program that reads",
         {"start:await=initialize", "discover:modern", "initialize:error=-32601"},
         "modern"},
        {"both eras behind a program that reads",
         {"start:await=initialize", "discover:dual", "initialize:legacy"},
         "modern"},
        {"answers the probe after initialize", {"initialize:late-modern;error=-32601"}, "modern"},
        {"refuses initialize, then answers", {"initialize:error=-32022;late-modern"}, "modern"},
        {"wants the probe again",
         {"discover:" +
              raw(R"("error":{"code":-32022,"message":"m","data":{"supported":["2026-07-28"]}})"),
          "discover2:modern"},
         "modern"},
        {"chatty", {"start:says=80", "discover:says=10;modern"}, "modern"},
        {"floods stderr", {"start:errs=20000", "discover:modern"}, "modern"},
        {"notifies first", {"start:notify=notifications/message", "discover:modern"}, "modern"},
        {"answers twice", {"discover:modern;modern"}, "modern"},
    };
    for (const auto& row : rows) check(row);
}

TEST_CASE("a_second_process_is_started_where_the_first_died_or_is_confused_and_no_third") {
    const std::vector<odd_start> rows{
        {"dies of the probe", {"discover:exit=1", "initialize:legacy"}, "legacy", 2},
        {"leaves at the probe", {"discover:exit=0", "initialize:legacy"}, "legacy", 2},
        {"dies of it with a word",
         {"discover:err=expected initialize;exit=70", "initialize:legacy"},
         "legacy",
         2},
        {"dies of it after a while",
         {"discover:pause=200;exit=1", "initialize:legacy"},
         "legacy",
         2},
        {"slow, then dies of it",
         {"start:pause=300", "discover:exit=1", "initialize:legacy"},
         "legacy",
         2},
        {"one shot", {"discover:error=-32601;exit=0", "initialize:legacy"}, "legacy", 2},
        {"slow to end with a lock",
         {"discover:error=-32600", "confused:error=-32600", "initialize:legacy", "eof:pause=200"},
         "legacy",
         2},
        {"refuses everything after the probe",
         {"discover:error=-32600", "confused:error=-32600", "initialize:legacy"},
         "legacy",
         2},
        {"dies of initialize after the probe",
         {"discover:error=-32600", "confused:exit=1", "initialize:legacy"},
         "legacy",
         2},
        {"mute after the probe",
         {"discover:error=-32600", "confused:", "initialize:legacy"},
         "legacy",
         2,
         belief::nothing,
         4s},
        {"ignores the probe, refuses then",
         {"confused:error=-32600", "initialize:legacy"},
         "legacy",
         2},
        {"mixes eras up",
         {"start:await=initialize", "discover:dual", "discover2:error=-32601", "initialize:legacy"},
         "legacy",
         2,
         belief::nothing,
         2s},
    };
    for (const auto& row : rows) check(row);
}

TEST_CASE("a_start_that_fails_says_why_and_is_not_repeated_in_a_hurry") {
    const auto future =
        "discover:" +
        raw(R"("error":{"code":-32022,"message":"too old","data":{"supported":["2099-01-01"]}})");
    const auto again =
        "discover:" +
        raw(R"("error":{"code":-32022,"message":"once more","data":{"supported":["2026-07-28"]}})");
    const auto strange =
        "initialize:" + raw(R"("result":{"protocolVersion":"1999-12-31","capabilities":{}})");
    const std::vector<odd_start> rows{
        {"ends at once", {"start:exit=3"}, "exited with code 3", 1},
        {"ends at once in order", {"start:exit=0"}, "before it said anything", 1},
        {"a missing key", {"start:err=API_KEY is not set;exit=1"}, "API_KEY is not set", 1},
        {"dies of initialize",
         {"discover:error=-32601", "initialize:exit=4"},
         "exited with code 4",
         2},
        {"refuses initialize",
         {"discover:error=-32601", "initialize:error=-32603"},
         "refused to initialize",
         2},
        {"dies of everything", {"discover:exit=5", "initialize:exit=5"}, "exited with code 5", 2},
        {"an unknown revision", {"discover:error=-32601", strange}, "1999-12-31", 1},
        {"a future revision", {future}, "too old", 1},
        {"wants the probe again for ever", {again}, "once more", 1},
        {"never reads",
         {"start:pause=60000"},
         "it has not read its input",
         1,
         belief::nothing,
         400ms},
        {"reads and never answers", {}, "server/discover or initialize", 1, belief::nothing, 400ms},
        {"answers initialize under another id",
         {"initialize:raw={\"jsonrpc\":\"2.0\",\"id\":77,\"result\":{}}"},
         "initialize",
         2,
         belief::nothing,
         800ms},
        {"only modern, and it is not",
         {"discover:error=-32601", "initialize:legacy"},
         "`era`",
         1,
         belief::only_modern},
        {"only modern, and it dies",
         {"discover:exit=7", "initialize:legacy"},
         "exited with code 7",
         1,
         belief::only_modern},
        {"only modern, and it is silent",
         {"initialize:legacy"},
         "`era`",
         1,
         belief::only_modern,
         400ms},
        {"only legacy, and it is not",
         {"discover:modern",
          "initialize:" +
              raw(R"("error":{"code":-32022,"message":"m","data":{"supported":["2026-07-28"]}})")},
         "`era`",
         1,
         belief::only_legacy},
        {"only legacy, and it is silent",
         {"discover:modern"},
         "`era`",
         1,
         belief::only_legacy,
         400ms},
    };
    for (const auto& row : rows) check(row);
}

TEST_CASE("where_the_era_is_known_the_first_word_is_right_and_a_wrong_memory_costs_no_process") {
    const auto named =
        "initialize:" +
        raw(R"("error":{"code":-32022,"message":"m","data":{"supported":["2026-07-28"]}})");
    const std::vector<odd_start> rows{
        {"remembered, dies of the probe",
         {"discover:exit=1", "initialize:legacy"},
         "legacy",
         1,
         belief::legacy},
        {"configured, dies of the probe",
         {"discover:exit=1", "initialize:legacy"},
         "legacy",
         1,
         belief::only_legacy},
        {"remembered, one shot",
         {"discover:error=-32601;exit=0", "initialize:legacy"},
         "legacy",
         1,
         belief::legacy},
        {"remembered modern",
         {"discover:modern", "initialize:exit=1"},
         "modern",
         1,
         belief::modern},
        {"configured modern, slow",
         {"start:pause=300", "discover:modern", "initialize:exit=1"},
         "modern",
         1,
         belief::only_modern},
        {"remembered modern, slow to answer",
         {"discover:pause=300;modern", "initialize:exit=1"},
         "modern",
         1,
         belief::modern},
        {"was modern, is legacy",
         {"discover:error=-32601", "initialize:legacy"},
         "legacy",
         1,
         belief::modern},
        {"was modern, is legacy and silent",
         {"initialize:legacy"},
         "legacy",
         1,
         belief::modern,
         1s},
        {"was legacy, is modern", {"discover:modern", named}, "modern", 1, belief::legacy},
        {"was legacy, refuses initialize",
         {"discover:modern", "initialize:error=-32601"},
         "modern",
         1,
         belief::legacy},
    };
    for (const auto& row : rows) check(row);
}

TEST_CASE("a_server_that_refuses_the_revision_of_every_call_is_not_started_for_each") {
    const scratch_file count;
    const scratch_file lock;
    odd_start row;
    row.rules = {"discover:modern"};
    auto options = options_of(row, count, lock);
    options.args.emplace_back(
        "call:" +
        raw(R"("error":{"code":-32022,"message":"m","data":{"supported":["2099-01-01"]}})"));
    child_world world{options};
    for (int i = 0; i < 10; ++i) {
        world.call("odd");
        world.loop.run_until([&world] {
            return world.status().state != upstream_state::running || world.status().pid != 0;
        });
    }
    world.run_until_state(upstream_state::failed);
    CHECK(count.lines() == 1);
}

TEST_CASE("a_start_that_ends_in_silence_says_what_came_instead_of_an_answer") {
    check({"answers in a form of its own",
           {"initialize:say={'jsonrpc': '2.0'}"},
           "meanwhile it sent what is no MCP message: '{'jsonrpc': '2.0'}'",
           1,
           belief::nothing,
           400ms});
}
