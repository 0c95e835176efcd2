// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/entry_override.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

TEST_CASE("what_is_said_instead_takes_the_place_and_the_rest_keeps_its_bytes") {
    const std::string item = R"({"name":"a","x":1.0,"title":"A","big":12345678901234567890})";
    entry_override instead;
    CHECK(shown_entry(item, instead) == item);
    instead.name = "b";
    instead.title = "B \"b\"";
    instead.description = "About b";
    CHECK(shown_entry(item, instead) ==
          R"({"name":"b","x":1.0,"title":"B \"b\"","big":12345678901234567890,)"
          R"("description":"About b"})");
}

TEST_CASE("annotations_are_merged_member_by_member") {
    const std::string item = R"({"name":"a","annotations":{"title":"Old","readOnlyHint":false}})";
    entry_override instead;
    CHECK(shown_entry(item, instead, R"({"readOnlyHint":true,"openWorldHint":false})") ==
          R"({"name":"a","annotations":{"title":"Old","readOnlyHint":true,)"
          R"("openWorldHint":false}})");
    CHECK(shown_entry(R"({"name":"a"})", instead, R"({"readOnlyHint":true})") ==
          R"({"name":"a","annotations":{"readOnlyHint":true}})");
    instead.title = "New"; // clients of 2025-03-26 look there
    CHECK(shown_entry(item, instead) ==
          R"({"name":"a","annotations":{"title":"New","readOnlyHint":false},"title":"New"})");
}

} // namespace mcpgw
