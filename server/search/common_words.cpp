// SPDX-License-Identifier: Apache-2.0
#include "server/search/common_words.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

// In the order of the alphabet, for they are looked up by halves.
// clang-format off
constexpr auto binding_words = std::to_array<std::string_view>({
    "a", "about", "against", "all", "also", "although", "am", "an", "and", "another", "any",
    "are", "aren", "as", "at", "be", "because", "been", "being", "between", "both", "but",
    "by", "can", "cannot", "could", "couldn", "d", "did", "didn", "do", "does", "doesn",
    "doing", "don", "done", "down", "during", "each", "either", "else", "every", "for",
    "from", "had", "hadn", "has", "hasn", "have", "haven", "having", "he", "hello", "her",
    "here", "hers", "hi", "him", "his", "how", "i", "if", "in", "into", "is", "isn", "it",
    "its", "itself", "just", "let", "lets", "like", "ll", "m", "may", "me", "might", "mine",
    "must", "my", "myself", "need", "needed", "needs", "neither", "no", "nor", "not", "of",
    "off", "on", "only", "onto", "or", "other", "others", "ought", "our", "ours",
    "ourselves", "out", "over", "own", "per", "please", "quite", "rather", "re", "really",
    "s", "same", "shall", "she", "should", "shouldn", "since", "so", "some", "such", "t",
    "than", "thank", "thanks", "that", "the", "their", "theirs", "them", "themselves",
    "then", "there", "these", "they", "this", "those", "though", "through", "to", "too",
    "under", "until", "up", "upon", "us", "ve", "very", "via", "want", "wanted", "wants",
    "was", "wasn", "we", "were", "weren", "what", "when", "where", "whether", "which",
    "while", "who", "whom", "whose", "why", "will", "with", "within", "without", "won",
    "would", "wouldn", "yet", "you", "your", "yours", "yourself", "yourselves",
});

constexpr auto weak_words = std::to_array<std::string_view>({
    "able", "across", "actual", "actually", "again", "almost", "along", "already", "always",
    "among", "anyone", "anything", "anyway", "anywhere", "around", "available", "away",
    "back", "become", "before", "behind", "below", "beside", "besides", "beyond", "bit",
    "brief", "call", "called", "certain", "certainly", "clearly", "come", "consider",
    "contain", "contained", "containing", "contains", "corresponding", "couple", "current",
    "currently", "definitely", "different", "directly", "easily", "eight", "enough",
    "entire", "entirely", "especially", "even", "ever", "everyone", "everything",
    "everywhere", "exactly", "example", "except", "exist", "existing", "exists", "far",
    "few", "five", "following", "four", "further", "generally", "get", "gets", "getting",
    "give", "given", "gives", "giving", "go", "goes", "going", "good", "got", "great",
    "help", "helpful", "helps", "hence", "however", "immediately", "indeed", "inside",
    "instead", "keep", "kept", "kind", "know", "known", "large", "last", "late", "later",
    "least", "less", "likely", "little", "long", "look", "looking", "lot", "lots", "made",
    "mainly", "make", "makes", "making", "many", "matter", "mean", "means", "meanwhile",
    "merely", "more", "most", "mostly", "much", "name", "named", "nearly", "necessary",
    "never", "new", "next", "nine", "none", "normally", "nothing", "now", "obviously",
    "often", "ok", "okay", "old", "once", "one", "ones", "otherwise", "outside", "overall",
    "particular", "particularly", "past", "perhaps", "piece", "possible", "possibly",
    "probably", "provide", "provided", "quickly", "recent", "recently", "regarding",
    "related", "relatively", "respectively", "right", "said", "say", "seem", "seems",
    "seven", "several", "show", "showing", "simply", "single", "six", "small", "somehow",
    "someone", "something", "sometime", "sometimes", "somewhere", "soon", "specific",
    "specifically", "specified", "still", "sure", "take", "taken", "takes", "taking", "tell",
    "ten", "thing", "things", "third", "three", "thus", "together", "toward", "towards",
    "try", "trying", "two", "type", "unless", "unlikely", "use", "used", "useful", "user",
    "uses", "using", "usually", "value", "various", "way", "ways", "well", "whatever",
    "whenever", "wherever", "whichever", "whole", "work", "working", "yes", "zero",
});
// clang-format on

static_assert(std::ranges::is_sorted(binding_words) && std::ranges::is_sorted(weak_words));

constexpr float weak_weight = 0.3F;

} // namespace

float word_weight(std::string_view word) {
    if (std::ranges::binary_search(binding_words, word)) return 0;
    if (std::ranges::binary_search(weak_words, word)) return weak_weight;
    return 1;
}

} // namespace mcpgw
