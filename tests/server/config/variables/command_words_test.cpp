// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/command_words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

using list = std::vector<std::string>;

TEST_CASE("words_are_split_as_a_shell_does_and_quotes_keep_blanks") {
    CHECK(split_words("pass show  x") == list{"pass", "show", "x"});
    CHECK(split_words("a 'b c' \"d \\\" e\" f''g \"\"") == list{"a", "b c", "d \" e", "fg", ""});
    CHECK(split_words("sh -c 'a | b; c'") == list{"sh", "-c", "a | b; c"});
    CHECK(split_words(" ")->empty());
}

TEST_CASE("what_needs_a_shell_or_has_an_open_quote_is_no_list_of_words") {
    for (const auto* const text :
         {"a | b", "a && b", "a; b", "a > b", "$(a)", "`a`", "a 'b", "a \"b", "a\\ b"}) {
        CAPTURE(text);
        CHECK_FALSE(split_words(text));
    }
}
