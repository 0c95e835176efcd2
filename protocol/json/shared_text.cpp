// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/shared_text.hpp"

#include <cstring>

namespace mcpgw {

shared_text::shared_text(std::string text) {
    if (text.empty()) return;
    auto kept = std::make_shared<const std::string>(std::move(text));
    text_ = *kept;
    owner_ = std::move(kept);
}

shared_text shared_text::copy_of(std::string_view text) {
    if (text.empty()) return {};
    auto bytes = std::make_shared_for_overwrite<char[]>(text.size());
    std::memcpy(bytes.get(), text.data(), text.size());
    const std::string_view copied{bytes.get(), text.size()};
    return {std::move(bytes), copied};
}

} // namespace mcpgw
