// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

enum class prefix_policy : unsigned char { always, on_conflict, never };
template <>
inline constexpr auto enum_words<prefix_policy> = std::array{
    enum_word{prefix_policy::always, "always"},
    enum_word{prefix_policy::on_conflict, "on_conflict"},
    enum_word{prefix_policy::never, "never"},
};

/// How public names are made from a child's name and the tool's (or prompt's) own.
struct naming_options {
    prefix_policy prefix = prefix_policy::always;
    std::string separator = "__";
    std::size_t name_bytes_max = 64; ///< clients refuse longer tool names; at least 16
    /// Names and URIs of the gateway's own, which no upstream gets.
    std::set<std::string, std::less<>> reserved{};
};

/// A name as its upstream knows it.
struct source_name {
    std::string_view upstream;
    std::string_view original;
};

/// What became of one source name.
struct assigned_name {
    std::string name; ///< within name_bytes_max of [A-Za-z0-9_-]; empty if it lost
    bool has_prefix = false;
    bool is_altered = false;  ///< shortened, or characters replaced: not simply prefix + original
    bool is_conflict = false; ///< another source wanted the same name
};

/// Gives every source a public name; deterministic. The same list always gives the same names, and
/// adding an upstream at the end never changes an altered name before it. No name is given twice.
///
///  - always: `upstream` + separator + `original`
///  - on_conflict: `original`; those that several upstreams want get the prefix (all of them, but
///  an
///    altered name that was there before the conflict stays)
///  - never: `original`; the first source wins, later ones lose (empty name, is_conflict)
/// A reserved name counts as wanted by an earlier upstream, which keeps it in any case.
/// Letters of other scripts are spelt in ASCII (transliterate()); what then is outside
/// [A-Za-z0-9_-] becomes '_'. A name that is too long, of which letters without a spelling were
/// dropped or only '_' is left, or that the replacement made equal to another of the same or an
/// earlier upstream, is cut where it must be and ends in '_' and 8 hexadecimal digits of a stable
/// hash (32-bit FNV-1a) of upstream, a zero byte and original. If even that collides, the later one
/// loses; so does a source that is listed twice.
std::vector<assigned_name> assign_names(const std::vector<source_name>& sources,
                                        const naming_options& options);

/// What the public names of an upstream begin with where they have its prefix.
std::string public_prefix(std::string_view upstream, const naming_options& options);

/// Whether `text` can be a child's name: 1 to 32 characters of [A-Za-z0-9_-] (and '.'), beginning
/// with a letter or a digit.
bool is_valid_upstream_name(std::string_view text);

} // namespace mcpgw
