// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/uri_template.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {

TEST_CASE("template_matches_what_it_can_expand_to") {
    struct row {
        const char* text;
        const char* pattern;
        bool matches;
    };
    const std::vector<row> rows{
        {"demo://numbers/7", "demo://numbers/{n}", true},
        {"demo://numbers/", "demo://numbers/{n}", false},
        {"demo://numbers/7/8", "demo://numbers/{n}", false},
        {"demo://number/7", "demo://numbers/{n}", false},
        {"file:///a/b/c", "file:///{+path}", true},
        {"file:///", "file:///{+path}", false},
        {"file:///a/b", "file://{/parts*}", true},
        {"file://", "file://{/parts*}", true},
        {"x://q", "x://q{?a,b}", true},
        {"x://q?a=1&b=2", "x://q{?a,b}", true},
        {"x://q?a=1/2", "x://q{?a,b}", true},
        {"x://q?a=1&b=2", "x://q?a=1{&b}", true},
        {"x://q#part", "x://q{#f}", true},
        {"x://q.json", "x://q{.ext}", true},
        {"x://q", "x://q{.ext}", false},
        {"x://q;v=1", "x://q{;v}", true},
        {"x://ab/cd.json", "x://{a}/{b}.json", true},
        {"x://ab/.json", "x://{a}/{b}.json", false},
        {"x://1-2-3", "x://{a}-{b}", true},
        {"x://literal", "x://literal", true},
        {"x://literal2", "x://literal", false},
        {"", "", true},
        {"x", "", false},
        {"", "{a}", false},
        {"x://a", "x://{open", false},
        {"x://{open", "x://{open", false}, // a brace without its end is no template
    };
    for (const auto& r : rows) {
        CAPTURE(r.text, r.pattern);
        CHECK(matches_template(r.text, r.pattern) == r.matches);
    }
}

TEST_CASE("hostile_template_costs_bounded_work") {
    std::string pattern = "x:";
    for (int i = 0; i < 40; ++i) pattern += "{+a}";
    pattern += "!";
    // Without the limit this takes longer than the universe has.
    CHECK_FALSE(matches_template("x:" + std::string(2000, 'a'), pattern));
}

} // namespace mcpgw
