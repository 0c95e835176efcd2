// SPDX-License-Identifier: Apache-2.0
#include "server/serving/gateway_admin.hpp"

#include "server/admin/managed_file.hpp"
#include "server/gateway/server_status.hpp"
#include "transports/async/on_scope_exit.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <unistd.h>

namespace mcpgw {

namespace json = boost::json;

namespace {

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

} // namespace

gateway_admin::gateway_admin(registry& upstreams, admin_hooks hooks)
    : upstreams_(upstreams), hooks_(std::move(hooks)) {}

json::array gateway_admin::server_list() const {
    json::array list;
    for (const auto& one : upstreams_.children()) list.push_back(status_of_server(*one));
    return list;
}

admin_actions::answer gateway_admin::status() {
    const auto uptime =
        std::chrono::duration_cast<std::chrono::seconds>(clock_type::now() - started_);
    json::object o;
    o["gateway"] = {{"name", "mcp-gateway"},
                    {"version", MCPGW_VERSION},
                    {"pid", ::getpid()},
                    {"uptime_seconds", uptime.count()},
                    {"socket", text_or_null(hooks_.socket)}};
    o["configuration"] = {{"files", json::array(hooks_.files.begin(), hooks_.files.end())},
                          {"generation", hooks_.generation ? hooks_.generation() : 1}};
    o["reloads"] = hooks_.reloads ? hooks_.reloads() : json::array{};
    o["servers"] = server_list();
    return o;
}

admin_error gateway_admin::unable(std::string_view what) const {
    return {admin_errc::not_supported,
            fmt::format("{}: {}", what,
                        hooks_.files.empty()
                            ? "this gateway runs without a configuration file; start it with "
                              "--config FILE"
                            : "this gateway cannot do that while it runs; restart it")};
}

task<admin_actions::answer> gateway_admin::reload(bool is_dry_run, abort_signal& abort) {
    if (!hooks_.reload) co_return unable("the configuration cannot be read again");
    auto done = co_await hooks_.reload(is_dry_run, abort);
    co_return done;
}

admin_actions::answer gateway_admin::servers() {
    json::array disabled;
    if (hooks_.configured)
        for (const auto& one : hooks_.configured())
            if (!one.is_enabled) disabled.emplace_back(one.name);
    return json::object{{"servers", server_list()}, {"disabled", std::move(disabled)}};
}

std::string gateway_admin::known_names() const {
    std::vector<std::string> names;
    for (const auto& one : upstreams_.children()) names.push_back(one->name());
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

admin_error gateway_admin::unknown_server(std::string_view name) const {
    return {admin_errc::server_not_found,
            fmt::format("there is no server '{}'; this gateway has: {}", name, known_names())};
}

admin_actions::answer gateway_admin::server(const std::string& name) {
    const auto found = upstreams_.find(name);
    if (found == nullptr) return unknown_server(name);
    return status_of_server(*found);
}

admin_actions::answer gateway_admin::logs(const std::string& name) {
    const auto found = upstreams_.find(name);
    if (found == nullptr) return unknown_server(name);
    const auto lines = found->status().stderr_lines;
    return json::object{{"name", name}, {"lines", json::array(lines.begin(), lines.end())}};
}

task<admin_actions::answer> gateway_admin::restart(std::string name, abort_signal& abort) {
    const auto found = upstreams_.find(name); // kept, whatever a reload takes out meanwhile
    if (found == nullptr) co_return unknown_server(name);
    co_await found->life().stop(abort);
    if (abort.reason()) co_return admin_error_of(*abort.reason());
    const auto deadline = clock_type::now() + found->options().start_wait();
    const auto ready = co_await found->life().ensure_running(deadline, abort);
    if (ready.has_error()) co_return admin_error_of(ready.error());
    co_return server(name);
}

bool gateway_admin::is_configured(std::string_view name) const {
    if (!hooks_.configured) return upstreams_.find(name) != nullptr;
    const auto all = hooks_.configured();
    return std::ranges::find(all, name, &admin_hooks::configured_server::name) != all.end();
}

/// Writes the layer of the commands, and puts it into force. Where that fails, it is as before.
task<admin_actions::answer> gateway_admin::edit(std::string name,
                                                std::function<void(managed_servers&)> change,
                                                abort_signal& abort) {
    if (hooks_.managed.empty() || !hooks_.reload) co_return unable("servers cannot be changed");
    if (is_editing_)
        co_return admin_error{
            admin_errc::conflict,
            "another change of servers is under way; try again when it has ended"};
    is_editing_ = true;
    const on_scope_exit end{[this] {
        is_editing_ = false;
    }};
    const managed_file file{hooks_.managed};
    const auto before = file.read();
    if (before.has_error()) co_return before.error();
    auto servers = file.parse(*before);
    if (servers.has_error()) co_return servers.error();
    change(*servers);
    const auto written = file.write(servers->is_empty() ? "" : servers->toml());
    if (written.has_error()) co_return written.error();
    auto done = co_await hooks_.reload(false, abort);
    if (done.has_error()) {
        auto why = done.error();
        const auto restored = file.write(*before);
        if (restored.has_error()) why.message += "; " + restored.error().message;
        co_return why;
    }
    co_return json::object{{"name", name}, {"file", file.path()}, {"reload", std::move(*done)}};
}

task<admin_actions::answer> gateway_admin::add_server(json::object entry, abort_signal& abort) {
    auto node = server_entry(entry);
    if (node.has_error()) co_return node.error();
    const std::string name{entry.at("name").as_string()};
    if (is_configured(name))
        co_return admin_error{
            admin_errc::conflict,
            fmt::format("there is a server '{}' already; remove it first, or take "
                        "another name",
                        name)};
    const auto add = [&node](managed_servers& servers) {
        servers.add(*node);
    };
    auto done = co_await edit(name, add, abort);
    co_return done;
}

task<admin_actions::answer> gateway_admin::remove_server(std::string name, abort_signal& abort) {
    if (!is_configured(name)) co_return unknown_server(name);
    const auto remove = [&name](managed_servers& servers) {
        servers.remove(name);
    };
    auto done = co_await edit(name, remove, abort);
    co_return done;
}

task<admin_actions::answer> gateway_admin::set_enabled(std::string name, bool is_enabled,
                                                       abort_signal& abort) {
    if (!is_configured(name)) co_return unknown_server(name);
    const auto set = [&name, is_enabled](managed_servers& servers) {
        servers.set_enabled(name, is_enabled);
    };
    auto done = co_await edit(name, set, abort);
    co_return done;
}

admin_actions::answer gateway_admin::flags() {
    return json::object{{"flags", hooks_.flags ? hooks_.flags() : json::array{}}};
}

/// The flag as it is after the change, with what came of the reload.
task<admin_actions::answer> gateway_admin::change_flag(std::string name, json::value value,
                                                       abort_signal& abort) {
    if (!hooks_.set_flag || !hooks_.reload) co_return unable("flags cannot be changed");
    const auto changed = hooks_.set_flag(name, value);
    if (changed.has_error()) co_return changed.error();
    auto done = co_await hooks_.reload(false, abort);
    if (done.has_error()) {
        auto why = done.error();
        const bool is_undone = (*changed)();
        if (!is_undone) why.message += "; the flag is set all the same";
        co_return why;
    }
    for (const auto& flag : hooks_.flags()) {
        if (flag.at("name") != json::value(name)) continue;
        auto told = flag.as_object();
        told["reload"] = std::move(*done);
        co_return told;
    }
    co_return admin_error{admin_errc::flag_not_found,
                          fmt::format("there is no flag '{}' any more", name)};
}

task<admin_actions::answer> gateway_admin::set_flag(std::string name, json::value value,
                                                    abort_signal& abort) {
    return change_flag(std::move(name), std::move(value), abort);
}

task<admin_actions::answer> gateway_admin::unset_flag(std::string name, abort_signal& abort) {
    return change_flag(std::move(name), nullptr, abort);
}

admin_actions::answer gateway_admin::views() {
    return json::object{{"views", hooks_.views ? hooks_.views() : json::array{}}};
}

} // namespace mcpgw
