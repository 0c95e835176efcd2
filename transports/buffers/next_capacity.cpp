// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/next_capacity.hpp"

#include <algorithm>

namespace mcpgw {

std::size_t next_capacity(std::size_t come, std::size_t told) {
    return come < body_first_bytes ? std::min(told, body_first_bytes) : told;
}

} // namespace mcpgw
