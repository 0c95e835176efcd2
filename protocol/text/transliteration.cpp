// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/transliteration.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace mcpgw {

namespace {

/// Letters that follow each other in Unicode. '.' is nothing: a sign that is not spoken; '?' is a
/// letter that has no spelling here.
struct spelling {
    char32_t first;
    std::string_view words;
};

constexpr std::array spellings{
    // Latin-1 and Latin Extended-A
    spelling{0x00C0,
             "A A A A A A AE C E E E E I I I I D N O O O O O x O U U U U Y Th ss a a a a a a ae c "
             "e e e e i i i i d n o o o o o - o u u u u y th y A a A a A a C c C c C c C c D d D "
             "d E e E e E e E e E e G g G g G g G g H h H h I i I i I i I i I i IJ ij J j K k k L "
             "l L l L l L l L l N n N n N n n Ng ng O o O o O o OE oe R r R r R r S s S s S s S s "
             "T t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z s"},
    // Romanian
    spelling{0x0218, "S s T t"},
    // Latin Extended Additional
    spelling{0x1E00,
             "A a B b B b B b C c D d D d D d D d D d E e E e E e E e E e F f G g H h H h H h H h "
             "H h I i I i K k K k K k L l L l L l L l M m M m M m N n N n N n N n O o O o O o O o "
             "P p P p R r R r R r R r S s S s S s S s S s T t T t T t T t U u U u U u U u U u V v "
             "V v W w W w W w W w W w X x X x Y y Z z Z z Z z h t w y a s ? ? ? ? A a A a A a A a "
             "A a A a A a A a A a A a A a A a E e E e E e E e E e E e E e E e I i I i O o O o O o "
             "O o O o O o O o O o O o O o O o O o U u U u U u U u U u U u U u Y y Y y Y y Y y ? ? "
             "? ? ? ?"},
    // Greek
    spelling{0x0386,
             "A . E I I . O . Y O i A V G D E Z I Th I K L M N X O P R ? S T Y F Ch Ps O I Y a e "
             "i i y a v g d e z i th i k l m n x o p r s s t y f ch ps o i y o y o"},
    // Cyrillic
    spelling{0x0400,
             "E E Dj G Ye Z I Yi J Lj Nj C K I U Dz A B V G D E Zh Z I Y K L M N O P R S T U F Kh "
             "Ts Ch Sh Shch . Y . E Yu Ya a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh "
             "shch . y . e yu ya e e dj g ye z i yi j lj nj c k i u dz"},
    // Ukrainian
    spelling{0x0490, "G g"},
    // Hebrew
    spelling{0x05D0, "a b g d h v z kh t y k k l m m n n s e p p ts ts k r sh t"},
    // Arabic
    spelling{0x0621, "a a a w i y a b h t th j h kh d dh r z s sh s d t z a gh"},
    // Arabic, and its vowel signs
    spelling{0x0641, "f q k l m n h w y y . . . . . . . . ."},
    // Persian
    spelling{0x067E, "p"},
    spelling{0x0686, "ch"},
    spelling{0x0698, "zh"},
    spelling{0x06A9, "k"},
    spelling{0x06AF, "g"},
    spelling{0x06CC, "y"},
    // Hiragana; katakana is the same, further up
    spelling{0x3041,
             "a a i i u u e e o o ka ga ki gi ku gu ke ge ko go sa za shi ji su zu se ze so zo ta "
             "da chi ji tsu tsu zu te de to do na ni nu ne no ha ba pa hi bi pi fu bu pu he be pe "
             "ho bo po ma mi mu me mo ya ya yu yu yo yo ra ri ru re ro wa wa wi we wo n vu ka ke"},
};

constexpr char32_t broken = 0xFFFFFFFF;
constexpr char32_t hiragana_begin = 0x3041;
constexpr char32_t katakana_begin = 0x30A1;
constexpr char32_t katakana_end = 0x30F7;

constexpr bool is_in(char32_t code, char32_t first, char32_t last) {
    return first <= code && code <= last;
}

constexpr bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The character at `at`, which moves behind it and behind what is left of a broken one.
char32_t take_character(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0x80) return lead;
    const std::size_t wanted = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    char32_t code = lead & (0x3FU >> wanted);
    std::size_t found = 0;
    for (; wanted > 0 && at < text.size() && is_continuation(text[at]); ++at, ++found)
        if (found < wanted) code = (code << 6U) | (static_cast<unsigned char>(text[at]) & 0x3FU);
    return wanted > 0 && found == wanted && lead < 0xF8 ? code : broken;
}

std::string_view word_at(std::string_view words, std::size_t index) {
    for (; index > 0; --index) {
        const auto blank = words.find(' ');
        if (blank == words.npos) return {};
        words.remove_prefix(blank + 1);
    }
    return words.substr(0, words.find(' '));
}

/// The Revised Romanization of Korean, syllable by syllable.
std::string spell_hangul(char32_t code) {
    constexpr std::string_view leads = "g kk n d tt r m b pp s ss . j jj ch k t p h";
    constexpr std::string_view vowels =
        "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i";
    constexpr std::string_view tails = ". k k k n n n t l k m l l l p l m p p t t ng t t k t p t";
    constexpr std::size_t vowel_count = 21;
    constexpr std::size_t tail_count = 28;
    const std::size_t syllable = code - 0xAC00;
    std::string out;
    const auto add = [&out](std::string_view word) {
        if (word != ".") out += word;
    };
    add(word_at(leads, syllable / (vowel_count * tail_count)));
    add(word_at(vowels, syllable / tail_count % vowel_count));
    add(word_at(tails, syllable % tail_count));
    return out;
}

constexpr bool is_punctuation(char32_t code) {
    return code == broken || is_in(code, 0x80, 0xBF) || is_in(code, 0x2000, 0x200A) ||
           is_in(code, 0x2010, 0x2029) || is_in(code, 0x202F, 0x205F) ||
           is_in(code, 0x3000, 0x3004) || is_in(code, 0x3008, 0x3020) ||
           is_in(code, 0xFE10, 0xFE6F) || is_in(code, 0xFF61, 0xFF65) || code == 0x30FB ||
           code == 0x060C || code == 0x061B || code == 0x061F || code == 0xFFFD;
}

/// What changes the letter before it, or only how things look: accents, points, joiners, the mark
/// of a long vowel.
constexpr bool is_silent(char32_t code) {
    return is_in(code, 0x0300, 0x036F) || is_in(code, 0x0591, 0x05C7) || code == 0x0640 ||
           is_in(code, 0x064B, 0x065F) || is_in(code, 0x200B, 0x200F) ||
           is_in(code, 0x202A, 0x202E) || is_in(code, 0x2060, 0x2064) || code == 0x3099 ||
           code == 0x309A || code == 0x30FC || is_in(code, 0xFE00, 0xFE0F) || code == 0xFEFF;
}

/// Nothing: there is no spelling.
std::optional<std::string> spell(char32_t code) {
    if (code < 0x80) return std::string(1, static_cast<char>(code));
    if (is_in(code, 0xFF01, 0xFF5E)) return std::string(1, static_cast<char>(code - 0xFEE0));
    if (is_silent(code)) return std::string{};
    if (is_punctuation(code)) return std::string{"_"};
    if (is_in(code, 0xAC00, 0xD7A3)) return spell_hangul(code);
    if (code >= katakana_begin && code < katakana_end) code -= katakana_begin - hiragana_begin;
    for (const auto& each : spellings) {
        if (code < each.first) continue;
        const auto word = word_at(each.words, code - each.first);
        if (word.empty()) continue;
        if (word == "?") return std::nullopt;
        return word == "." ? std::string{} : std::string{word};
    }
    return std::nullopt;
}

} // namespace

transliterated_text transliterate(std::string_view text) {
    transliterated_text out;
    for (std::size_t at = 0; at < text.size();) {
        const auto spelt = spell(take_character(text, at));
        if (spelt)
            out.text += *spelt;
        else
            out.is_lossy = true;
    }
    return out;
}

} // namespace mcpgw
