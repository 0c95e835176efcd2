#include "tests/fuzz/targets.hpp"

#include "protocol/envelope.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

using namespace mcpgw;

namespace {

struct corpus_file {
    std::string name;
    std::string text;
};

/// A fuzzer's corpus, in a fixed order.
std::vector<corpus_file> read_corpus(const char* target) {
    std::vector<corpus_file> files;
    const std::filesystem::path folder = std::filesystem::path{MCPGW_CORPUS_DIR} / target;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        std::ifstream in{entry.path(), std::ios::binary};
        files.push_back({entry.path().filename().string(),
                         {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}}});
    }
    std::ranges::sort(files, {}, &corpus_file::name);
    return files;
}

/// Every file as it is, and `rounds` mixtures of two of them with a few bytes changed.
void replay(const char* target, std::string (*check)(std::string_view), int rounds) {
    const auto corpus = read_corpus(target);
    REQUIRE(corpus.size() >= 10);
    for (const auto& [name, text] : corpus) {
        INFO(name);
        CHECK(check(text) == "");
    }
    std::mt19937 random{20260728};
    const auto below = [&random](std::size_t limit) {
        return random() % limit;
    };
    for (int round = 0; round < rounds; ++round) {
        std::string text = corpus[below(corpus.size())].text;
        const std::string& other = corpus[below(corpus.size())].text;
        const std::size_t from = below(other.size() + 1);
        text.insert(below(text.size() + 1), other, from, below(40));
        for (std::size_t count = text.empty() ? 0 : below(4); count > 0; --count)
            text[below(text.size())] = static_cast<char>(below(256));
        text.erase(below(text.size() + 1), below(3));
        INFO(text);
        REQUIRE(check(text) == "");
    }
}

} // namespace

TEST_CASE("the_corpus_keeps_every_invariant") {
    const auto corpus = read_corpus("envelope");
    CHECK(corpus.size() >= 50);
    for (const auto& [name, text] : corpus) {
        INFO(name);
        CHECK(test::check_envelope_invariants(text) == "");
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
    for (int round = 0; round < 4'000; ++round) {
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
        REQUIRE(test::check_envelope_invariants(text) == "");
        if (scan_envelope(text)) ++accepted;
    }
    CHECK(accepted > 200); // else the deeper invariants were hardly tried
}

TEST_CASE("event_streams_of_the_corpus_keep_every_invariant") {
    replay("sse", test::check_sse_invariants, 2'000);
}

TEST_CASE("http_requests_of_the_corpus_keep_every_invariant") {
    replay("http_rules", test::check_http_rules_invariants, 2'000);
}

TEST_CASE("messages_between_the_eras_keep_every_invariant") {
    replay("era_bridge", test::check_era_bridge_invariants, 300);
}

TEST_CASE("sealed_tokens_of_the_corpus_keep_every_invariant") {
    replay("sealed_token", test::check_sealed_token_invariants, 300);
}

TEST_CASE("tasks_of_the_corpus_keep_every_invariant") {
    replay("task_bridge", test::check_task_bridge_invariants, 1'000);
}
