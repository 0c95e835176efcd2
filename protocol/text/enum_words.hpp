// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <type_traits>

namespace mcpgw {

/// A value of an enum, and what people write for it.
template <class Enum>
struct enum_word {
    Enum value;
    std::string_view word;
};
template <class Enum> // for compilers that do not see it in an aggregate, such as clang 14
enum_word(Enum, std::string_view) -> enum_word<Enum>;

/// All words of an enum, in the order in which they are listed. Specialised beside each enum that
/// people write, and the only place where its words stand.
template <class Enum>
inline constexpr std::array<enum_word<Enum>, 0> enum_words{};

template <class Enum>
concept worded_enum = std::is_enum_v<Enum> && !enum_words<Enum>.empty();

template <worded_enum Enum>
constexpr std::string_view word_of(Enum value) {
    for (const auto& known : enum_words<Enum>)
        if (known.value == value) return known.word;
    return "unknown";
}

/// Nothing: it is none of them.
template <worded_enum Enum>
constexpr std::optional<Enum> enum_of(std::string_view word) {
    for (const auto& known : enum_words<Enum>)
        if (known.word == word) return known.value;
    return std::nullopt;
}

/// The words alone.
template <worded_enum Enum>
inline constexpr auto word_list = [] {
    std::array<std::string_view, enum_words<Enum>.size()> list{};
    std::transform(enum_words<Enum>.begin(), enum_words<Enum>.end(), list.begin(),
                   [](const auto& known) { return known.word; });
    return list;
}();

} // namespace mcpgw
