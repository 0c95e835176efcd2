// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/own_result.hpp"

#include "protocol/json/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

namespace mcpgw {

namespace json = boost::json;

std::string own_result(std::string_view structured) {
    return own_result(structured, structured);
}

std::string own_result(std::string_view structured, std::string_view text) {
    return fmt::format(R"({{"content":[{{"type":"text","text":{}}}],"structuredContent":{},)"
                       R"("isError":false}})",
                       quote_json(text), structured);
}

std::string own_error_text(const fault& f) {
    const auto text = fmt::format("{}: {}", describe(f.code).name, f.message());
    return fmt::format(R"({{"content":[{{"type":"text","text":{}}}],"isError":true}})",
                       quote_json(text));
}

std::string own_error_result(const fault& f) {
    const auto& row = describe(f.code);
    json::object structured{{"error", json::object{{"code", row.name},
                                                   {"message", f.message()},
                                                   {"retryable", row.is_retryable}}}};
    return fmt::format(R"({{"content":[{{"type":"text","text":{}}}],"structuredContent":{},)"
                       R"("isError":true}})",
                       quote_json(fmt::format("{}: {}", row.name, f.message())),
                       json::serialize(structured));
}

} // namespace mcpgw
