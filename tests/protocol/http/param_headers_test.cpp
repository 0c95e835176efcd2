// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/param_headers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace mcpgw {
namespace {

/// A schema with these properties.
std::string with_properties(std::string_view properties) {
    return fmt::format(R"({{"type":"object","properties":{{{}}}}})", properties);
}

/// Its annotations as text: "Mcp-Param-Region=a.b;…", or the fault.
std::string read(std::string_view schema) {
    const auto found = read_param_headers(schema);
    if (found.has_error()) return found.error().detail;
    std::string text;
    for (const auto& [path, field] : *found) {
        if (!text.empty()) text += ';';
        text += field + "=";
        for (std::size_t i = 0; i < path.size(); ++i) text += (i == 0 ? "" : ".") + path[i];
    }
    return text;
}

const std::vector<param_header> region{{{"region"}, "Mcp-Param-Region"}};

std::string check(const param_fields& sent, std::string_view arguments,
                  const std::vector<param_header>& expected = region) {
    const auto checked = check_param_headers(expected, sent, arguments);
    if (!checked.has_error()) return "ok";
    CHECK(checked.error().code == errc::header_mismatch);
    return checked.error().detail;
}

TEST_CASE("annotations_are_found_at_any_depth_of_properties") {
    const std::vector<std::pair<std::string, std::string_view>> table{
        {R"({"type":"object"})", ""},
        {"{}", ""},
        {"true", ""},
        {with_properties(R"("a":{"type":"string"},"b":true)"), ""},
        {with_properties(R"("a":{"type":"string","x-mcp-header":"Region"})"), "Mcp-Param-Region=a"},
        {with_properties(R"("a":{"x-mcp-header":"A","type":"integer"},)"
                         R"("b":{"type":"boolean","x-mcp-header":"B"})"),
         "Mcp-Param-A=a;Mcp-Param-B=b"},
        {with_properties(R"("a":{"type":"object","properties":{"b":{"type":"object",)"
                         R"("properties":{"c":{"type":"string","x-mcp-header":"Deep"}}}}})"),
         "Mcp-Param-Deep=a.b.c"},
        // Method names a field of its own, not the standard one.
        {with_properties(R"("m":{"type":"string","x-mcp-header":"Method"})"), "Mcp-Param-Method=m"},
        {with_properties(R"("n":{"type":["string","null"],"x-mcp-header":"N"})"), "Mcp-Param-N=n"},
        {with_properties("\"t\":{\"type\":\"string\",\"x-mcp-header\":\"!#$%&'*+-.^_`|~9zZ\"}"),
         "Mcp-Param-!#$%&'*+-.^_`|~9zZ=t"},
        {with_properties(R"("\u0061":{"type":"string","\u0078-mcp-header":"A"})"), "Mcp-Param-A=a"},
        // Names and data that only look like annotations.
        {with_properties(R"("x-mcp-header":{"type":"string"})"), ""},
        {with_properties(R"("a":{"type":"object","default":{"x-mcp-header":"A"},)"
                         R"("examples":[{"x-mcp-header":""}]})"),
         ""},
        {R"({"$defs":{"x-mcp-header":{"type":"string"}}})", ""},
    };
    for (const auto& [schema, found] : table) {
        CAPTURE(schema);
        CHECK(read(schema) == found);
    }
}

TEST_CASE("an_annotation_that_breaks_a_rule_makes_the_schema_invalid") {
    const auto property = [](std::string_view text) {
        return with_properties(fmt::format(R"("p":{{{}}})", text));
    };
    const std::string a = R"({"type":"string","x-mcp-header":"A"})";
    const std::vector<std::pair<std::string, std::string_view>> table{
        {property(R"("type":"string","x-mcp-header":"")"), "no HTTP field name"},
        {property(R"("type":"string","x-mcp-header":"My Region")"), "no HTTP field name"},
        {property(R"("type":"string","x-mcp-header":"Region:Primary")"), "no HTTP field name"},
        {property(R"("type":"string","x-mcp-header":"Région")"), "no HTTP field name"},
        {property(R"("type":"string","x-mcp-header":"Region\t1")"), "no HTTP field name"},
        {property(R"("type":"string","x-mcp-header":"Region\r\nX: y")"), "no HTTP field name"},
        {property(R"("type":"string","x-mcp-header":7)"), "is no string"},
        {property(R"("type":"string","x-mcp-header":null)"), "is no string"},
        {property(R"("type":"object","x-mcp-header":"A")"), "whose type"},
        {property(R"("type":"array","items":{},"x-mcp-header":"A")"), "whose type"},
        {property(R"("type":"null","x-mcp-header":"A")"), "whose type"},
        {property(R"("type":"number","x-mcp-header":"A")"), "whose type"},
        {property(R"("type":["string","integer"],"x-mcp-header":"A")"), "whose type"},
        {property(R"("type":["null"],"x-mcp-header":"A")"), "whose type"},
        {property(R"("enum":["x"],"x-mcp-header":"A")"), "whose type"},
        {with_properties(R"("a":)" + a + R"(,"b":)" + a), "there twice"},
        {with_properties(R"("a":{"type":"string","x-mcp-header":"MyField"},)"
                         R"("b":{"type":"object","properties":)"
                         R"({"c":{"type":"string","x-mcp-header":"myfield"}}})"),
         "there twice"},
        // not reached through properties alone
        {R"({"type":"string","x-mcp-header":"A"})", "'properties' alone"},
        {property(R"("type":"array","items":)" + a), "'properties' alone"},
        {property(R"("type":"array","prefixItems":[)" + a + "]"), "'properties' alone"},
        {property(R"("oneOf":[)" + a + "]"), "'properties' alone"},
        {property(R"("anyOf":[{"type":"null"},)" + a + "]"), "'properties' alone"},
        {R"({"allOf":[)" + with_properties(R"("a":)" + a) + "]}", "'properties' alone"},
        {R"({"not":)" + with_properties(R"("a":)" + a) + "}", "'properties' alone"},
        {R"({"if":{},"then":)" + with_properties(R"("a":)" + a) + "}", "'properties' alone"},
        {R"({"$defs":{"d":)" + a + "}}", "'properties' alone"},
        {R"({"patternProperties":{"^x":)" + a + "}}", "'properties' alone"},
        {R"({"additionalProperties":)" + a + "}", "'properties' alone"},
    };
    for (const auto& [schema, problem] : table) {
        CAPTURE(schema);
        const auto found = read_param_headers(schema);
        REQUIRE(found.has_error());
        CHECK(found.error().detail.find(problem) != std::string::npos);
    }
}

TEST_CASE("a_field_must_equal_its_argument") {
    const std::vector<std::tuple<std::string_view, std::string_view, bool>> table{
        {"us-west1", R"({"region":"us-west1"})", true},
        {"us-west1", R"({"region":"us-west2"})", false},
        {"US-WEST1", R"({"region":"us-west1"})", false},
        {"a", R"({"region":"\u0061"})", true},
        {"a", R"({"\u0072egion":"a"})", true},
        {"", R"({"region":""})", true},
        {"=?base64?SGVsbG8=?=", R"({"region":"Hello"})", true},
        {"=?base64?SGVsbG8?=", R"({"region":"Hello"})", false},
        {"=?base64?SGVs!!!bG8=?=", R"({"region":"Hello"})", false},
        {"SGVsbG8=", R"({"region":"SGVsbG8="})", true},
        {"SGVsbG8=", R"({"region":"Hello"})", false},
        {"=?base64?SGVsbG8=", R"({"region":"=?base64?SGVsbG8="})", true},
        {"=?BASE64?SGVsbG8=?=", R"({"region":"Hello"})", false},
        {"=?BASE64?SGVsbG8=?=", R"({"region":"=?BASE64?SGVsbG8=?="})", true},
        {"=?base64?5pel5pys6Kqe?=", R"({"region":"日本語"})", true},
        {"日本語", R"({"region":"日本語"})", false},
        {"line1\nline2", R"({"region":"line1\nline2"})", false},
        // integers as numbers
        {"42", R"({"region":42})", true},
        {"42.0", R"({"region":42})", true},
        {"42", R"({"region":42.0})", true},
        {"4.2e1", R"({"region":42})", true},
        {"420E-1", R"({"region":42})", true},
        {"-7", R"({"region":-7})", true},
        {"7", R"({"region":-7})", false},
        {"-0", R"({"region":0})", true},
        {"0.0", R"({"region":0e9})", true},
        {"9007199254740993", R"({"region":9007199254740993})", true},
        {"9007199254740992", R"({"region":9007199254740993})", false},
        {"042", R"({"region":42})", false},
        {"0x2a", R"({"region":42})", false},
        {"42 ", R"({"region":42})", false},
        {"+42", R"({"region":42})", false},
        {"", R"({"region":42})", false},
        {"1e99999999999", R"({"region":42})", false},
        {"42", R"({"region":"42"})", true},
        {"42.0", R"({"region":"42"})", false},
        // booleans
        {"true", R"({"region":true})", true},
        {"false", R"({"region":false})", true},
        {"True", R"({"region":true})", false},
        {"1", R"({"region":true})", false},
        // the field of a value that cannot be one
        {"{}", R"({"region":[1]})", false},
    };
    for (const auto& [value, arguments, is_good] : table) {
        CAPTURE(value, arguments);
        const param_fields sent{{"mcp-param-REGION", std::string{value}}};
        CHECK((check(sent, arguments) == "ok") == is_good);
    }
}

TEST_CASE("a_field_is_there_if_and_only_if_its_argument_is") {
    const param_fields none;
    const param_fields sent{{"Mcp-Param-Region", "x"}};
    CHECK(check(none, R"({"region":null})") == "ok");
    CHECK(check(none, "{}") == "ok");
    CHECK(check(none, "") == "ok");
    CHECK(check(none, R"({"region":"x"})") ==
          "Header mismatch: Mcp-Param-Region is missing while the body has "
          "params.arguments.region");
    CHECK(check(none, R"({"region":""})").find("is missing") != std::string::npos);
    CHECK(check(sent, R"({"region":null})") ==
          "Header mismatch: Mcp-Param-Region is sent while the body has no "
          "params.arguments.region");
    CHECK(check(sent, "{}").find("is sent") != std::string::npos);
    CHECK(check(sent, "").find("is sent") != std::string::npos);
    CHECK(check({{"Mcp-Param-Region", "x"}, {"mcp-param-region", "x"}}, R"({"region":"x"})") ==
          "Header mismatch: Mcp-Param-Region is sent twice");
    // Nobody's business.
    CHECK(check({{"Mcp-Param-Other", "=?base64?!?="}}, R"({"other":1})") == "ok");
}

TEST_CASE("a_nested_argument_is_found_by_its_exact_path") {
    const std::vector<param_header> deep{{{"a", "b"}, "Mcp-Param-B"}};
    CHECK(check({{"Mcp-Param-B", "1"}}, R"({"b":2,"a":{"b":1}})", deep) == "ok");
    CHECK(check({}, R"({"b":2,"a":{}})", deep) == "ok");
    CHECK(check({}, R"({"a":[{"b":1}]})", deep) == "ok");
    CHECK(check({}, R"({"a":null})", deep) == "ok");
    CHECK(check({}, R"({"a":{"b":1}})", deep) ==
          "Header mismatch: Mcp-Param-B is missing while the body has params.arguments.a.b");
    // Of two members with one name, the last is what most parsers keep.
    CHECK(check({{"Mcp-Param-B", "2"}}, R"({"a":{"b":1},"a":{"b":2}})", deep) == "ok");
}

TEST_CASE("fields_for_an_upstream_are_made_as_in_the_tables_of_the_specification") {
    const std::vector<std::pair<std::string_view, std::string_view>> table{
        {R"("us-west1")", "us-west1"},
        {R"("")", ""},
        {"42", "42"},
        {"-7", "-7"},
        {"42.0", "42"},
        {"1e3", "1000"},
        {"-0", "0"},
        {"3.14159", "3.14159"},
        {"1e400", "1e400"},
        {"9007199254740993", "9007199254740993"},
        {"true", "true"},
        {"false", "false"},
        {R"("Hello, 世界")", "=?base64?SGVsbG8sIOS4lueVjA==?="},
        {R"(" padded ")", "=?base64?IHBhZGRlZCA=?="},
        {R"(" us-west1")", "=?base64?IHVzLXdlc3Qx?="},
        {R"("us-west1 ")", "=?base64?dXMtd2VzdDEg?="},
        {R"("us west 1")", "us west 1"},
        {R"("line1\nline2")", "=?base64?bGluZTEKbGluZTI=?="},
        {R"("line1\r\nline2")", "=?base64?bGluZTENCmxpbmUy?="},
        {R"("\tindented")", "=?base64?CWluZGVudGVk?="},
        {R"("=?base64?literal?=")", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="},
    };
    for (const auto& [value, field] : table) {
        CAPTURE(value);
        const auto arguments = fmt::format(R"({{"region":{}}})", value);
        const auto made = make_param_headers(region, arguments);
        CHECK(made == param_fields{{"Mcp-Param-Region", std::string{field}}});
        CHECK(check(made, arguments) == "ok"); // what we make, we accept
    }
    for (const auto* const arguments :
         {"", "{}", R"({"region":null})", R"({"region":{}})", R"({"region":[1]})"}) {
        CAPTURE(arguments);
        CHECK(make_param_headers(region, arguments).empty());
    }
}

TEST_CASE("only_annotated_arguments_become_fields") {
    const auto found = read_param_headers(with_properties(
        R"("region":{"type":"string","x-mcp-header":"Region"},"query":{"type":"string"},)"
        R"("o":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}})"));
    REQUIRE(found.has_value());
    CHECK(make_param_headers(*found, R"({"query":"q","o":{"n":5},"region":"r"})") ==
          param_fields{{"Mcp-Param-Region", "r"}, {"Mcp-Param-N", "5"}});
}

} // namespace
} // namespace mcpgw
