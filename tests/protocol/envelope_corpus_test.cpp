#include "tests/fuzz/envelope_target.hpp"

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

/// The fuzzer's corpus, in a fixed order.
std::vector<corpus_file> read_corpus() {
    std::vector<corpus_file> files;
    const std::filesystem::path folder = std::filesystem::path{MCPGW_CORPUS_DIR} / "envelope";
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        std::ifstream in{entry.path(), std::ios::binary};
        files.push_back({entry.path().filename().string(),
                         {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}}});
    }
    std::ranges::sort(files, {}, &corpus_file::name);
    return files;
}

} // namespace

TEST_CASE("the_corpus_keeps_every_invariant") {
    const auto corpus = read_corpus();
    CHECK(corpus.size() >= 50);
    for (const auto& [name, text] : corpus) {
        INFO(name);
        CHECK(test::check_envelope_invariants(text) == "");
        // Names say what a file is for.
        if (name.starts_with("refused_")) CHECK(scan_envelope(text).has_error());
    }
}

TEST_CASE("mutated_messages_keep_every_invariant") {
    const auto corpus = read_corpus();
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
