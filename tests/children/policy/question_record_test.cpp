// SPDX-License-Identifier: Apache-2.0
#include "children/policy/question_record.hpp"

#include "tests/support/child_world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("a_call_is_unproven_until_one_of_its_kind_was_answered_without_a_question") {
    question_record record;
    CHECK(record.is_unproven("tools/call", "add"));
    record.begin("tools/call", "add");
    CHECK(record.is_unproven("tools/call", "add"));
    record.prove("tools/call", "add");
    CHECK_FALSE(record.is_unproven("tools/call", "add"));
    CHECK(record.is_unproven("tools/call", "delete"));
    CHECK(record.is_unproven("prompts/get", ""));
    record.prove("prompts/get", "");
    CHECK_FALSE(record.is_unproven("prompts/get", ""));
}

TEST_CASE("calls_that_never_end_are_proven_after_a_few_of_them") {
    question_record record;
    for (std::size_t i = 0; i < question_record::trials_max; ++i) {
        CHECK(record.is_unproven("tools/call", "watch"));
        record.begin("tools/call", "watch");
    }
    CHECK_FALSE(record.is_unproven("tools/call", "watch"));
}

TEST_CASE("a_server_that_asks_has_nothing_left_to_prove") {
    question_record record;
    CHECK(record.on_question());
    CHECK_FALSE(record.on_question());
    CHECK(record.has_asked());
    CHECK_FALSE(record.is_unproven("tools/call", "add"));
}

TEST_CASE("another_version_of_a_server_proves_its_tools_anew") {
    question_record record;
    record.meet("{1}");
    record.prove("tools/call", "add");
    record.meet("{1}");
    CHECK_FALSE(record.is_unproven("tools/call", "add"));
    record.meet("{2}");
    CHECK(record.is_unproven("tools/call", "add"));
    record.on_question();
    record.meet("{3}");
    CHECK(record.has_asked());
}

TEST_CASE("kinds_of_calls_are_told_apart_up_to_a_limit") {
    question_record record;
    for (std::size_t i = 0; i < question_record::kinds_max; ++i)
        record.begin("tools/call", std::to_string(i));
    CHECK_FALSE(record.is_unproven("tools/call", "one more"));
    CHECK(record.is_unproven("tools/call", "0"));
}

TEST_CASE("what_is_known_of_a_servers_questions_is_remembered") {
    const temporary_directory directory;
    for (const bool is_again : {false, true}) {
        process_loop loop;
        logger log{log_level::off};
        registry all{loop.get_executor(), {}, nullptr, log, {}};
        all.keep_schemas_in(directory.str());
        all.add(fake_options({}, "a"));
        auto& a = *all.find("a");
        upstream_caller who;
        who.speaks = era::legacy;
        who.may_be_asked = true;
        who.method = method::tools_call;
        who.tool = "echo";
        CHECK(a.places().is_unproven(who) != is_again);
        if (is_again) {
            loop.await(all.close());
            continue;
        }
        abort_signal never;
        auto place = loop.await(a.places().acquire(who, never));
        REQUIRE(place.has_value());
        auto request = tool_call("echo");
        request.tool = "echo";
        text_of(loop.await(place->call(request, nullptr, never)));
        CHECK_FALSE(a.places().is_unproven(who));
        loop.await(all.close());
    }
}
