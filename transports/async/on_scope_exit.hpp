// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace mcpgw {

/// Does something when a scope is left, by an exception too: a flag that says that work is under
/// way must not stay set when the worker has ended.
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
