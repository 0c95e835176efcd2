// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream_life.hpp"

#include <functional>

namespace mcpgw {

/// Finds out whether a server that names the modern era alone takes `initialize` all the same.
/// Servers on the Python SDK 2.x do, in a process that has seen nothing else, and have tools that
/// ask their client in the legacy way alone. Owned by `upstream`.
class legacy_trial {
public:
    /// Something was found out that is worth to be remembered.
    using learn_handler = std::function<void()>;

    legacy_trial(const child_context& context, const child_options& options, era_pools& pools,
                 known_eras& eras, upstream_life& life, learn_handler on_learnt)
        : context_(context)
        , options_(options)
        , pools_(pools)
        , eras_(eras)
        , life_(life)
        , on_learnt_(std::move(on_learnt)) {}

    /// Tries it, where that is not known. Many callers wait for one attempt.
    task<> run(clock_type::time_point deadline);

private:
    void learn(instance& tried, bool is_taken, bool is_better);

    const child_context& context_;
    const child_options& options_;
    era_pools& pools_;
    known_eras& eras_;
    upstream_life& life_;
    learn_handler on_learnt_;
    bool is_trying_ = false;
};

} // namespace mcpgw
