// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/transliteration.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>

namespace mcpgw {
namespace {

struct spelling_case {
    std::string_view text;
    std::string_view spelt;
    bool is_lossy = false;
};

constexpr std::array cases{
    // ASCII stays, whatever it is: what fits a name is for others to say.
    spelling_case{"", ""},
    spelling_case{"read_file-2", "read_file-2"},
    spelling_case{"a.b/c d!", "a.b/c d!"},
    // Latin
    spelling_case{"café", "cafe"},
    spelling_case{"cafe\xCC\x81", "cafe"}, // the accent is a character of its own
    spelling_case{"Größe_ändern", "Grosse_andern"},
    spelling_case{"søk_på_ære", "sok_pa_aere"},
    spelling_case{"Łódź", "Lodz"},
    spelling_case{"İstanbul_ğüşıöç", "Istanbul_gusioc"},
    spelling_case{"čeština_ěščřž", "cestina_escrz"},
    spelling_case{"Þjóð", "Thjod"},
    spelling_case{"tìm_kiếm_dữ_liệu", "tim_kiem_du_lieu"},
    spelling_case{"căutare_și_ț", "cautare_si_t"},
    spelling_case{"œuvre", "oeuvre"},
    // Greek
    spelling_case{"αναζήτηση", "anazitisi"},
    spelling_case{"Ψυχή", "Psychi"},
    // Cyrillic
    spelling_case{"поиск_файлов", "poisk_faylov"},
    spelling_case{"Щука", "Shchuka"},
    spelling_case{"объект", "obekt"}, // the hard sign is not spoken
    spelling_case{"пошук_їжі_ґ", "poshuk_yizhi_g"},
    spelling_case{"љубав", "ljubav"},
    // Hebrew and Arabic, without vowels as they are written
    spelling_case{"שלום", "shlvm"},
    spelling_case{"بحث", "bhth"},
    spelling_case{"مَلَف", "mlf"}, // with vowel signs
    spelling_case{"پرونده", "prwndh"},
    // Kana and Hangul
    spelling_case{"さがす", "sagasu"},
    spelling_case{"ファイル", "fuairu"},
    spelling_case{"サーバー", "saba"}, // the long vowels' mark is silent
    spelling_case{"ｶ", "", true},      // halfwidth forms are rare
    spelling_case{"한국어", "hangukeo"},
    spelling_case{"검색", "geomsaek"},
    spelling_case{"파일", "pail"},
    // Wide forms
    spelling_case{"ＡＢＣ＿１２", "ABC_12"},
    // Punctuation and blanks
    spelling_case{"a\xC2\xA0"
                  "b",
                  "a_b"},
    spelling_case{"a—b", "a_b"},
    spelling_case{"a、b", "a_b"},
    spelling_case{"“a”", "_a_"},
    // Invisible
    spelling_case{"\xEF\xBB\xBFread", "read"},
    spelling_case{"a\xE2\x80\x8D"
                  "b",
                  "ab"},
    // No spelling here
    spelling_case{"世界", "", true},
    spelling_case{"read_文件", "read_", true},
    spelling_case{"検索する", "suru", true},
    spelling_case{"खोज", "", true},
    spelling_case{"ค้นหา", "", true},
    spelling_case{"🚀launch", "launch", true},
    // Broken UTF-8
    spelling_case{"a\xFF\x80z\x80", "a_z_"},
    spelling_case{"a\xC3", "a_"},
    spelling_case{"\xE4\xB8z", "_z"},
    spelling_case{"\xF0\x9F\x9A", "_"},
    spelling_case{"\x80\x80", "__"},
};

TEST_CASE("words_of_other_scripts_are_spelt_so_that_a_person_knows_them") {
    for (const auto& each : cases) {
        CAPTURE(each.text);
        const auto made = transliterate(each.text);
        CHECK(made.text == each.spelt);
        CHECK(made.is_lossy == each.is_lossy);
    }
}

TEST_CASE("whatever_the_bytes_are_the_spelling_is_ascii") {
    std::mt19937 random{20260728}; // NOLINT(cert-msc51-cpp): the same texts in every run
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto length = random() % 12; length > 0; --length)
            text += static_cast<char>(random() % 256);
        const auto made = transliterate(text);
        if (!std::ranges::all_of(made.text,
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
            FAIL_CHECK("not ASCII: " << made.text);
    }
}

TEST_CASE("every_character_has_a_spelling_or_is_known_to_have_none") {
    for (char32_t code = 0x80; code < 0x11'0000; ++code) {
        std::string text;
        const auto add = [&text](char32_t byte) {
            text += static_cast<char>(byte);
        };
        if (code < 0x800) {
            add(0xC0 | (code >> 6U));
        } else if (code < 0x1'0000) {
            add(0xE0 | (code >> 12U));
            add(0x80 | ((code >> 6U) & 0x3FU));
        } else {
            add(0xF0 | (code >> 18U));
            add(0x80 | ((code >> 12U) & 0x3FU));
            add(0x80 | ((code >> 6U) & 0x3FU));
        }
        add(0x80 | (code & 0x3FU));
        const auto made = transliterate("a" + text + "z");
        const bool is_whole = made.text.size() >= 2 && made.text.front() == 'a' &&
                              made.text.back() == 'z' && made.text.find('?') == std::string::npos;
        const bool is_fitting = !made.is_lossy || made.text == "az";
        // U+FF1F is the wide question mark.
        if ((!is_whole || !is_fitting) && code != 0xFF1F)
            FAIL_CHECK("U+" << std::hex << static_cast<unsigned>(code) << ": " << made.text);
    }
}

} // namespace
} // namespace mcpgw
