// SPDX-License-Identifier: Apache-2.0
#include "server/search/word_splitter.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <random>
#include <string>

namespace mcpgw {
namespace {

std::string split(std::string_view text) {
    std::string all;
    for (const auto& word : split_words(text))
        all += fmt::format("{}{}", all.empty() ? "" : " | ", fmt::join(word.parts, " "));
    return all;
}

TEST_CASE("names_are_split_where_people_see_words") {
    CHECK(split("read_file") == "read | file");
    CHECK(split("list-issues.v2/all") == "list | issues | v 2 v2 | all");
    CHECK(split("createIssue") == "create issue createissue");
    CHECK(split("getHTTPStatus") == "get http status gethttpstatus");
    CHECK(split("HTTP") == "http");
    CHECK(split("base64") == "base 64 base64");
    CHECK(split("S3Bucket") == "s 3 bucket s3bucket");
    CHECK(split("  a,b;(c)\n") == "a | b | c");
    CHECK(split("") == "");
    CHECK(split("?!") == "");
}

TEST_CASE("what_follows_an_apostrophe_is_no_word") {
    CHECK(split("the folder's content") == "the | folder | content");
    CHECK(split("don't") == "don");
    CHECK(split("it\u2019s") == "it");
    CHECK(split("'quoted'") == "quoted");
    CHECK(split("rock'n'roll") == "rock | roll");
}

TEST_CASE("letters_of_other_scripts_become_small_ones") {
    CHECK(split("ÜBER Straße") == "über | straße");
    CHECK(split("ПОИСК") == "поиск");
    CHECK(split("ΑΡΧΕΙΟ") == "αρχειο");
    CHECK(split("“Žluťoučký”—kůň…") == "žluťoučký | kůň");
}

TEST_CASE("scripts_without_blanks_are_read_by_two_characters") {
    CHECK(split("查询余票") == "查询 | 询余 | 余票");
    CHECK(split("票") == "票");
    CHECK(split("查询 API") == "查询 | api");
    CHECK(split("東京tower") == "東京 | tower");
}

TEST_CASE("a_word_without_end_is_cut") {
    const auto words = split_words(std::string(10'000, 'x'));
    REQUIRE(words.size() == 1);
    CHECK(words.front().parts.front().size() == word_bytes_max);
    CHECK(words.front().text.size() == 10'000);
}

TEST_CASE("no_bytes_are_too_odd_for_the_splitter") {
    const auto seed = Catch::getSeed();
    CAPTURE(seed);
    std::mt19937 random{seed};
    for (int round = 0; round < 2'000; ++round) {
        std::string text(random() % 40, ' ');
        for (auto& c : text)
            c = static_cast<char>(random() % 3 == 0 ? random() : 0xc0 + random() % 64);
        std::size_t bytes = 0;
        for (const auto& word : split_words(text)) {
            bytes += word.text.size();
            CHECK(!word.parts.empty());
            for (const auto& part : word.parts) CHECK(!part.empty());
        }
        CHECK(bytes <= text.size() * 2);
    }
}

TEST_CASE("names_are_joined_without_their_signs") {
    CHECK(join_name("read_file") == "readfile");
    CHECK(join_name("ReadFile") == "readfile");
    CHECK(join_name("files__read-file.v2") == "filesreadfilev2");
}

} // namespace
} // namespace mcpgw
