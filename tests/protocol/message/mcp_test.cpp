// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/mcp.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace mcpgw;

TEST_CASE("revisions_and_their_names_belong_together") {
    for (const revision r : all_revisions) CHECK(parse_revision(to_string(r)) == r);
    CHECK(to_string(revision::r2024_11_05) == "2024-11-05");
    CHECK(to_string(newest_legacy) == "2025-11-25");
    CHECK(to_string(newest_modern) == "2026-07-28");
    CHECK_FALSE(parse_revision("2026-07-29"));
    CHECK_FALSE(parse_revision("2026-07-28 "));
    CHECK_FALSE(parse_revision(""));
}

TEST_CASE("revisions_are_ordered_by_age") {
    CHECK(std::ranges::is_sorted(all_revisions, std::ranges::greater{}));
    CHECK(all_revisions.front() == newest_modern);
    CHECK(revision::r2025_03_26 < revision::r2025_06_18);
}

TEST_CASE("only_the_newest_revision_is_modern") {
    for (const revision r : all_revisions)
        CHECK(era_of(r) == (r == revision::r2026_07_28 ? era::modern : era::legacy));
    CHECK(to_string(era::legacy) == "legacy");
    CHECK(to_string(era::modern) == "modern");
}

TEST_CASE("log_levels_ascend_in_severity") {
    CHECK(parse_log_level("debug") == 0);
    CHECK(parse_log_level("emergency") == 7);
    CHECK(parse_log_level("info") < parse_log_level("notice"));
    CHECK(parse_log_level("notice") < parse_log_level("warning"));
    CHECK(parse_log_level("warning") < parse_log_level("error"));
    CHECK(parse_log_level("error") < parse_log_level("critical"));
    CHECK(parse_log_level("critical") < parse_log_level("alert"));
    CHECK_FALSE(parse_log_level("Debug"));
    CHECK_FALSE(parse_log_level("warn"));
    CHECK_FALSE(parse_log_level(""));
}

TEST_CASE("methods_belong_to_eras") {
    for (const auto name : {method::tools_list, method::tools_call, method::prompts_list,
                            method::prompts_get, method::resources_list, method::resources_read,
                            method::resources_templates_list, method::complete}) {
        CHECK(is_client_method(name, era::legacy));
        CHECK(is_client_method(name, era::modern));
    }
    for (const auto name : {method::initialize, method::ping, method::set_level,
                            method::resources_subscribe, method::resources_unsubscribe}) {
        CHECK(is_client_method(name, era::legacy));
        CHECK_FALSE(is_client_method(name, era::modern));
    }
    for (const auto name : {method::discover, method::listen}) {
        CHECK_FALSE(is_client_method(name, era::legacy));
        CHECK(is_client_method(name, era::modern));
    }
    for (const era e : {era::legacy, era::modern}) {
        CHECK(is_client_method(method::tasks_get, e));
        CHECK(is_client_method(method::tasks_cancel, e));
        CHECK(is_client_method(method::tasks_update, e) == (e == era::modern));
        CHECK(is_client_method(method::tasks_result, e) == (e == era::legacy));
        CHECK(is_client_method(method::tasks_list, e) == (e == era::legacy));
        CHECK_FALSE(is_client_method(method::sampling, e));
        CHECK_FALSE(is_client_method("tools/Call", e));
        CHECK_FALSE(is_client_method("", e));
    }
}

TEST_CASE("some_methods_mirror_a_param_in_a_header") {
    CHECK(mirrored_param(method::tools_call) == "name");
    CHECK(mirrored_param(method::prompts_get) == "name");
    CHECK(mirrored_param(method::resources_read) == "uri");
    for (const auto name : {method::tasks_get, method::tasks_update, method::tasks_cancel})
        CHECK(mirrored_param(name) == "taskId");
    CHECK(mirrored_param(method::tasks_result).empty());
    CHECK(mirrored_param(method::tools_list).empty());
    CHECK(mirrored_param(method::complete).empty());
}
