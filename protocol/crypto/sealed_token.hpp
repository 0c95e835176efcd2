// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// What a token is for. Sealed with it, so that one kind never passes for another.
enum class token_purpose : std::uint8_t { request_state, cursor, task };

/// Seals what travels through a client and must come back unread and unchanged: request states,
/// cursors, task ids (2026-07-28, basic/patterns/mrtr, "Security Considerations").
///
/// A token is base64url without padding of
///
///     version(1) | id of the secret(4) | key number(4) | nonce(12) | sealed(8 + payload) | tag(16)
///
/// sealed with AES-256-GCM under a random nonce; the fields before the nonce and the purpose are
/// the associated data. What is sealed begins with the time at which the token expires.
///
/// Keys change by themselves: each seals only tokens that expire within the same key_interval, and
/// is derived from the secret and the number of that interval (HKDF-SHA256, RFC 5869). So replicas
/// that share a secret need not agree on the time, and no key can seal more than GCM allows.
///
/// Single use is not its business: a token can be opened again until it expires.
/// Holds no state that calls change; `rotate` aside, it can be used from many threads.
class token_sealer {
public:
    using time_point = std::chrono::system_clock::time_point; // always passed in, never read here

    /// Secrets are keys, not passwords: random, and at least this long (`openssl rand -hex 16`).
    static constexpr std::size_t secret_bytes_min = 32;
    /// Limit of what one token holds. The caller checks it before it seals what others wrote.
    static constexpr std::size_t payload_bytes_max = std::size_t{256} * 1024;
    static constexpr std::chrono::hours key_interval{1};

    /// With a random secret: its tokens die with it.
    token_sealer();
    /// With a secret of the operator: the same on every replica, and after a restart. Throws
    /// std::invalid_argument if it is shorter than secret_bytes_min.
    explicit token_sealer(std::string_view secret);

    /// New tokens are sealed with `secret`; those of the secret so far are still opened, those of
    /// the one before not any more. Throws as the constructor does.
    void rotate(std::string_view secret);

    /// A token that opens until just before `expires` (in whole milliseconds). Throws
    /// std::length_error if the payload is larger than payload_bytes_max.
    [[nodiscard]] std::string seal(token_purpose purpose, std::string_view payload,
                                   time_point expires) const;

    /// The payload of a token that was sealed for `purpose`. Any text may be passed. Error:
    /// invalid_params; its detail says why, for the log only: the sender must not learn how near he
    /// came.
    [[nodiscard]] result<std::string> open(token_purpose purpose, std::string_view token,
                                           time_point now) const;

private:
    using key_bytes = std::array<unsigned char, 32>;
    using id_bytes = std::array<char, 4>;

    /// One secret, extracted. Wiped when it goes.
    class key_source {
    public:
        explicit key_source(std::string_view secret);
        key_source(const key_source&) = default;
        key_source& operator=(const key_source&) = default;
        ~key_source();

        [[nodiscard]] const id_bytes& id() const { return id_; }
        [[nodiscard]] key_bytes derive(std::string_view info) const;

    private:
        key_bytes extracted_;
        id_bytes id_;
    };

    [[nodiscard]] const key_source* find_source(std::string_view id) const;

    key_source current_;
    std::optional<key_source> previous_;
};

} // namespace mcpgw
