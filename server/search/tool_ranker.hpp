// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/search/search_question.hpp"
#include "server/search/tool_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What counts how much. The figures were chosen where small steps in any direction change little
/// on several public sets of questions (tests/bench/search).
struct ranking_weights {
    /// By search_field: what a word counts there, and how far the length of the field takes from it
    /// (0: not at all, 1: wholly).
    std::array<float, search_fields> field{2.0F, 1.5F, 1.0F, 0.5F, 0.35F, 0.5F};
    std::array<float, search_fields> length{0.5F, 0.5F, 0.8F, 0.75F, 0.75F, 0.5F};
    float saturation = 1.0F; ///< k1: the smaller, the less a word counts that comes again
    float synonym = 0.6F;    ///< of a word that means the same
    float beginning = 0.5F;  ///< of one that begins with a word that no tool has
    float kinship = 0.3F;    ///< what a tool gets of its server's best three, on average
};

/// A tool that was found.
struct ranked_tool {
    tool_id tool = 0;
    float score = 0;
    float coverage = 0; ///< how much of what the question says it has; 1: all of it
    /// Of that, what stands in its name or title. Of the best alone.
    float name_coverage = 0;
    bool is_named = false; ///< the question has its name
};

/// What was found of a question.
struct ranking {
    std::vector<ranked_tool> best;      ///< the first is the best; ties in the order of the list
    std::size_t matches = 0;            ///< tools that have at least one word of it
    std::vector<std::string> unmatched; ///< words of the question that no tool has
};

/// Orders tools by what they have of a question: BM25F (Robertson, Zaragoza 2009), a word counting
/// by how rare it is and in which parts of a tool it stands; beyond that, who is called by name,
/// and what else its server has of the question. Keeps the room that it works in; one thread.
class tool_ranker {
public:
    explicit tool_ranker(ranking_weights weights = {}) : weights_(weights) {}

    /// Of the tools in `shown` alone: others are as if they did not exist.
    ranking rank(const tool_index& index, const tool_selection& shown,
                 const search_question& question, std::size_t best_max);

private:
    struct source {
        const tool_index::postings* list = nullptr;
        float weight = 1;
    };
    void begin(const tool_index& index, const tool_selection& shown);
    [[nodiscard]] std::vector<source> sources_of(const search_question::word& word) const;
    [[nodiscard]] std::size_t count_shown(const tool_index::postings& list) const;
    [[nodiscard]] float rarity(std::size_t tools) const;
    [[nodiscard]] float strength(const tool_index::posting& p) const;
    /// False: no tool that is shown has it.
    bool add_word(const search_question::word& word);
    void add_names(const search_question& question);
    void add_kinship();
    [[nodiscard]] float name_coverage(tool_id id, const search_question& question) const;
    void add_to(tool_id id, float score);

    ranking_weights weights_;
    const tool_index* index_ = nullptr;
    const tool_selection* shown_ = nullptr;
    std::array<float, search_fields> average_{};
    float question_weight_ = 0; ///< of all its words, by how rare they are
    std::vector<float> scores_; ///< by tool_id
    std::vector<float> covered_;
    std::vector<float> word_scores_; ///< of one word, where several stand for it
    std::vector<tool_id> touched_;   ///< whose score is not 0
    std::vector<tool_id> named_;
};

} // namespace mcpgw
