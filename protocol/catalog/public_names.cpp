// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/public_names.hpp"

#include "protocol/ascii.hpp"
#include "protocol/text/transliteration.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t upstream_name_bytes_max = 32;
constexpr std::size_t hash_digits = 8;

constexpr bool is_name_char(char c) {
    return is_alnum(c) || c == '_' || c == '-';
}

/// Letters of other scripts as they are spelt in ASCII; what fits no name becomes '_'.
std::string replace_characters(std::string_view text) {
    auto out = transliterate(text).text;
    for (char& c : out)
        if (!is_name_char(c)) c = '_';
    return out;
}

/// Whether replacement leaves less than a person needs to tell it from others: letters that have no
/// spelling are gone, or nothing but '_' is left.
bool is_unreadable(std::string_view original) {
    if (transliterate(original).is_lossy) return true;
    const auto replaced = replace_characters(original);
    return replaced != original && std::ranges::none_of(replaced, is_alnum);
}

// Written out because std::hash may differ between builds, and these digits are part of names that
// users put into their configuration.
std::uint32_t fnv1a(std::uint32_t hash, std::string_view bytes) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash;
}

std::string hash_suffix(const source_name& source) {
    constexpr std::string_view digits = "0123456789abcdef";
    auto hash = fnv1a(2166136261U, source.upstream);
    hash = fnv1a(hash, std::string_view{"\0", 1});
    hash = fnv1a(hash, source.original);
    std::string out(hash_digits + 1, '_');
    for (auto at = hash_digits; at > 0; --at, hash >>= 4U) out[at] = digits[hash & 15U];
    return out;
}

/// Works upstream by upstream, in order of first appearance, and never takes an altered name back:
/// that is what makes altered names independent of upstreams added later.
class name_assigner {
public:
    name_assigner(const std::vector<source_name>& sources, const naming_options& options)
        : sources_(sources), options_(options), names_(sources.size()) {
        assert(options.name_bytes_max > hash_digits + 1);
        public_originals_.reserve(sources.size());
        needs_hash_.reserve(sources.size());
        for (const auto& source : sources) {
            auto replaced = replace_characters(source.original);
            needs_hash_.push_back(is_unreadable(source.original));
            if (needs_hash_.back()) replaced += hash_suffix(source);
            public_originals_.push_back(std::move(replaced));
        }
    }

    std::vector<assigned_name> run() {
        mark_conflicts();
        for (const auto& group : groups()) assign_group(group);
        return std::move(names_);
    }

private:
    using index = std::size_t;

    [[nodiscard]] std::vector<std::vector<index>> groups() const {
        std::vector<std::vector<index>> out;
        std::unordered_map<std::string_view, std::size_t> group_of;
        for (index i = 0; i < sources_.size(); ++i) {
            const auto [found, is_new] = group_of.try_emplace(sources_[i].upstream, out.size());
            if (is_new) out.emplace_back();
            out[found->second].push_back(i);
        }
        return out;
    }

    // The name as configured, before characters are replaced.
    [[nodiscard]] std::string raw_name(index i, bool has_prefix) const {
        const auto& source = sources_[i];
        if (!has_prefix) return std::string{source.original};
        std::string out{source.upstream};
        out += options_.separator;
        out += source.original;
        return out;
    }

    void mark_conflicts() {
        const bool has_prefix = options_.prefix == prefix_policy::always;
        std::unordered_map<std::string, index> first_of;
        for (index i = 0; i < sources_.size(); ++i) {
            const auto [found, is_new] =
                first_of.try_emplace(replace_characters(raw_name(i, has_prefix)), i);
            names_[i].is_conflict = is_reserved(found->first);
            if (is_new) continue;
            names_[i].is_conflict = true;
            names_[found->second].is_conflict = true;
        }
    }

    [[nodiscard]] bool is_reserved(std::string_view name) const {
        return options_.reserved.contains(name);
    }

    void assign_group(const std::vector<index>& group) {
        std::vector<index> rest; // without those that have lost already
        std::unordered_map<std::string_view, index> originals;
        for (const auto i : group) {
            const bool is_listed_twice = !originals.try_emplace(sources_[i].original, i).second;
            const bool is_beaten =
                options_.prefix == prefix_policy::never &&
                (winners_.contains(sources_[i].original) || is_reserved(sources_[i].original));
            if (!is_listed_twice && !is_beaten) rest.push_back(i);
        }
        for (const auto i : rest) {
            names_[i].has_prefix = needs_prefix(i);
            if (options_.prefix == prefix_policy::on_conflict) give_prefix_to_holder(i);
        }
        std::unordered_map<std::string, std::size_t> wanted; // in this group
        for (const auto i : rest) ++wanted[base_name(i)];
        for (const auto i : rest) {
            const auto base = base_name(i);
            const bool is_replaced = base != raw_name(i, names_[i].has_prefix);
            claim(i, is_replaced && wanted[base] > 1);
        }
        for (const auto i : rest) {
            winners_.try_emplace(sources_[i].original, i);
            earlier_wanted_.try_emplace(public_originals_[i], i);
        }
    }

    [[nodiscard]] bool needs_prefix(index i) const {
        if (options_.prefix != prefix_policy::on_conflict)
            return options_.prefix == prefix_policy::always;
        // Two servers' names that end in a hash differ, though they want the same.
        return earlier_wanted_.contains(public_originals_[i]) ||
               winners_.contains(sources_[i].original) || is_reserved(public_originals_[i]);
    }

    // An earlier source has the plain name that `i` wants, too: neither keeps it. Altered names
    // stay.
    void give_prefix_to_holder(index i) {
        const auto found = taken_.find(public_originals_[i]);
        if (found == taken_.end()) return;
        const auto holder = found->second;
        if (names_[holder].has_prefix || names_[holder].is_altered) return;
        taken_.erase(found);
        names_[holder].has_prefix = true;
        claim(holder, false);
    }

    [[nodiscard]] std::string base_name(index i) const {
        auto name = replace_characters(raw_name(i, names_[i].has_prefix));
        if (needs_hash_[i]) name += hash_suffix(sources_[i]);
        return name;
    }

    void claim(index i, bool must_hash) {
        auto name = base_name(i);
        const bool is_usable = !name.empty() && name.size() <= options_.name_bytes_max;
        if (must_hash || !is_usable || !try_take(i, name)) {
            const auto suffix = hash_suffix(sources_[i]);
            const auto room =
                options_.name_bytes_max - std::min(options_.name_bytes_max, suffix.size());
            name = name.substr(0, room) + suffix;
            if (!try_take(i, name)) name.clear();
        }
        names_[i].is_altered = !name.empty() && name != raw_name(i, names_[i].has_prefix);
        names_[i].name = std::move(name);
    }

    bool try_take(index i, const std::string& name) {
        if (is_reserved(name)) {
            names_[i].is_conflict = true;
            return false;
        }
        const auto [found, is_new] = taken_.try_emplace(name, i);
        if (is_new) return true;
        names_[i].is_conflict = true;
        names_[found->second].is_conflict = true;
        return false;
    }

    const std::vector<source_name>& sources_;
    const naming_options& options_;
    std::vector<assigned_name> names_;
    std::vector<std::string> public_originals_;                  // characters replaced, not cut
    std::vector<bool> needs_hash_;                               // see is_unreadable()
    std::unordered_map<std::string, index> taken_;               // public names given
    std::unordered_map<std::string_view, index> winners_;        // originals of finished upstreams
    std::unordered_map<std::string_view, index> earlier_wanted_; // the same, characters replaced
};

} // namespace

std::vector<assigned_name> assign_names(const std::vector<source_name>& sources,
                                        const naming_options& options) {
    return name_assigner{sources, options}.run();
}

std::string public_prefix(std::string_view upstream, const naming_options& options) {
    return replace_characters(std::string{upstream} + options.separator);
}

bool is_valid_upstream_name(std::string_view text) {
    if (text.empty() || text.size() > upstream_name_bytes_max || !is_alnum(text.front()))
        return false;
    return std::ranges::all_of(text, [](char c) { return is_name_char(c) || c == '.'; });
}

} // namespace mcpgw
