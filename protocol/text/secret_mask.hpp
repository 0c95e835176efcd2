// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace mcpgw {

/// The text with "***" in the place of each secret. Where one secret is a part of another, the
/// longer one stands first in `secrets`. Empty ones are skipped.
std::string mask_secrets(std::string text, std::span<const std::string> secrets);

} // namespace mcpgw
