// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_problem.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace mcpgw {

std::string config_problem::str() const {
    std::string text = file;
    if (line != 0) text += fmt::format(":{}", line);
    if (!text.empty()) text += ": ";
    if (!key.empty()) text += key + ": ";
    text += message;
    if (!hint.empty()) text += fmt::format(" ({})", hint);
    return text;
}

environment_lookup process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* const value = std::getenv(name.c_str());
        if (value == nullptr) return std::nullopt;
        return std::string{value};
    };
}

} // namespace mcpgw
