// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/message_text.hpp"

namespace mcpgw {

std::string message_text::str() const {
    std::string text;
    text.reserve(size());
    append_to(text);
    return text;
}

} // namespace mcpgw
