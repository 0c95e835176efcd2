// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_access.hpp"

#include "protocol/ascii.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>

namespace mcpgw {

namespace {

using digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

digest digest_of(std::string_view text) {
    digest made{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), // NOLINT: C interface
           text.size(), made.data());
    return made;
}

std::string_view bearer_of(const request_head& head) {
    constexpr std::string_view scheme = "bearer ";
    const auto field = head.find("Authorization").value_or("");
    if (lower_case(field.substr(0, scheme.size())) != scheme) return {};
    return trim(field.substr(scheme.size()));
}

} // namespace

bool is_token_equal(std::string_view given, std::string_view token) {
    // Of digests: so the time does not tell how long the token is either.
    const auto one = digest_of(given);
    const auto other = digest_of(token);
    return !token.empty() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

admin_result<> check_local_access(const request_head& head) {
    const auto framed = check_framing(head);
    if (framed.has_error()) return admin_error_of(framed.error());
    return {};
}

admin_result<> check_admin_access(const request_head& head, const admin_options& options) {
    const auto framed = check_local_access(head);
    if (framed.has_error()) return framed;
    const auto access = check_access(head, options.access);
    if (access.has_error()) {
        auto why = admin_error_of(access.error());
        if (why.code == admin_errc::host_refused)
            why.message = "this Host is not allowed; add its name to admin.hosts_allowed if this "
                          "interface is meant to be reached by it";
        if (why.code == admin_errc::origin_refused)
            why.message = "pages of other sites may not use the admin interface";
        return why;
    }
    const bool is_single = head.count("Authorization") == 1;
    if (is_single && is_token_equal(bearer_of(head), options.token)) return {};
    return admin_error{admin_errc::unauthorized,
                       "the request must bring the token of the configuration (admin.token) as "
                       "Authorization: Bearer"};
}

} // namespace mcpgw
