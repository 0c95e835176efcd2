// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/mcp.hpp"

namespace mcpgw {

/// What an answer to server/discover proves (2026-07-28, basic/versioning).
struct era_verdict {
    bool is_modern = false;
    bool is_legacy = false;
    /// No answer proves it: the other era was refused in a way that may pass.
    bool is_guess = false;
    /// It names the modern revision alone, and may take `initialize` all the same, as servers on
    /// the Python SDK 2.x do.
    bool may_be_legacy = false;

    bool operator==(const era_verdict&) const = default;
    [[nodiscard]] bool speaks(era e) const { return e == era::modern ? is_modern : is_legacy; }
    /// For a client of that era: its own if the server speaks it, or else the other one.
    [[nodiscard]] era best_for(era own) const {
        if (speaks(own)) return own;
        return is_modern ? era::modern : era::legacy;
    }
};

} // namespace mcpgw
