// SPDX-License-Identifier: Apache-2.0
#include "server/config/keys/config_hint.hpp"

#include "protocol/ascii.hpp"
#include "server/config/keys/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace mcpgw {

namespace {

/// Lower case, without '_' and '-': startTimeout and start-timeout are start_timeout.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 64)) {
        if (c == '_' || c == '-') continue;
        out += to_lower(c);
    }
    return out;
}

/// Letters to change, add, drop or swap with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> older(b.size() + 1);
    std::vector<std::size_t> old(b.size() + 1);
    std::iota(old.begin(), old.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> row(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({old[j - 1] + change, old[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], older[j - 2] + 1);
        }
        older = std::exchange(old, std::move(row));
    }
    return old.back();
}

/// Words that others use for what we call differently.
std::string_view translated(std::string_view name) {
    static constexpr std::array<std::array<std::string_view, 2>, 21> words{{
        {"environment", "env"}, {"envfile", "env_file"}, {"disabled", "enabled"},
        {"workdir", "cwd"},     {"workingdir", "cwd"},   {"workingdirectory", "cwd"},
        {"arguments", "args"},  {"cmd", "command"},      {"exec", "command"},
        {"program", "command"}, {"id", "name"},          {"port", "listen"},
        {"host", "listen"},     {"address", "listen"},   {"memory", "memory_bytes"},
        {"cpu", "cpu_seconds"}, {"nofile", "files"},     {"uid", "user"},
        {"gid", "group"},       {"bind", "listen"},      {"calltimeout", "timeout"},
    }};
    const auto wanted = plain(name);
    for (const auto& [theirs, ours] : words)
        if (wanted == theirs) return ours;
    return {};
}

} // namespace

std::string_view nearest_word(std::string_view name,
                              const std::vector<std::string_view>& candidates) {
    const auto wanted = plain(name);
    // Further away it is another word.
    std::size_t best = std::min(std::max(wanted.size() / 3 + 1, std::size_t{2}), wanted.size());
    std::string_view found;
    for (const auto candidate : candidates) {
        const auto distance = edit_distance(wanted, plain(candidate));
        if (distance >= best && !(distance == 0 && found.empty())) continue;
        best = distance;
        found = candidate;
    }
    return found;
}

std::string unknown_key_hint(std::string_view section, std::string_view name) {
    std::vector<std::string_view> candidates;
    for (const auto* key : section_keys(section)) candidates.push_back(key->name);
    auto meant = translated(name);
    if (meant.empty() || find_config_key(section, meant) == nullptr)
        meant = nearest_word(name, candidates);
    if (!meant.empty()) return fmt::format("did you mean {}?", meant);
    for (const std::string_view other :
         {"gateway", "http", "search", "limits", "admin", "children"})
        if (other != section && find_config_key(other, name) != nullptr)
            return fmt::format("it belongs in [{}]", other);
    constexpr std::size_t listed_max = 8;
    if (candidates.size() > listed_max) return "docs/configuration.md lists all keys";
    return fmt::format("known here: {}", fmt::join(candidates, ", "));
}

} // namespace mcpgw
