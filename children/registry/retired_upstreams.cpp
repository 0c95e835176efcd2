// SPDX-License-Identifier: Apache-2.0
#include "children/registry/retired_upstreams.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

void retired_upstreams::take(std::unique_ptr<upstream> old) {
    auto entry = std::make_shared<leaving>();
    entry->who = std::move(old);
    if (is_hurried_) entry->hurry.abort(errc::gateway_stopping);
    leaving_.push_back(entry); // before: it may end within spawn()
    tasks_.spawn(let_go(std::move(entry)));
}

/// One that is held to the end of the gateway, as by a task of a client, is forgotten with it.
task<> retired_upstreams::let_go(std::shared_ptr<leaving> old) {
    auto& who = *old->who;
    who.life().let_rest();
    co_await who.uses().drain(old->hurry);
    old->is_closing = true;
    co_await who.close();
    log_.info("server '{}': what ran before the change of the configuration has ended", who.name());
    co_await who.uses().wait_unused(old->hurry);
    if (!is_hurried_) std::erase(leaving_, old);
}

void retired_upstreams::hurry() {
    is_hurried_ = true;
    for (const auto& one : leaving_) one->hurry.abort(errc::gateway_stopping);
}

bool retired_upstreams::contains(const upstream& one) const {
    return std::ranges::any_of(leaving_,
                               [&one](const auto& each) { return each->who.get() == &one; });
}

task<> retired_upstreams::close() {
    for (const auto& one : std::vector{leaving_})
        if (!std::exchange(one->is_closing, true)) co_await one->who->close();
}

} // namespace mcpgw
