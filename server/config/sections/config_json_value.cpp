// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_json_value.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/text/argument_template.hpp"

#include <cmath>
#include <optional>

namespace mcpgw {

std::string json_of(const config_node& node, const std::string& path, placeholders in_texts,
                    problem_log& problems) {
    switch (node.kind) {
    case node_kind::null:
        return "null";
    case node_kind::boolean:
        return node.boolean ? "true" : "false";
    case node_kind::real:
        if (!std::isfinite(node.real))
            problems.error(node.line, path, "this number cannot be sent to a tool");
        return node.text;
    case node_kind::integer:
        return node.text;
    case node_kind::string:
        if (const auto wrong = in_texts == placeholders::are_checked
                                   ? placeholder_problem(node.text)
                                   : std::nullopt)
            problems.error(node.line, path, *wrong,
                           "write {{name}} or {{outer.inner}}, by the arguments of the tool that "
                           "is called");
        return quote_json(node.text);
    case node_kind::array: {
        std::string list;
        for (std::size_t i = 0; i < node.items.size(); ++i)
            list +=
                (i == 0 ? "" : ",") + json_of(node.items[i], key_path(path, i), in_texts, problems);
        return "[" + list + "]";
    }
    case node_kind::object: {
        std::string members;
        for (const auto& [key, line, value] : node.members)
            members += (members.empty() ? "" : ",") + quote_json(key) + ":" +
                       json_of(value, key_path(path, key), in_texts, problems);
        return "{" + members + "}";
    }
    case node_kind::other:
        break;
    }
    problems.error(node.line, path, "a date or a time cannot be sent to a tool", "write a text");
    return "null";
}

} // namespace mcpgw
