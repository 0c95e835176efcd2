// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/person.hpp"

#include "children/sandbox/account.hpp"

#include <utility>

#include <unistd.h>

namespace mcpgw {

person find_person(const std::string& name) {
    const auto found = find_account(name.empty() ? std::to_string(::geteuid()) : name, "");
    if (found.has_error()) return {name, {}};
    person who{found->name.empty() ? name : found->name, {}};
    for (const auto id : found->groups)
        if (auto group = group_name(id); !group.empty()) who.groups.push_back(std::move(group));
    return who;
}

} // namespace mcpgw
