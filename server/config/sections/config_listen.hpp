// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Where the gateway listens, as `listen` and `--listen` give it.
struct listen_address {
    std::string address; ///< an IP address, without brackets
    std::uint16_t port = 0;

    [[nodiscard]] bool is_loopback() const;
    /// All addresses of this machine: 0.0.0.0, ::
    [[nodiscard]] bool is_any() const;
    /// "127.0.0.1:8080", "[::1]:8080"
    [[nodiscard]] std::string str() const;
};

/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080"; ":8080" and "8080" mean 127.0.0.1. Error
/// invalid_arguments; the detail says what is wrong and does not quote the text.
result<listen_address> parse_listen(std::string_view text);

/// Allows an address that was chosen to listen on as a Host. It names no other machine: a page that
/// tricks a browser (DNS rebinding) needs a name.
void allow_own_address(const listen_address& own, std::vector<std::string>& hosts_allowed);

/// What the user should know about an address that others can reach.
std::string_view open_address_warning();
std::string_view open_address_hint();

} // namespace mcpgw
