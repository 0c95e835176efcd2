// SPDX-License-Identifier: Apache-2.0
#include "server/search/tool_ranker.hpp"

#include "server/search/word_splitter.hpp"
#include "tests/server/search/random_tools.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace mcpgw::search_test {
namespace {

/// An index with its tools, all of which are shown unless their server is hidden.
struct stand {
    explicit stand(world made, const std::string& hidden = {}) : tools(std::move(made)) {
        for (const auto& [server, list] : tools) index.set_server(server, "", list);
        world seen = tools;
        seen.erase(hidden);
        auto all = all_of(index, seen);
        shown = std::move(all.first);
        names = std::move(all.second);
    }
    ranking ask(std::string_view text, const std::vector<std::string>& same = {}) {
        return ranker.rank(
            index, shown,
            search_question::of(text, index.stemmer(), synonyms{same, index.stemmer()}), 100);
    }
    std::string best(std::string_view text, const std::vector<std::string>& same = {}) {
        const auto found = ask(text, same);
        return found.best.empty() ? "" : names.at(found.best.front().tool);
    }

    world tools;
    tool_index index;
    tool_selection shown;
    std::map<tool_id, std::string> names;
    tool_ranker ranker{};
};

/// BM25F by its definition, over lists of words: slow, and nothing to be wrong about.
struct naive {
    explicit naive(const world& tools) {
        for (const auto& [server, list] : tools) {
            for (const auto& one : list) {
                auto texts = texts_of_tool(one.key, one.json);
                texts[static_cast<std::size_t>(search_field::server)] = server;
                auto& words = documents[server + ":" + one.key];
                for (std::size_t f = 0; f < search_fields; ++f)
                    for (const auto& word : split_words(texts[f]))
                        for (const auto& part : word.parts) words[f].push_back(stemmer.stem(part));
            }
        }
        for (const auto& [name, words] : documents)
            for (std::size_t f = 0; f < search_fields; ++f)
                average[f] +=
                    static_cast<double>(words[f].size()) / static_cast<double>(documents.size());
    }
    using fields = std::array<std::vector<std::string>, search_fields>;
    static bool has(const fields& words, const std::string& stem) {
        return std::ranges::any_of(
            words, [&](const auto& list) { return std::ranges::count(list, stem) > 0; });
    }
    [[nodiscard]] double score(const fields& words, const search_question& question) const {
        const ranking_weights weights;
        double sum = 0;
        for (const auto& word : question.words) {
            double with = 0;
            for (const auto& [name, others] : documents) with += has(others, word.stem) ? 1 : 0;
            if (with == 0) continue;
            const auto all = static_cast<double>(documents.size());
            const auto rare = std::log(1 + (all - with + 0.5) / (with + 0.5));
            double tf = 0;
            for (std::size_t f = 0; f < search_fields; ++f) {
                const double b = weights.length[f];
                const auto count = static_cast<double>(std::ranges::count(words[f], word.stem));
                const auto length = static_cast<double>(words[f].size());
                if (count > 0) tf += weights.field[f] * count / (1 - b + b * length / average[f]);
            }
            const double k1 = weights.saturation;
            sum += word.weight * rare * tf * (k1 + 1) / (tf + k1);
        }
        return sum;
    }
    /// What its server's best three have, on average, counts a part as well.
    [[nodiscard]] std::map<std::string, double> scores(const search_question& question) const {
        std::map<std::string, double> all;
        std::map<std::string, std::vector<double>> by_server;
        for (const auto& [name, words] : documents) {
            const auto one = score(words, question);
            if (one == 0) continue;
            all[name] = one;
            by_server[name.substr(0, name.find(':'))].push_back(one);
        }
        for (auto& [name, one] : all) {
            auto kin = by_server[name.substr(0, name.find(':'))];
            std::ranges::sort(kin, std::greater{});
            kin.resize(3);
            one += static_cast<double>(ranking_weights{}.kinship) * (kin[0] + kin[1] + kin[2]) / 3;
        }
        return all;
    }

    word_stemmer stemmer;
    std::map<std::string, fields> documents;
    std::array<double, search_fields> average{};
};

TEST_CASE("ranks_are_those_of_the_definition") {
    const auto seed = Catch::getSeed();
    CAPTURE(seed);
    random_tools random{seed};
    for (int round = 0; round < 20; ++round) {
        const auto tools = random.make_world(1 + random.below(5), 1 + random.below(15));
        // A view of it is searched as if there were nothing else.
        const std::string hidden = random.below(2) == 0 ? "server0" : "";
        stand in{tools, hidden};
        world seen = tools;
        seen.erase(hidden);
        const naive reference{seen};
        for (int q = 0; q < 10; ++q) {
            const auto text = random.sentence(2 + random.below(4));
            CAPTURE(round, text, hidden);
            const auto question = search_question::of(text, in.index.stemmer(), {});
            const auto expected = reference.scores(question);
            const auto found = in.ask(text);
            REQUIRE(found.matches == expected.size());
            double last = 1e9;
            for (const auto& one : found.best) {
                CHECK(std::abs(expected.at(in.names.at(one.tool)) -
                               static_cast<double>(one.score)) < 1e-3);
                CHECK(static_cast<double>(one.score) <= last);
                last = static_cast<double>(one.score);
            }
        }
    }
}

world sample() {
    return {{"files",
             {tool("read_file", "Reads a file from the disk"),
              tool("write_file", "Writes text to a file"),
              tool("list_directory", "Lists what is in a folder")}},
            {"github",
             {tool("create_issue", "Opens an issue in a repository"),
              tool("search_issues", "Finds issues by words of their titles")}},
            {"secret", {tool("launch_rockets", "Launches a rocket at a file")}}};
}

TEST_CASE("who_is_called_by_name_comes_first") {
    stand in{sample()};
    CHECK(in.best("read_file") == "files:read_file");
    CHECK(in.best("ReadFile") == "files:read_file");
    CHECK(in.best("read-file") == "files:read_file");
    CHECK(in.ask("please call search_issues for all issues in the repository").best[0].is_named);
    CHECK(in.best("call search_issues to create or open an issue in a repository") ==
          "github:search_issues");
    CHECK(in.best("create_is") == "github:create_issue");
    CHECK_FALSE(in.ask("create_is").best[0].is_named);
}

TEST_CASE("words_that_nobody_has_are_told") {
    stand in{sample()};
    const auto found = in.ask("write a poem to a file, about the whole galaxy");
    CHECK(found.unmatched == std::vector<std::string>{"poem", "galaxy"});
    CHECK(in.ask("zebra stripes").best.empty());
    CHECK(in.ask("").best.empty());
    CHECK(in.ask("").unmatched.empty());
}

TEST_CASE("what_is_not_shown_has_no_words") {
    stand in{sample(), "secret"};
    const auto found = in.ask("launch rockets");
    CHECK(found.best.empty());
    CHECK(found.unmatched == std::vector<std::string>{"launch", "rockets"});
    CHECK(in.ask("launch_rockets").best.empty());
    CHECK(in.ask("launch_ro").best.empty());
}

TEST_CASE("words_that_mean_the_same_find_each_other") {
    stand in{sample()};
    CHECK(in.ask("ticket").best.empty());
    CHECK(in.best("ticket", {"ticket issue"}).starts_with("github:"));
    CHECK(in.ask("ticket", {"ticket issue"}).unmatched.empty());
}

TEST_CASE("the_beginning_of_a_word_finds_it") {
    stand in{sample()};
    CHECK(in.best("repo") == "github:create_issue");
    CHECK(in.ask("rep").best.empty());
}

TEST_CASE("equals_stand_in_the_order_of_the_list") {
    world same;
    for (const char* const server : {"b", "a", "c"}) same[server] = {tool("find", "Finds it")};
    stand in{same};
    const auto found = in.ask("it finds");
    REQUIRE(found.best.size() == 3);
    CHECK(in.names.at(found.best[0].tool) == "a:find");
    CHECK(in.names.at(found.best[2].tool) == "c:find");
}

} // namespace
} // namespace mcpgw::search_test
