// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/json_schema.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

namespace mcpgw {

TEST_CASE("schemas_that_a_validator_can_be_made_of") {
    for (const std::string_view schema : {
             "{}",
             "true",
             R"({"type":"object","properties":{"type":{"type":"string"}},"required":["type"]})",
             R"({"type":["string","null"],"enum":["a",null],"default":7,"const":[]})",
             R"({"items":{"$ref":"#/$defs/a"},"$defs":{"a":{"minimum":0.5,"multipleOf":0.01}}})",
             R"({"items":[{"type":"string"}],"additionalItems":false})",
             R"({"prefixItems":[true],"properties":{"next":{"$ref":"#"}}})",
             R"({"pattern":"^(?:a|[\\\\]b)+\\d{2}$","minLength":0,"unknown":7,"format":"odd"})",
             R"({"$id":"https://x/","$ref":"other","definitions":{"a":false}})",
             R"({"anyOf":[{"type":"null"},{"not":{}}],"additionalProperties":{"type":"array"}})",
         }) {
        CAPTURE(schema);
        CHECK(is_json_schema(schema));
    }
}

TEST_CASE("a_schema_that_no_validator_can_be_made_of_is_known") {
    for (const std::string_view schema : {
             "[]",
             R"({"type":7})",
             R"({"type":"text"})",
             R"({"type":[]})",
             R"({"type":null})",
             R"({"properties":[]})",
             R"({"properties":{"a":7}})",
             R"({"properties":{"a":{"items":7}}})",
             R"({"items":"string"})",
             R"({"required":true})",
             R"({"required":["a",7]})",
             R"({"enum":[]})",
             R"({"enum":"a"})",
             R"({"anyOf":[]})",
             R"({"allOf":{}})",
             R"({"minLength":-1})",
             R"({"minItems":"1"})",
             R"({"minimum":"1"})",
             R"({"exclusiveMinimum":true})",
             R"({"multipleOf":0})",
             R"({"pattern":7})",
             R"({"pattern":"("})",
             R"({"pattern":"[a"})",
             R"x({"pattern":"(?P<a>b)"})x",
             R"({"pattern":"a\\Z"})",
             R"({"$ref":"#/$defs/none"})",
             R"({"$ref":"https://elsewhere/"})",
             R"({"$defs":{"a":{"items":{"not":[]}}}})",
             R"({"description":7})",
         }) {
        CAPTURE(schema);
        CHECK_FALSE(is_json_schema(schema));
    }
}

} // namespace mcpgw
