// SPDX-License-Identifier: Apache-2.0
#include "server/serving/admin_reloads.hpp"

#include <boost/json/parse.hpp>

namespace mcpgw {

namespace json = boost::json;

namespace {

task<admin_hooks::answer> reload(reloader& reloads, bool is_dry_run) {
    abort_signal never; // it ends with the gateway
    const auto record = co_await reloads.reload(reload_source::request, is_dry_run, never);
    if (record.result == reload_result::stopped)
        co_return admin_error{admin_errc::stopping, "the gateway is stopping"};
    if (record.result == reload_result::refused)
        co_return admin_error{
            admin_errc::configuration_invalid,
            "the changed configuration is not used, the one before stays in force",
            record.problems};
    co_return json::parse(to_json(record, true)).as_object();
}

} // namespace

void follow_reloads(admin_hooks& hooks, reloader& reloads) {
    hooks.generation = [&reloads] {
        return reloads.history().generation();
    };
    hooks.reloads = [&reloads] {
        json::array all;
        for (const auto& record : reloads.history().records())
            all.push_back(json::parse(to_json(record, false)));
        return all;
    };
    hooks.reload = [&reloads](const std::string& /*trigger*/, bool is_dry_run) {
        return reload(reloads, is_dry_run);
    };
}

} // namespace mcpgw
