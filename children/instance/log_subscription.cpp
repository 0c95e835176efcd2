// SPDX-License-Identifier: Apache-2.0
#include "children/instance/log_subscription.hpp"

#include "protocol/json/json_members.hpp"

#include <utility>

namespace mcpgw {

void log_subscription::want() {
    if (std::exchange(is_wanted_, true)) return;
    if (session_.is_running()) session_.tasks.spawn(request(session_.connection));
}

void log_subscription::on_running(const std::shared_ptr<link>& peer) {
    if (is_wanted_) session_.tasks.spawn(request(peer));
}

task<> log_subscription::request(std::shared_ptr<link> peer) {
    const bool is_legacy = session_.spoken && era_of(*session_.spoken) == era::legacy;
    if (!is_legacy || find_member(session_.agreed.capabilities, "logging").empty()) co_return;
    auto call = own_call(method::set_level, session_.options.list_timeout);
    call.members = R"("level":"debug")";
    abort_signal never;
    co_await peer->call(call, session_.spoken, nullptr, never);
}

} // namespace mcpgw
