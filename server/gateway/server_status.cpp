// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/server_status.hpp"

#include "server/config/keys/config_keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

json::array instances_of(const upstream_status& status) {
    json::array list;
    for (const auto& one : status.each) {
        json::object o;
        o["status"] = one.is_leaving ? "leaving" : to_string(one.state);
        o["pid"] = one.pid == 0 ? json::value(nullptr) : json::value(one.pid);
        o["protocol_version"] =
            one.spoken ? json::value(to_string(*one.spoken)) : json::value(nullptr);
        o["calls"] = one.calls;
        o["health_checks"] = one.health_checks;
        if (one.health_misses > 0) o["health_misses"] = one.health_misses;
        list.push_back(std::move(o));
    }
    return list;
}

} // namespace

json::object status_of_server(const upstream& c) {
    const auto status = c.status();
    json::object o;
    o["server_id"] = c.name();
    o["status"] = to_string(status.state);
    o["pid"] = status.pid == 0 ? json::value(nullptr) : json::value(status.pid);
    o["uptime_seconds"] = status.uptime.count();
    o["restarts"] = status.restarts;
    o["calls_in_flight"] = status.calls_in_flight;
    o["last_error"] =
        status.last_error.empty() ? json::value(nullptr) : json::value(status.last_error);
    o["stderr_tail"] = json::array(status.stderr_lines.begin(), status.stderr_lines.end());
    if (const auto& told = c.lists().remarks; !told.empty())
        o["remarks"] = json::array(told.begin(), told.end());
    o["era"] =
        status.spoken ? json::value(to_string(era_of(*status.spoken))) : json::value(nullptr);
    o["protocol_version"] =
        status.spoken ? json::value(to_string(*status.spoken)) : json::value(nullptr);
    boost::system::error_code ec;
    auto info = json::parse(status.server_info.empty() ? "null" : status.server_info, ec);
    o["server_info"] = ec || !info.is_object() ? json::value(nullptr) : info;
    o["garbage_lines"] = status.garbage_lines;
    o["breaker"] = to_string(status.breaker);
    if (status.retry_in.count() > 0) o["retry_in_ms"] = status.retry_in.count();
    if (status.has_given_up) o["given_up"] = true;
    o["instances"] = instances_of(status);
    // What the configuration says of how it is kept, under the names that the configuration uses.
    o["policy"] = json::parse(shown_json("children", &c.options()));
    return o;
}

} // namespace mcpgw
