// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::test {

struct corpus_file {
    std::string name;
    std::string text;
};

/// A fuzzer's corpus, in a fixed order.
inline std::vector<corpus_file> read_corpus(const char* target) {
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
inline void replay(const char* target, std::string (*check)(std::string_view), int rounds) {
    const auto corpus = read_corpus(target);
    REQUIRE(corpus.size() >= 10);
    for (const auto& [name, text] : corpus) {
        INFO(name);
        CHECK(check(text) == "");
    }
    // For longer by hand: MCPGW_ROUNDS=1000000 transports_tests "*_of_the_corpus*" --rng-seed time
    std::mt19937 random{20260728};
    if (const char* const wanted = std::getenv("MCPGW_ROUNDS")) {
        rounds = std::atoi(wanted);
        random.seed(Catch::getSeed());
    }
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

} // namespace mcpgw::test
