// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/instance.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace mcpgw {

/// One instance of a pool, and the uses of it. Owned by `pool_members`; `instance_place` keeps its
/// counts.
struct pool_entry {
    std::unique_ptr<instance> who;
    std::string key; ///< whose it is; empty: anybody's
    const pool_entry* replaces = nullptr;
    std::size_t calls = 0;
    std::size_t askers = 0;    ///< of the calls, those whose client the server may ask
    std::size_t unproven = 0;  ///< of the askers, those of which nobody knows whether they ask
    std::size_t answerers = 0; ///< of the askers, those whose clients can be asked
    clock_type::time_point unproven_until{}; ///< then they have had time enough to ask
    std::size_t leases = 0;                  ///< calls, and what follows them
    std::size_t holds = 0;                   ///< it must not be forgotten
    std::uint64_t number = 0;                ///< never given twice
    owner_id owner = 0; ///< of all its askers; 0: of several, or there are none
    owner_id last_owner = 0;
    bool is_used = false; ///< its process has had a call
    bool is_lister = false;
    bool is_leaving = false;
    bool has_closed = false;
    clock_type::time_point idle_since{};
    clock_type::time_point leaving_since{};
};

} // namespace mcpgw
