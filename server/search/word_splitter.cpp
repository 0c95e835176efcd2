// SPDX-License-Identifier: Apache-2.0
#include "server/search/word_splitter.hpp"

#include <cstdint>

namespace mcpgw {

namespace {

enum class letter_kind : unsigned char { none, small, capital, digit, ideograph };

struct letter {
    std::uint32_t code = 0; ///< of the small letter
    std::size_t bytes = 1;  ///< in the text
    letter_kind kind = letter_kind::none;
};

bool is_between(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
    return code >= first && code <= last;
}

bool is_ideograph(std::uint32_t code) {
    return is_between(code, 0x3040, 0x30ff) || is_between(code, 0x3400, 0x4dbf) ||
           is_between(code, 0x4e00, 0x9fff) || is_between(code, 0xac00, 0xd7a3) ||
           is_between(code, 0xf900, 0xfaff) || is_between(code, 0x20000, 0x3fffd);
}

/// Signs beyond ASCII that are no letters.
bool is_sign(std::uint32_t code) {
    return is_between(code, 0x80, 0xbf) || code == 0xd7 || code == 0xf7 ||
           is_between(code, 0x2000, 0x2bff) || is_between(code, 0x2e00, 0x303f) ||
           is_between(code, 0xd800, 0xf8ff) || is_between(code, 0xfe00, 0xff0f) ||
           is_between(code, 0x1f000, 0x1faff) || code == 0xfffd;
}

/// Of the scripts whose capitals stand at a fixed distance: Latin, Greek, Cyrillic. 0: it is none.
std::uint32_t small_letter_of(std::uint32_t code) {
    if (is_between(code, 0xc0, 0xde)) return code + 0x20;
    const bool is_even_capital = is_between(code, 0x100, 0x137) || is_between(code, 0x14a, 0x177);
    if (is_even_capital && code % 2 == 0) return code + 1;
    const bool is_odd_capital = is_between(code, 0x139, 0x148) || is_between(code, 0x179, 0x17e);
    if (is_odd_capital && code % 2 == 1) return code + 1;
    if (is_between(code, 0x391, 0x3ab)) return code + 0x20;
    if (is_between(code, 0x410, 0x42f)) return code + 0x20;
    if (is_between(code, 0x400, 0x40f)) return code + 0x50;
    return 0;
}

letter ascii_letter(char c) {
    const auto code = static_cast<std::uint32_t>(static_cast<unsigned char>(c));
    if (c >= 'a' && c <= 'z') return {code, 1, letter_kind::small};
    if (c >= 'A' && c <= 'Z') return {code + 0x20, 1, letter_kind::capital};
    if (c >= '0' && c <= '9') return {code, 1, letter_kind::digit};
    return {code, 1, letter_kind::none};
}

/// `at` is within the text.
letter letter_at(std::string_view text, std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) return ascii_letter(text[at]);
    const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + bytes > text.size()) return {};
    std::uint32_t code = first & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xc0U) != 0x80) return {};
        code = (code << 6U) | (next & 0x3fU);
    }
    if (is_sign(code)) return {code, bytes, letter_kind::none};
    if (is_ideograph(code)) return {code, bytes, letter_kind::ideograph};
    const auto small = small_letter_of(code);
    if (small != 0) return {small, bytes, letter_kind::capital};
    return {code, bytes, letter_kind::small};
}

void append_utf8(std::string& text, std::uint32_t code) {
    const auto add = [&text](std::uint32_t byte) {
        text += static_cast<char>(byte);
    };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xc0U | (code >> 6U));
        add(0x80U | (code & 0x3fU));
    } else if (code < 0x10000) {
        add(0xe0U | (code >> 12U));
        add(0x80U | ((code >> 6U) & 0x3fU));
        add(0x80U | (code & 0x3fU));
    } else {
        add(0xf0U | (code >> 18U));
        add(0x80U | ((code >> 12U) & 0x3fU));
        add(0x80U | ((code >> 6U) & 0x3fU));
        add(0x80U | (code & 0x3fU));
    }
}

/// A part ends between them. `after`: what stands behind the second, for the last capital of an
/// abbreviation begins the next part (HTTPStatus).
bool parts_between(letter_kind before, letter_kind here, letter_kind after) {
    using enum letter_kind;
    if ((before == digit) != (here == digit)) return true;
    if (before == small && here == capital) return true;
    return before == capital && here == capital && after == small;
}

class word_reader {
public:
    explicit word_reader(std::string_view text) : text_(text) {}

    std::vector<written_word> read() {
        for (std::size_t at = 0; at < text_.size();) {
            const auto here = letter_at(text_, at);
            if (here.kind == letter_kind::none)
                at += skipped(at, here.bytes);
            else if (here.kind == letter_kind::ideograph)
                at = read_ideographs(at);
            else
                at = read_word(at);
        }
        return std::move(words_);
    }

private:
    /// Bytes of a sign; with the ending behind an apostrophe, which means nothing (folder's,
    /// don't).
    [[nodiscard]] std::size_t skipped(std::size_t at, std::size_t bytes) const {
        const bool is_apostrophe = text_[at] == '\'' || text_.substr(at, bytes) == "\u2019";
        const bool follows_word = at > 0 && ascii_letter(text_[at - 1]).kind != letter_kind::none;
        if (!is_apostrophe || !follows_word) return bytes;
        auto end = at + bytes;
        while (end < text_.size() && ascii_letter(text_[end]).kind == letter_kind::small) ++end;
        constexpr std::size_t ending_bytes_max = 2;
        return end - at - bytes <= ending_bytes_max ? end - at : bytes;
    }

    std::size_t read_word(std::size_t begin) {
        written_word word;
        std::string part;
        std::string whole;
        auto before = letter_kind::none;
        auto at = begin;
        while (at < text_.size()) {
            const auto here = letter_at(text_, at);
            if (here.kind == letter_kind::none || here.kind == letter_kind::ideograph) break;
            const auto next = at + here.bytes;
            const auto after =
                next < text_.size() ? letter_at(text_, next).kind : letter_kind::none;
            if (!part.empty() && parts_between(before, here.kind, after)) {
                word.parts.push_back(std::move(part));
                part.clear();
            }
            if (whole.size() < word_bytes_max) {
                append_utf8(part, here.code);
                append_utf8(whole, here.code);
            }
            before = here.kind;
            at = next;
        }
        if (!part.empty()) word.parts.push_back(std::move(part));
        if (word.parts.size() > 1) word.parts.push_back(std::move(whole));
        word.text = text_.substr(begin, at - begin);
        words_.push_back(std::move(word));
        return at;
    }

    std::size_t read_ideographs(std::size_t begin) {
        auto before_at = begin;
        auto at = begin + letter_at(text_, begin).bytes;
        bool is_alone = true;
        while (at < text_.size()) {
            const auto here = letter_at(text_, at);
            if (here.kind != letter_kind::ideograph) break;
            add_pair(before_at, at + here.bytes);
            is_alone = false;
            before_at = at;
            at += here.bytes;
        }
        if (is_alone) add_pair(begin, at);
        return at;
    }
    void add_pair(std::size_t begin, std::size_t end) {
        const auto text = text_.substr(begin, end - begin);
        words_.push_back({text, {std::string{text}}});
    }

    std::string_view text_;
    std::vector<written_word> words_;
};

} // namespace

std::vector<written_word> split_words(std::string_view text) {
    return word_reader{text}.read();
}

std::string join_name(std::string_view name) {
    std::string joined;
    for (const auto& word : split_words(name)) joined += word.parts.back();
    return joined;
}

} // namespace mcpgw
