#pragma once

#include "protocol/catalog.hpp"
#include "protocol/error.hpp"
#include "transports/request_handler.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// The four list methods: what the gateway itself has and what its upstreams offer, as the client's
/// revision knows it. Owned by the gateway; does no I/O.
class list_pages {
public:
    /// Raw result of a list request. `own` is the raw array of the gateway's own entries ("[]"
    /// where the client does not see them), which stand before those of `children`.
    [[nodiscard]] result<std::string> answer(const client_request& request, std::string_view own,
                                             const catalog& children) const;
};

/// A result of the gateway itself with one member: for modern clients with what a cacheable result
/// needs (2026-07-28, server/utilities/caching).
std::string cacheable_result(era client_era, std::string_view members, const cache_hints& hints);

} // namespace mcpgw
