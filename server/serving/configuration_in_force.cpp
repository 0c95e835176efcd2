// SPDX-License-Identifier: Apache-2.0
#include "server/serving/configuration_in_force.hpp"

#include "server/gateway/gateway_tool_list.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

wanted_server::step step_of(config_plan::step step) {
    using to = wanted_server::step;
    if (step == config_plan::step::keep) return to::keep;
    return step == config_plan::step::adopt ? to::adopt : to::replace;
}

bool is_same_process(const child_options& one, const child_options& other) {
    configuration before;
    configuration after;
    before.children.push_back(one);
    after.children.push_back(other);
    const auto changed = plan_change(before, after).changed;
    return std::ranges::none_of(changed, &server_change::needs_new_process);
}

} // namespace

configuration_in_force::configuration_in_force(configuration first, registry& upstreams,
                                               gateway& front, logger& log)
    : now_(std::make_shared<const configuration>(std::move(first)))
    , upstreams_(upstreams)
    , front_(front)
    , log_(log) {}

std::vector<child_options> configuration_in_force::lagging() const {
    return upstreams_.changes().lagging();
}

result<void> configuration_in_force::put_into_force(std::shared_ptr<const configuration> next,
                                                    const config_plan& plan) {
    if (listener_ != nullptr) { // first what the system may refuse
        if (auto adopted = listener_->adopt(next->http, next->limits); adopted.has_error())
            return adopted;
    }
    if (stdio_ != nullptr) stdio_->set_limits(next->limits);
    log_.set_level(next->log);
    const auto steps = plan.steps();
    std::vector<wanted_server> wanted;
    for (const auto& options : next->children) {
        if (!options.is_enabled) continue;
        const auto known = steps.find(options.name);
        const auto step = known == steps.end() ? config_plan::step::keep : known->second;
        wanted.push_back({options, step_of(step)});
    }
    front_.adopt(next->gateway);
    upstreams_.change(wanted, naming_beside_own(next->gateway),
                      next->gateway.expose != exposure::gateway, is_same_process);
    now_ = std::move(next);
    return {};
}

} // namespace mcpgw
