// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/secret_mask.hpp"

#include <string_view>

namespace mcpgw {

namespace {
constexpr std::string_view mask = "***";
}

std::string mask_secrets(std::string text, std::span<const std::string> secrets) {
    for (const auto& secret : secrets) {
        if (secret.empty()) continue;
        for (auto at = text.find(secret); at != std::string::npos;
             at = text.find(secret, at + mask.size()))
            text.replace(at, secret.size(), mask);
    }
    return text;
}

} // namespace mcpgw
