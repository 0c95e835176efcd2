// SPDX-License-Identifier: Apache-2.0
#include "server/search/common_words.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {
namespace {

TEST_CASE("words_weigh_by_what_they_tell") {
    CHECK(word_weight("the") == 0);
    CHECK(word_weight("yourselves") == 0);
    CHECK(word_weight("a") == 0);
    CHECK(word_weight("whole") > 0);
    CHECK(word_weight("whole") < 1);
    CHECK(word_weight("file") == 1);
    CHECK(word_weight("") == 1);
}

} // namespace
} // namespace mcpgw
