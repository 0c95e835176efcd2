// SPDX-License-Identifier: Apache-2.0
#include "server/search/search_question.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

#include <string>
#include <vector>

namespace mcpgw {
namespace {

search_question ask(std::string_view text, const std::vector<std::string>& same = {}) {
    const word_stemmer stemmer;
    return search_question::of(text, stemmer, synonyms{same, stemmer});
}

std::string stems(const search_question& question) {
    std::string all;
    for (const auto& word : question.words)
        all += fmt::format("{}{}", all.empty() ? "" : " ", word.stem);
    return all;
}

TEST_CASE("a_question_is_the_words_that_tell_something") {
    CHECK(stems(ask("Please, what are the files of this folder")) == "file folder");
    CHECK(stems(ask("read_file")) == "read file");
    CHECK(stems(ask("files and filing")) == "file");
    CHECK(stems(ask("the and of")) == "the and of");
    CHECK(stems(ask("")) == "");
    CHECK(ask("what kind of whole").words.size() == 2);
}

TEST_CASE("what_may_be_a_name_is_kept_as_one") {
    CHECK(ask("read_file").names == std::vector<std::string>{"readfile"});
    CHECK(ask("call github__createIssue now").names ==
          std::vector<std::string>{"callgithubcreateissuenow", "githubcreateissue"});
    CHECK(ask("read a file").names == std::vector<std::string>{"readafile"});
}

TEST_CASE("words_that_mean_the_same_are_known_by_their_stems") {
    const auto question = ask("open tickets", {"ticket issue bugs", "crm"});
    REQUIRE(question.words.size() == 2);
    CHECK(question.words[0].same.empty());
    CHECK(question.words[1].same == std::vector<std::string>{"issu", "bug"});
}

TEST_CASE("a_question_without_end_is_cut") {
    std::string text;
    for (int i = 0; i < 5'000; ++i) text += fmt::format("word{}x ", i);
    CHECK(ask(text).words.size() <= question_words_max);
}

} // namespace
} // namespace mcpgw
