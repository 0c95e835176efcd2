// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bridge/list_bridge.hpp"
#include "protocol/crypto/sealed_token.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

/// A place in one list, as one client sees it (2026-07-28, server/utilities/pagination). It travels
/// through the client and is sealed: positions in the lists of others cannot be made up.
struct list_cursor {
    list_kind kind = list_kind::tools;
    std::string scope;         ///< child that the endpoint shows; empty: the gateway
    std::string principal;     ///< whose it is
    std::uint64_t version = 0; ///< of the list that the position belongs to: catalog::digest()
    std::size_t position = 0;  ///< entries that came before
};

/// Seals and opens cursors. Owned by the gateway. Time is passed in.
class list_cursors {
public:
    using time_point = token_sealer::time_point;

    /// Nobody reads a list for longer.
    static constexpr std::chrono::hours lifetime{1};

    explicit list_cursors(const token_sealer& sealer) : sealer_(sealer) {}

    [[nodiscard]] std::string seal(const list_cursor& cursor, time_point now) const;
    /// The cursor behind `token`, if it was sealed for the same list, scope and principal and has
    /// not expired. Any text may be passed. Error: invalid_params, the same whatever is wrong.
    [[nodiscard]] result<list_cursor> open(std::string_view token, const list_cursor& expected,
                                           time_point now) const;

private:
    const token_sealer& sealer_;
};

} // namespace mcpgw
