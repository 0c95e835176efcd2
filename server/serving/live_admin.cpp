// SPDX-License-Identifier: Apache-2.0
#include "server/serving/live_admin.hpp"

#include "protocol/ascii.hpp"
#include "server/config/layers/flag_overrides.hpp"
#include "server/serving/running_gateway.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

std::string absolute(const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).string();
}

/// As [flags] of a configuration takes it. Nothing: it says neither yes nor no.
std::optional<bool> flag_value(const json::value& value) {
    if (value.is_bool()) return value.as_bool();
    if (!value.is_string()) return std::nullopt;
    const auto text = lower_case(std::string_view{value.as_string()});
    constexpr std::array yes{"true", "yes", "on", "1"};
    constexpr std::array no{"false", "no", "off", "0"};
    if (std::ranges::find(yes, text) != yes.end()) return true;
    if (std::ranges::find(no, text) != no.end()) return false;
    return std::nullopt;
}

admin_error not_kept(const fault& why) {
    return {admin_errc::not_written, fmt::format("the flag cannot be kept: {}", why.message())};
}

} // namespace

live_admin::live_admin(application& app, config_inputs inputs, const config_result& read)
    : app_(app), inputs_(std::move(inputs)), flags_(read.flags) {}

void live_admin::offer(const std::string& directory) {
    app_.offer_admin(hooks(), directory);
}

admin_hooks live_admin::hooks() {
    admin_hooks made;
    for (const auto& file : inputs_.files) made.files.push_back(absolute(file));
    made.managed = absolute(managed_path(inputs_));
    if (!made.files.empty()) made.name = mark_of(inputs_, {}).name;
    made.configured = [this] {
        return configured();
    };
    made.flags = [this] {
        return flags();
    };
    made.views = [this] {
        return views();
    };
    if (app_.reloads() == nullptr) return made;
    made.generation = [this] {
        return app_.reloads()->history().generation();
    };
    made.reloads = [this] {
        return reloads();
    };
    made.reload = [this](bool is_dry_run, abort_signal& abort) {
        return reload(is_dry_run, abort);
    };
    made.set_flag = [this](const std::string& name, const json::value& value) {
        return set_flag(name, value);
    };
    return made;
}

std::vector<admin_hooks::configured_server> live_admin::configured() const {
    std::vector<admin_hooks::configured_server> all;
    for (const auto& one : app_.in_force()->children) all.push_back({one.name, one.is_enabled});
    return all;
}

json::array live_admin::reloads() const {
    json::array list;
    for (const auto& record : app_.reloads()->history().records())
        list.push_back(json::parse(to_json(record, false)));
    return list;
}

task<admin_actions::answer> live_admin::reload(bool is_dry_run, abort_signal& abort) {
    auto record = co_await app_.reloads()->reload(reload_source::request, is_dry_run, abort);
    if (record.result == reload_result::stopped)
        co_return admin_error{admin_errc::stopping, "the gateway is stopping"};
    if (record.result == reload_result::refused)
        co_return admin_error{admin_errc::configuration_invalid,
                              "the configuration has errors; the one in force stays",
                              std::move(record.problems)};
    auto told = json::parse(to_json(record, true)).as_object();
    told["summary"] = describe(record.plan);
    co_return told;
}

json::array live_admin::flags() const {
    json::array list;
    for (const auto& flag : flags_)
        list.push_back({{"name", flag.name},
                        {"value", flag.is_on},
                        {"configured", flag.is_on_in_file},
                        {"is_overridden", flag.is_overridden}});
    return list;
}

/// Those of the configuration, then one for each layer and each tag that a server has.
json::array live_admin::views() const {
    const auto now = app_.in_force();
    json::array list;
    const auto add = [&](std::string_view kind, const std::string& name,
                         const std::string& description) {
        const auto begin =
            fmt::format("/{}s/{}", kind, boost::urls::encode(name, boost::urls::unreserved_chars));
        json::object told{{"name", name}, {"kind", kind}};
        if (!description.empty()) told["description"] = description;
        told["paths"] = {begin + now->http.path, begin + now->http.sse_path};
        list.push_back(std::move(told));
    };
    for (const auto& view : now->gateway.views)
        if (view.is_enabled) add("view", view.name, view.description);
    std::set<std::string> layers;
    std::set<std::string> tags;
    for (const auto& server : now->children) {
        if (!server.is_enabled) continue;
        if (!server.layer.empty()) layers.insert(server.layer);
        tags.insert(server.tags.begin(), server.tags.end());
    }
    for (const auto& layer : layers) add("layer", layer, "");
    for (const auto& tag : tags) add("tag", tag, "");
    return list;
}

admin_result<admin_hooks::undo> live_admin::set_flag(const std::string& name,
                                                     const json::value& value) {
    if (std::ranges::find(flags_, name, &config_flag::name) == flags_.end())
        return admin_error{admin_errc::flag_not_found,
                           fmt::format("there is no flag '{}'; [flags] of the configuration has "
                                       "those that there are",
                                       name)};
    const auto wanted = flag_value(value);
    if (!wanted && !value.is_null())
        return admin_error{admin_errc::bad_request,
                           "the value of a flag is true, yes, on or 1, or false, no, off or 0"};
    const flag_overrides file{inputs_.flags_file};
    const auto before = file.read();
    if (before.has_error()) return not_kept(before.error());
    auto after = *before;
    if (wanted)
        after.insert_or_assign(name, *wanted);
    else
        after.erase(name);
    const auto written = file.write(after);
    if (written.has_error()) return not_kept(written.error());
    return [file, kept = *before] {
        const auto restored = file.write(kept);
        return !restored.has_error();
    };
}

} // namespace mcpgw
