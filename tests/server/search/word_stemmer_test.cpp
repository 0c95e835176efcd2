// SPDX-License-Identifier: Apache-2.0
#include "server/search/word_stemmer.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {
namespace {

TEST_CASE("forms_of_a_word_have_one_stem") {
    const word_stemmer stemmer;
    CHECK(stemmer.stem("files") == stemmer.stem("file"));
    CHECK(stemmer.stem("creating") == stemmer.stem("created"));
    CHECK(stemmer.stem("directories") == stemmer.stem("directory"));
    CHECK(stemmer.stem("") == "");
}

TEST_CASE("words_of_other_languages_stay_as_they_are") {
    const word_stemmer stemmer;
    CHECK(stemmer.stem("dateien") == "dateien");
    CHECK(stemmer.stem("über") == "über");
    CHECK(stemmer.stem("查询") == "查询");
    CHECK(stemmer.stem("base64") == "base64");
}

} // namespace
} // namespace mcpgw
