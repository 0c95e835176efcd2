// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/list_cursor.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace mcpgw {

namespace json = boost::json;

std::string list_cursors::seal(const list_cursor& cursor, time_point now) const {
    const json::array sealed{static_cast<int>(cursor.kind), cursor.scope, cursor.principal,
                             cursor.version, cursor.position};
    return sealer_.seal(token_purpose::cursor, json::serialize(sealed), now + lifetime);
}

result<list_cursor> list_cursors::open(std::string_view token, const list_cursor& expected,
                                       time_point now) const {
    const fault invalid{errc::invalid_params,
                        "Invalid cursor: it belongs to no page of this list, or has expired; begin "
                        "again without a cursor"};
    const auto opened = sealer_.open(token_purpose::cursor, token, now);
    if (opened.has_error()) return invalid;
    boost::system::error_code ec;
    const auto value = json::parse(*opened, ec);
    const auto* const sealed = ec ? nullptr : value.if_array();
    if (sealed == nullptr || sealed->size() != 5) return invalid;
    const auto& fields = *sealed;
    const bool is_ours = fields[0] == json::value(static_cast<int>(expected.kind)) &&
                         fields[1] == json::value(expected.scope) &&
                         fields[2] == json::value(expected.principal) && fields[3].is_number() &&
                         fields[4].is_number();
    if (!is_ours) return invalid;
    auto cursor = expected;
    cursor.version = fields[3].to_number<std::uint64_t>();
    cursor.position = fields[4].to_number<std::size_t>();
    return cursor;
}

} // namespace mcpgw
