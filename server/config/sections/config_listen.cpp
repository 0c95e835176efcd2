// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_listen.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <system_error>

namespace mcpgw {

namespace {

bool is_ip(int family, const std::string& text) {
    std::array<unsigned char, 16> bytes{};
    return ::inet_pton(family, text.c_str(), bytes.data()) == 1;
}

fault refused(std::string detail) {
    return {errc::invalid_arguments, std::move(detail)};
}

} // namespace

bool listen_address::is_loopback() const {
    if (address.find(':') == std::string::npos) return address.starts_with("127.");
    std::array<unsigned char, 16> bytes{};
    if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return false;
    std::array<unsigned char, 16> loopback{};
    loopback.back() = 1;
    return bytes == loopback;
}

std::string listen_address::str() const {
    const bool is_v6 = address.find(':') != std::string::npos;
    return is_v6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

result<listen_address> parse_listen(std::string_view text) {
    std::string host;
    auto port = text;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos || text.substr(close + 1, 1) != ":")
            return refused("an IPv6 address is written [::1]:8080");
        host = text.substr(1, close - 1);
        if (!is_ip(AF_INET6, host)) return refused("not an IPv6 address between [ and ]");
        port = text.substr(close + 2);
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        if (text.find(':', colon + 1) != std::string_view::npos)
            return refused("an IPv6 address is written [::1]:8080");
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    if (host.empty() || host == "localhost") host = "127.0.0.1";
    if (host.find(':') == std::string::npos && !is_ip(AF_INET, host))
        return refused("expected an IP address or localhost, a colon and a port");
    listen_address made{std::move(host), 0};
    const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), made.port);
    if (port.empty() || ec != std::errc{} || end != port.data() + port.size())
        return refused("expected a port from 0 to 65535 after the address, like 127.0.0.1:8080");
    return made;
}

bool listen_address::is_any() const {
    std::array<unsigned char, 16> bytes{};
    const int family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
    if (::inet_pton(family, address.c_str(), bytes.data()) != 1) return false;
    return bytes == std::array<unsigned char, 16>{};
}

void allow_own_address(const listen_address& own, std::vector<std::string>& hosts_allowed) {
    if (!own.is_loopback() && !own.is_any()) hosts_allowed.push_back(own.address);
}

std::string_view open_address_warning() {
    return "this address is open to the network: whoever reaches it can run every tool of every "
           "child, there is no authentication";
}

std::string_view open_address_hint() {
    return "listen on 127.0.0.1 behind a proxy that authenticates, and set hosts_allowed";
}

} // namespace mcpgw
