// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "protocol/message/envelope.hpp"
#include "tests/support/fuzz_corpus.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>

using namespace mcpgw;
using namespace mcpgw::test;

TEST_CASE("the_corpus_keeps_every_invariant") {
    const auto corpus = read_corpus("envelope");
    CHECK(corpus.size() >= 50);
    for (const auto& [name, text] : corpus) {
        INFO(name);
        CHECK(check_envelope_invariants(text) == "");
        // Names say what a file is for.
        if (name.starts_with("refused_")) CHECK(scan_envelope(text).has_error());
    }
}

TEST_CASE("mutated_messages_keep_every_invariant") {
    const auto corpus = read_corpus("envelope");
    REQUIRE_FALSE(corpus.empty());
    std::mt19937 random{20251125};
    const auto below = [&random](std::size_t limit) {
        return random() % limit;
    };
    std::size_t accepted = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string text = corpus[below(corpus.size())].text;
        // Parts of one message in another: duplicates, wrong places, several ids.
        const std::string& other = corpus[below(corpus.size())].text;
        const std::size_t from = other.find('"', below(other.size()));
        const std::size_t to = text.find('"', below(text.size()));
        if (from != other.npos && to != text.npos)
            text.insert(to, other, from, other.find(',', from) - from + 1);
        if (below(2) == 0 && !text.empty())
            text[below(text.size())] = "\"{}[],:\\ \n01a"[below(13)];
        if (below(4) == 0) text.erase(below(text.size() + 1), 1);
        INFO(text);
        REQUIRE(check_envelope_invariants(text) == "");
        if (scan_envelope(text)) ++accepted;
    }
    CHECK(accepted > 200); // else the deeper invariants were hardly tried
}

TEST_CASE("event_streams_of_the_corpus_keep_every_invariant") {
    replay("sse", check_sse_invariants, 2'000);
}

TEST_CASE("http_requests_of_the_corpus_keep_every_invariant") {
    replay("http_rules", check_http_rules_invariants, 2'000);
}

TEST_CASE("messages_between_the_eras_keep_every_invariant") {
    replay("era_bridge", check_era_bridge_invariants, 300);
}

TEST_CASE("sealed_tokens_of_the_corpus_keep_every_invariant") {
    replay("sealed_token", check_sealed_token_invariants, 300);
}

TEST_CASE("tasks_of_the_corpus_keep_every_invariant") {
    replay("task_bridge", check_task_bridge_invariants, 1'000);
}
