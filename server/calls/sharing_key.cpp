// SPDX-License-Identifier: Apache-2.0
#include "server/calls/sharing_key.hpp"

#include "children/policy/pool_rules.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

constexpr std::size_t handle_bytes_max = 128;

std::string key_of_user(const std::string& principal) {
    return "user " + principal;
}

} // namespace

std::string sharing_key(const client_session& session) {
    return "session " + session.id();
}

result<std::string> sharing_key(sharing share, const client_request& request) {
    switch (share) {
    case sharing::shared:
    case sharing::call:
        break;
    case sharing::principal:
        return key_of_user(request.principal);
    case sharing::session:
        if (request.session) return sharing_key(*request.session);
        const auto raw =
            find_member(request.message.in_params.meta.of(request.text), meta_key::session);
        if (raw.empty() || raw == "null") return std::string{once_key};
        const auto handle = unquote_json(raw);
        if (!handle || handle->empty() || handle->size() > handle_bytes_max)
            return fault{errc::invalid_request,
                         fmt::format("`_meta` \"{}\" must be a text of 1 to {} bytes",
                                     meta_key::session, handle_bytes_max)};
        // Other users may choose the same name.
        return fmt::format("handle {} {}", request.principal, *handle);
    }
    return std::string{};
}

} // namespace mcpgw
