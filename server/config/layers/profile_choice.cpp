// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/profile_choice.hpp"

#include "server/config/keys/config_hint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

namespace mcpgw {

void profile_choice::add(const config_node& document) {
    const auto* const profiles = document.find("profiles");
    if (profiles == nullptr || profiles->kind == node_kind::null) return;
    if (!profiles->is_object())
        return problems_.error(
            profiles->line, "profiles",
            fmt::format("wrong type: expected a table, found {}", kind_name(profiles->kind)),
            "write [profiles.NAME] and below it what is different there");
    for (const auto& [name, line, profile] : profiles->members) {
        names_.insert(name);
        const auto path = key_path("profiles", name);
        if (!profile.is_object())
            problems_.error(
                profile.line, path,
                fmt::format("wrong type: expected a table, found {}", kind_name(profile.kind)));
        for (const std::string_view key : {"include", "profiles", "overlays"})
            if (const auto* const node = profile.find(key); node != nullptr)
                problems_.error(node->line, key_path(path, key), "cannot stand in a profile",
                                "it belongs at the top of the file");
    }
}

std::optional<std::string> profile_choice::choose(const config_inputs& inputs,
                                                  const config_environment& variables) const {
    if (!inputs.profile.empty()) return named(inputs.profile, "--profile");
    constexpr const char* own_variable = "MCP_GATEWAY_PROFILE";
    if (const auto own = variables.find(own_variable); own && !own->empty())
        return named(*own, own_variable);
    const auto environment = variables.find("ENVIRONMENT").value_or("");
    return names_.contains(environment) ? environment : std::string{};
}

std::optional<std::string> profile_choice::named(const std::string& name,
                                                 std::string_view by) const {
    if (names_.contains(name)) return name;
    const auto meant = nearest_word(name, {names_.begin(), names_.end()});
    const auto hint =
        names_.empty()  ? "no file has a table [profiles.NAME]"
        : meant.empty() ? fmt::format("known: {}", fmt::join(names_, ", "))
                        : fmt::format("did you mean {}? Known: {}", meant, fmt::join(names_, ", "));
    problems_.error(0, "profiles",
                    fmt::format("there is no profile {}, which {} names", shown_key(name), by),
                    hint);
    return std::nullopt;
}

} // namespace mcpgw
