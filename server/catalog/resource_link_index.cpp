// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/resource_link_index.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include <string.h>

namespace mcpgw {

namespace {

/// URIs in one content block (raw object).
void add_links(std::string_view block, std::vector<std::string>& uris) {
    const auto type = find_member(block, "type");
    std::string_view raw;
    if (type == R"("resource_link")") raw = find_member(block, "uri");
    if (type == R"("resource")") raw = find_member(find_member(block, "resource"), "uri");
    if (auto uri = unquote_json(raw)) uris.push_back(std::move(*uri));
}

} // namespace

std::string resource_link_index::client_of(const client_session& session) {
    return "session " + session.id();
}

std::string resource_link_index::client_of(const client_request& request) {
    if (request.session) return client_of(*request.session);
    // What was seen in one view is nothing that another one shows.
    const auto where = is_view_scope(request.scope) ? request.scope + " " : std::string{};
    return where + "principal " + request.principal;
}

bool resource_link_index::may_have_links(const message_text& result_json) {
    static constexpr std::string_view mark = R"("resource)";
    const std::array<std::string_view, 3> parts{result_json.before, result_json.middle,
                                                result_json.after};
    return std::ranges::any_of(parts, [](std::string_view part) {
        // Not find(), which stops at every quote.
        return part.size() > mark.size() &&
               ::memmem(part.data(), part.size(), mark.data(), mark.size()) != nullptr;
    });
}

void resource_link_index::note_result(const std::string& client, const std::string& upstream,
                                      std::string_view result_json) {
    std::vector<std::string> uris;
    element_reader blocks{find_member(result_json, "content")};
    while (const auto block = blocks.next()) {
        if (uris.size() >= links_of_result_max) break;
        add_links(*block, uris);
    }
    element_reader messages{find_member(result_json, "messages")};
    while (const auto message = messages.next()) {
        if (uris.size() >= links_of_result_max) break;
        add_links(find_member(*message, "content"), uris);
    }
    for (auto& uri : uris) note(client, upstream, std::move(uri));
}

void resource_link_index::note(const std::string& client, const std::string& upstream,
                               std::string uri) {
    if (uri.empty() || uri.size() > uri_bytes_max) return;
    auto& used = links_.get<by_use>();
    const auto [place, is_new] = used.push_front({client, std::move(uri), upstream});
    if (!is_new) {
        used.modify(place, [&upstream](link& known) { known.upstream = upstream; });
        used.relocate(used.begin(), place);
    }
    if (used.size() > links_max) used.pop_back();
}

const std::string* resource_link_index::find(std::string_view client, std::string_view uri) {
    const auto& known = links_.get<by_client_and_uri>();
    const auto found = known.find(std::tuple{client, uri});
    if (found == known.end()) return nullptr;
    auto& used = links_.get<by_use>();
    used.relocate(used.begin(), links_.project<by_use>(found));
    return &found->upstream;
}

void resource_link_index::forget(std::string_view client) {
    auto& known = links_.get<by_client_and_uri>();
    const auto [begin, end] = known.equal_range(std::tuple{client});
    known.erase(begin, end);
}

} // namespace mcpgw
