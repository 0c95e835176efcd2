// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/pretty_json.hpp"

#include <boost/json/serialize.hpp>

namespace mcpgw {

namespace json = boost::json;

namespace {

void print(std::string& out, const json::value& value, std::size_t indent) {
    const std::string inner(indent + 2, ' ');
    const auto* const object = value.if_object();
    if (object == nullptr || object->empty()) {
        const auto* const array = value.if_array();
        if (array == nullptr || array->empty() || !array->front().is_object()) {
            out += json::serialize(value);
            return;
        }
        out += "[\n";
        for (std::size_t i = 0; i < array->size(); ++i) {
            out += inner;
            print(out, (*array)[i], indent + 2);
            out += i + 1 < array->size() ? ",\n" : "\n";
        }
        out += std::string(indent, ' ') + "]";
        return;
    }
    out += "{\n";
    std::size_t left = object->size();
    for (const auto& [key, member] : *object) {
        out += inner + json::serialize(json::string{key}) + ": ";
        print(out, member, indent + 2);
        out += --left != 0 ? ",\n" : "\n";
    }
    out += std::string(indent, ' ') + "}";
}

} // namespace

std::string pretty_json(const json::value& value) {
    std::string text;
    print(text, value, 0);
    return text;
}

} // namespace mcpgw
