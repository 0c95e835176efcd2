// SPDX-License-Identifier: Apache-2.0
#include "protocol/crypto/random.hpp"

#include <openssl/rand.h>

#include <fmt/format.h>

#include <stdexcept>

namespace mcpgw {

void fill_random(std::span<unsigned char> bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("the system has no random numbers");
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    fill_random({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    return bytes;
}

std::string random_hex(std::size_t bytes) {
    std::string text;
    text.reserve(bytes * 2);
    for (const char byte : random_bytes(bytes))
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return text;
}

} // namespace mcpgw
