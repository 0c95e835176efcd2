// SPDX-License-Identifier: Apache-2.0
#include "server/search/search_question.hpp"

#include "protocol/json/json_text.hpp"
#include "server/search/common_words.hpp"
#include "server/search/word_splitter.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr float sign_weight = 0.3F; // of a single letter, or a number

float weight_of(const std::string& part) {
    const bool is_number = std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    const auto weight = word_weight(part);
    return is_number || part.size() == 1 ? std::min(weight, sign_weight) : weight;
}

/// Whether it is written as names of tools are: a sentence has no such words.
bool looks_like_name(std::string_view chunk, std::size_t words) {
    const bool is_joined = chunk.find_first_of("_-./:") != std::string_view::npos && words > 1;
    return is_joined || (words == 1 && split_words(chunk).front().parts.size() > 1);
}

void note_names(search_question& question, std::string_view text) {
    const auto add = [&question](std::string_view chunk) {
        auto joined = join_name(chunk);
        const bool is_known = std::ranges::find(question.names, joined) != question.names.end();
        if (!joined.empty() && joined.size() <= 2 * word_bytes_max && !is_known)
            question.names.push_back(std::move(joined));
    };
    add(text);
    constexpr std::string_view between = " \t\r\n,;\"'`()[]{}?!";
    for (std::size_t at = 0; at < text.size();) {
        const auto begin = text.find_first_not_of(between, at);
        if (begin == std::string_view::npos) break;
        const auto end = std::min(text.find_first_of(between, begin), text.size());
        const auto chunk = text.substr(begin, end - begin);
        if (looks_like_name(chunk, split_words(chunk).size())) add(chunk);
        at = end;
    }
}

} // namespace

synonyms::synonyms(const std::vector<std::string>& groups, const word_stemmer& stemmer) {
    for (const auto& group : groups) {
        std::vector<std::string> stems;
        for (const auto& word : split_words(group))
            stems.push_back(stemmer.stem(word.parts.back()));
        for (const auto& stem : stems) {
            auto& others = groups_[stem];
            for (const auto& other : stems) {
                const bool is_new = std::ranges::find(others, other) == others.end();
                if (other != stem && is_new) others.push_back(other);
            }
        }
    }
}

const std::vector<std::string>& synonyms::of(const std::string& stem) const {
    static const std::vector<std::string> none;
    const auto found = groups_.find(stem);
    return found == groups_.end() ? none : found->second;
}

search_question search_question::of(std::string_view text, const word_stemmer& stemmer,
                                    const synonyms& same) {
    text = text.substr(0, utf8_prefix(text, question_bytes_max));
    search_question question;
    for (const auto& written : split_words(text)) {
        const auto source = question.written.size();
        question.written.emplace_back(written.text);
        for (const auto& part : written.parts) {
            auto stem = stemmer.stem(part);
            const auto weight = weight_of(part);
            const auto known = std::ranges::find(question.words, stem, &word::stem);
            if (known != question.words.end())
                known->weight = std::max(known->weight, weight);
            else if (question.words.size() < question_words_max)
                question.words.push_back({stem, weight, source, same.of(stem)});
        }
    }
    // A question of nothing but such words means them.
    const bool is_bare =
        std::ranges::all_of(question.words, [](const auto& w) { return w.weight == 0; });
    if (is_bare)
        for (auto& one : question.words) one.weight = 1;
    std::erase_if(question.words, [](const auto& one) { return one.weight == 0; });
    note_names(question, text);
    return question;
}

} // namespace mcpgw
