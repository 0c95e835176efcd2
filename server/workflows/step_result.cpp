// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/step_result.hpp"

#include "protocol/json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <string_view>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

std::string texts_of(const json::value& result) {
    std::string text;
    const auto* const object = result.if_object();
    const auto* const content = object == nullptr ? nullptr : object->if_contains("content");
    const auto* const blocks = content == nullptr ? nullptr : content->if_array();
    if (blocks == nullptr) return text;
    for (const auto& block : *blocks) {
        const auto* const each = block.if_object();
        const auto* const says = each == nullptr ? nullptr : each->if_contains("text");
        if (says == nullptr || !says->is_string()) continue;
        if (!text.empty()) text += '\n';
        text += std::string_view{says->get_string()};
    }
    return text;
}

} // namespace

json::value output_of_result(const json::value& result) {
    if (const auto* const object = result.if_object())
        if (const auto* const structured = object->if_contains("structuredContent"))
            if (!structured->is_null()) return *structured;
    auto text = texts_of(result);
    const auto first = text.find_first_not_of(" \t\r\n");
    const bool may_be_json =
        first != std::string::npos && (text[first] == '{' || text[first] == '[');
    if (may_be_json) {
        boost::system::error_code ec;
        auto value = json::parse(text, ec);
        if (!ec) return value;
    }
    return json::value(json::string{text});
}

result<void> check_result(const json::value& result) {
    const auto* const object = result.if_object();
    if (object == nullptr) return fault{errc::server_failed, "the answer is no result of a tool"};
    const auto* const error = object->if_contains("isError");
    if (error == nullptr || !error->is_bool() || !error->get_bool()) return {};
    auto text = texts_of(result);
    constexpr std::size_t shown_bytes_max = 2'000;
    if (text.size() > shown_bytes_max) {
        text.resize(utf8_prefix(text, shown_bytes_max));
        text += "…";
    }
    return fault{errc::server_failed,
                 text.empty() ? std::string{"the tool failed without a word"} : std::move(text)};
}

} // namespace mcpgw
