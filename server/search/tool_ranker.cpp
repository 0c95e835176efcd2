// SPDX-License-Identifier: Apache-2.0
#include "server/search/tool_ranker.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t beginning_bytes_min = 4; // of a word that others may begin with
constexpr std::size_t beginnings_max = 24;
constexpr std::size_t name_beginning_bytes_min = 3;
constexpr std::size_t names_max = 50;
constexpr std::size_t kin_max = 3;

} // namespace

void tool_ranker::begin(const tool_index& index, const tool_selection& shown) {
    index_ = &index;
    shown_ = &shown;
    scores_.assign(index.ids(), 0);
    covered_.assign(index.ids(), 0);
    word_scores_.resize(index.ids(), 0);
    touched_.clear();
    named_.clear();
    question_weight_ = 0;
    for (std::size_t field = 0; field < search_fields; ++field)
        average_[field] = std::max(shown.average_length(field), 1e-6F);
}

std::size_t tool_ranker::count_shown(const tool_index::postings& list) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(list, [this](const auto& p) { return shown_->has(p.tool); }));
}

float tool_ranker::rarity(std::size_t tools) const {
    const auto all = static_cast<double>(shown_->size());
    const auto with = static_cast<double>(tools);
    return static_cast<float>(std::log(1 + (all - with + 0.5) / (with + 0.5)));
}

/// How much a tool is about a word, from 0 to 1 + saturation.
float tool_ranker::strength(const tool_index::posting& p) const {
    const auto& lengths = index_->at(p.tool).lengths;
    float sum = 0;
    for (std::size_t field = 0; field < search_fields; ++field) {
        const auto count = p.count(field);
        if (count == 0) continue;
        const auto part = weights_.length[field];
        const auto length = 1 - part + part * static_cast<float>(lengths[field]) / average_[field];
        sum += weights_.field[field] * static_cast<float>(count) / length;
    }
    return sum * (weights_.saturation + 1) / (sum + weights_.saturation);
}

std::vector<tool_ranker::source> tool_ranker::sources_of(const search_question::word& word) const {
    std::vector<source> found;
    const auto add = [&](const tool_index::postings* list, float weight) {
        if (list != nullptr && count_shown(*list) > 0) found.push_back({list, weight});
    };
    add(index_->find_word(word.stem), 1);
    for (const auto& other : word.same) add(index_->find_word(other), weights_.synonym);
    if (!found.empty() || word.stem.size() < beginning_bytes_min) return found;
    for (const auto* const list : index_->find_beginnings(word.stem, beginnings_max))
        add(list, weights_.beginning);
    return found;
}

void tool_ranker::add_to(tool_id id, float score) {
    if (scores_[id] == 0) touched_.push_back(id);
    scores_[id] += score;
}

bool tool_ranker::add_word(const search_question::word& word) {
    const auto sources = sources_of(word);
    if (sources.empty()) {
        question_weight_ += word.weight * rarity(0);
        return false;
    }
    // What stands for a word is no rarer than the word itself.
    const auto own = rarity(count_shown(*sources.front().list));
    question_weight_ += word.weight * own;
    std::vector<tool_id> with;
    for (const auto& [list, weight] : sources) {
        const auto rare = std::min(own, rarity(count_shown(*list)));
        for (const auto& p : *list) {
            if (!shown_->has(p.tool)) continue;
            auto& best = word_scores_[p.tool];
            if (best == 0) with.push_back(p.tool);
            best = std::max(best, word.weight * weight * rare * strength(p));
        }
    }
    for (const auto id : with) {
        add_to(id, std::exchange(word_scores_[id], 0.0F));
        covered_[id] += word.weight * own;
    }
    return true;
}

/// Whoever is called by name comes before all that only have words of the question.
void tool_ranker::add_names(const search_question& question) {
    const auto most = question_weight_ * (weights_.saturation + 1);
    const auto add = [&](const std::vector<tool_id>& tools, float score, bool is_whole) {
        for (const auto id : tools) {
            if (!shown_->has(id) || std::ranges::find(named_, id) != named_.end()) continue;
            add_to(id, score);
            if (is_whole) named_.push_back(id);
        }
    };
    for (const auto& name : question.names) add(index_->find_name(name), most, true);
    if (question.names.empty() || question.names.front().size() < name_beginning_bytes_min) return;
    constexpr float part = 0.5F;
    add(index_->find_name_beginning(question.names.front(), names_max), most * part, false);
}

/// A server that has much of the question is more likely to be meant than one that has a word of
/// it by chance.
void tool_ranker::add_kinship() {
    if (weights_.kinship == 0) return;
    std::vector<std::array<float, kin_max>> best(index_->servers());
    for (const auto id : touched_) {
        auto& three = best[index_->at(id).server];
        auto score = scores_[id];
        for (auto& one : three)
            if (score > one) std::swap(score, one);
    }
    for (const auto id : touched_) {
        float sum = 0;
        for (const auto score : best[index_->at(id).server]) sum += score;
        scores_[id] += weights_.kinship * sum / static_cast<float>(kin_max);
    }
}

float tool_ranker::name_coverage(tool_id id, const search_question& question) const {
    if (question_weight_ == 0) return 0;
    float sum = 0;
    for (const auto& word : question.words) {
        const auto sources = sources_of(word);
        const bool is_in_name = std::ranges::any_of(sources, [id](const source& one) {
            // Tools are added with greater and greater ids.
            const auto at = std::ranges::lower_bound(*one.list, id, {}, &tool_index::posting::tool);
            return at != one.list->end() && at->tool == id &&
                   (at->count(static_cast<std::size_t>(search_field::name)) > 0 ||
                    at->count(static_cast<std::size_t>(search_field::title)) > 0);
        });
        if (is_in_name) sum += word.weight * rarity(count_shown(*sources.front().list));
    }
    return sum / question_weight_;
}

ranking tool_ranker::rank(const tool_index& index, const tool_selection& shown,
                          const search_question& question, std::size_t best_max) {
    begin(index, shown);
    ranking found;
    std::set<std::size_t> matched;
    for (const auto& word : question.words)
        if (add_word(word)) matched.insert(word.source);
    for (const auto& word : question.words) {
        const bool is_said = word.weight < 1 || matched.contains(word.source);
        if (is_said) continue;
        matched.insert(word.source); // once
        found.unmatched.push_back(question.written[word.source]);
    }
    add_names(question);
    add_kinship();
    found.matches = touched_.size();
    const auto is_before = [&](tool_id a, tool_id b) {
        if (scores_[a] != scores_[b]) return scores_[a] > scores_[b];
        return shown.place(a) < shown.place(b);
    };
    const auto count = std::min(best_max, touched_.size());
    const auto end = touched_.begin() + static_cast<std::ptrdiff_t>(count);
    std::partial_sort(touched_.begin(), end, touched_.end(), is_before);
    for (auto at = touched_.begin(); at != end; ++at) {
        const bool is_named = std::ranges::find(named_, *at) != named_.end();
        const auto coverage = question_weight_ == 0 ? 0 : covered_[*at] / question_weight_;
        const auto in_name = at == touched_.begin() ? name_coverage(*at, question) : 0;
        found.best.push_back({*at, scores_[*at], coverage, in_name, is_named});
    }
    return found;
}

} // namespace mcpgw
