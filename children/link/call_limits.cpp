// SPDX-License-Identifier: Apache-2.0
#include "children/link/call_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {

/// The key that gave a request its own time.
std::string_view key_of(const child_options& options, const upstream_call& request) {
    if (request.method == method::initialize) return "start_timeout";
    if (request.method == method::discover)
        return *request.timeout == options.probe_timeout ? "probe_timeout" : "start_timeout";
    if (request.method.ends_with("/list") || request.method.ends_with("subscribe"))
        return "list_timeout";
    return {};
}

std::string named_limit(const limit_key& key) {
    return key.name.empty() ? "" : fmt::format(" (the limit is the child's {})", key.str());
}

} // namespace

std::string limit_key::str() const {
    return tool.empty() ? std::string{name} : fmt::format("tools.{}.{}", tool, name);
}

call_limits limits_of_call(const child_options& options, std::string_view tool) {
    call_limits limits{
        options.call_timeout, options.total_timeout, {"timeout"}, {"total_timeout"}};
    const auto own = options.tools.find(tool);
    if (own == options.tools.end()) return limits;
    if (own->second.call_timeout) {
        limits.quiet = *own->second.call_timeout;
        limits.quiet_key.tool = tool;
    }
    if (own->second.total_timeout) {
        limits.total = *own->second.total_timeout;
        limits.total_key.tool = tool;
    }
    return limits;
}

call_limits limits_of(const child_options& options, const upstream_call& request) {
    if (!request.timeout) return limits_of_call(options, request.tool);
    call_limits limits;
    limits.quiet = *request.timeout;
    limits.total = std::max(limits.quiet, options.total_timeout);
    limits.quiet_key.name = key_of(options, request);
    return limits;
}

fault quiet_too_long(std::string_view server, std::string_view method_name,
                     const call_limits& limits) {
    return {errc::call_timed_out,
            fmt::format("server '{}' did not answer {} within {} ms{}", server, method_name,
                        limits.quiet.count(), named_limit(limits.quiet_key))};
}

fault too_long_in_all(std::string_view server, std::string_view method_name,
                      const call_limits& limits) {
    return {errc::call_timed_out,
            fmt::format("server '{}' did not end {} within {} ms in all{}", server, method_name,
                        limits.total.count(), named_limit(limits.total_key))};
}

} // namespace mcpgw
