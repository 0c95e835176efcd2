// SPDX-License-Identifier: Apache-2.0
#include "children/remote/tool_headers.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

std::vector<tool_headers::rejection> tool_headers::learn(std::vector<list_item>& tools) {
    std::vector<rejection> news;
    const auto known = std::exchange(rejected_, {});
    wanted_.clear();
    std::erase_if(tools, [&](const list_item& tool) {
        auto found = read_param_headers(find_member(tool.json, "inputSchema"));
        if (found.has_error()) {
            if (!known.contains(tool.key))
                news.push_back({tool.key, std::string{found.error().message()}});
            rejected_.insert(tool.key);
            return true;
        }
        if (!found->empty()) wanted_[tool.key] = std::move(*found);
        return false;
    });
    return news;
}

param_fields tool_headers::fields_of(const upstream_call& request) const {
    if (wanted_.empty() || request.method != method::tools_call) return {};
    const auto params = "{" + request.members.str() + "}";
    const auto name = unquote_json(find_member(params, "name")).value_or("");
    const auto tool = wanted_.find(name);
    if (tool == wanted_.end()) return {};
    return make_param_headers(tool->second, find_member(params, "arguments"));
}

} // namespace mcpgw
