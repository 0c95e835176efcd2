// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/workflow.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Which steps of a run may start, and how far it is. Pure.
struct run_plan {
    explicit run_plan(const workflow& flow);

    /// The only step that may run now, while none runs.
    std::optional<std::size_t> take_lone();
    /// The next that may start, where fewer than `parallel_max` run.
    std::optional<std::size_t> take(std::size_t parallel_max);
    /// It has ended, however; those that waited for it alone are ready.
    void end(std::size_t step);

    void set_part(std::string_view id, double part);
    /// Of all steps, with parts of those that run.
    [[nodiscard]] double done() const;
    /// Further than at the last time that this was asked.
    bool has_moved();

    const workflow& flow;
    std::vector<std::size_t> waits; ///< for so many
    std::vector<std::vector<std::size_t>> followers;
    std::deque<std::size_t> ready;
    std::vector<double> parts; ///< how far each is, 0 to 1
    std::size_t running = 0;
    std::size_t ended = 0;
    double told = 0;
    bool uses_results = false; ///< some expression looks at whole results
    /// Tells the workflow that this is a step of.
    std::function<void(double part, const std::string& message)> outer{};
};

} // namespace mcpgw
