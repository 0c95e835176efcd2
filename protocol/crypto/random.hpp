// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace mcpgw {

/// Random bytes that nobody can guess. All of these throw std::runtime_error where the system has
/// none: what depends on them must not be made without.
void fill_random(std::span<unsigned char> bytes);
std::string random_bytes(std::size_t count);
/// So many bytes as twice as many hexadecimal digits.
std::string random_hex(std::size_t bytes);

} // namespace mcpgw
