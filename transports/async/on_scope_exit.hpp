// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace mcpgw {

/// Does something when a scope is left, however that comes: a flag that says "somebody is at it"
/// must not stay set when an exception ends the one who was.
template <class Act>
class on_scope_exit {
public:
    explicit on_scope_exit(Act act) : act_(std::move(act)) {}
    ~on_scope_exit() { act_(); }
    on_scope_exit(const on_scope_exit&) = delete;
    on_scope_exit& operator=(const on_scope_exit&) = delete;

private:
    Act act_;
};

} // namespace mcpgw
