// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "protocol/error.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// Who answers a call of a tool when its server fails. Pure: no I/O, no clock.

/// The fallbacks of a tool: its own list, else that of its server.
const std::vector<fallback_target>& fallbacks_of(const child_options& options,
                                                 std::string_view tool);

/// It is the server that failed, not the call: another server may do better.
bool is_failure_of_server(errc code);

/// The fallbacks of one call, in the order in which they are to be tried. Those of a fallback that
/// fails come before the ones after it. Nothing is tried twice, and no more than `tries_max` are.
class fallback_plan {
public:
    /// One call of a fallback.
    struct step {
        std::string server;
        std::string tool;
        std::string arguments; ///< raw object
        bool is_always_allowed = false;
    };

    /// `arguments`: those with which the tool was called that has failed.
    void add_fallbacks_of(const child_options& failed, std::string_view tool,
                          std::string_view arguments);
    /// The next one. `may_be_done`: a server that failed may have done the work, and does not want
    /// to do it twice.
    std::optional<step> next(bool may_be_done);

private:
    static constexpr std::size_t tries_max = 16;

    std::deque<step> steps_;
    std::set<std::pair<std::string, std::string>> seen_;
    std::size_t tries_ = 0;
};

/// Where a list of fallbacks stands in the configuration, and one of its entries.
struct fallback_place {
    std::size_t child = 0;
    std::string tool{}; ///< empty: in the list of the child
    std::size_t index = 0;
};
/// A fallback that leads back to a tool that it is to stand in for.
struct fallback_loop {
    fallback_place where;
    std::vector<std::string> way; ///< "a.x", "b.y", "a.x"; "a.*": any other tool
};
/// All of them, each once, in the order of the children.
std::vector<fallback_loop> find_fallback_loops(const std::vector<child_options>& children);

} // namespace mcpgw
