// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/support/gateway_config.hpp"

#include "protocol/json/json_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mcpgw::bench {

std::string demo_child(std::string_view binary, std::string_view name, std::string_view more) {
    return fmt::format(R"({{"name":"{}","command":{},"args":["demo-server"]{}{}}})", name,
                       quote_json(binary), more.empty() ? "" : ",", more);
}

std::string wrapped_child(std::string_view binary, std::string_view name, std::string_view before,
                          std::string_view more) {
    const auto script = fmt::format(R"({} exec "$0" demo-server)", before);
    return fmt::format(R"({{"name":"{}","command":"sh","args":["-c",{},{}]{}{}}})", name,
                       quote_json(script), quote_json(binary), more.empty() ? "" : ",", more);
}

std::string configuration_of(const std::vector<std::string>& children, std::string_view gateway,
                             std::string_view defaults) {
    return fmt::format(R"({{"gateway":{{"log_level":"info"{}{}}},)"
                       R"("http":{{"listen":"127.0.0.1:0"}},"defaults":{{{}}},"children":[{}]}})",
                       gateway.empty() ? "" : ",", gateway, defaults, fmt::join(children, ","));
}

} // namespace mcpgw::bench
