// SPDX-License-Identifier: Apache-2.0
#include "server/stages/call_context.hpp"

#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/crypto/request_digest.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

namespace mcpgw {

bool can_be_asked(const call_relay& relay, revision client) {
    const auto can = abilities_of(relay.client_capabilities(), client);
    return can.roots || can.sampling || can.form || can.url;
}

std::string digest_of(const client_request& request) {
    if (request.client_era == era::legacy) return {};
    const auto& in = request.message.in_params;
    const auto name = unquote_json((in.uri.empty() ? in.name : in.uri).of(request.text));
    return request_digest(request.method(), name.value_or(""), in.arguments.of(request.text));
}

fault no_result(const forward_request& of, const fault& why) {
    return {why.code, fmt::format("server '{}' answered with what is no result of {}: {}",
                                  of.upstream, of.method, why.detail)};
}

std::string with_member(std::string_view members, std::string_view key, std::string_view value) {
    const auto object = fmt::format("{{{}}}", members);
    member_writer changed;
    member_reader reader{object};
    while (const auto member = reader.next())
        if (member->key != key) changed.add(member->key, member->value);
    if (!value.empty()) changed.add(key, value);
    return changed.take_members();
}

std::string with_meta(std::string_view result_json, std::string_view key, std::string_view value) {
    member_writer meta;
    member_reader known{find_member(result_json, "_meta")};
    while (const auto member = known.next())
        if (member->key != key) meta.add(member->key, member->value);
    meta.add(key, value);
    member_writer out;
    member_reader reader{result_json};
    while (const auto member = reader.next())
        if (member->key != "_meta") out.add(member->key, member->value);
    out.add("_meta", meta.object());
    return out.object();
}

} // namespace mcpgw
