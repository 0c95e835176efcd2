// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/schema_cache.hpp"
#include "children/upstream/upstream.hpp"
#include "transports/log.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

/// Makes servers of their options, with what is remembered of them, and remembers what they offer.
/// Owned by `registry`.
class upstream_maker {
public:
    upstream_maker(executor ex, process_guard* guard, logger& log,
                   std::vector<std::string> environment)
        : executor_(ex)
        , guard_(guard)
        , log_(log)
        , environment_(std::move(environment))
        , schemas_({}, log) {}

    /// What servers offer is kept there; empty: nowhere.
    void keep_schemas_in(std::string directory) { schemas_ = {std::move(directory), log_}; }
    /// Some client wants log messages of all that are made from now on.
    void want_logs() { wants_logs_ = true; }

    std::unique_ptr<upstream> make(const child_options& options, upstream_events& above);
    /// What it offers may have changed, or what is known of it.
    void remember(const upstream& source);

private:
    executor executor_;
    process_guard* guard_;
    logger& log_;
    std::vector<std::string> environment_;
    schema_cache schemas_;
    std::uint64_t lineages_ = 0;
    bool wants_logs_ = false;
};

} // namespace mcpgw
