// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace mcpgw {

/// Writes to a stream in non-blocking mode as much as it takes without waiting; most messages fit,
/// and then no trip through the loop is needed. What is left, to be written with async_write; empty
/// also after an error.
template <class Stream>
std::vector<asio::const_buffer> write_now(Stream& stream, std::span<const asio::const_buffer> parts,
                                          boost::system::error_code& ec) {
    std::size_t sent = stream.write_some(parts, ec);
    std::vector<asio::const_buffer> rest;
    if (ec == asio::error::would_block) ec = {};
    if (ec) return rest;
    for (const auto& part : parts) {
        const auto here = std::min(sent, part.size());
        sent -= here;
        if (here < part.size()) rest.push_back(part + here);
    }
    return rest;
}

} // namespace mcpgw
