// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/link_memory.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <algorithm>
#include <array>
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

std::string link_memory::client_of(const client_session& session) {
    return "session " + session.id();
}

std::string link_memory::client_of(const client_request& request) {
    return request.session ? client_of(*request.session) : "principal " + request.principal;
}

bool link_memory::may_have_links(const message_text& result_json) {
    static constexpr std::string_view mark = R"("resource)";
    const std::array<std::string_view, 3> parts{result_json.before, result_json.middle,
                                                result_json.after};
    return std::ranges::any_of(parts, [](std::string_view part) {
        // Not find(), which stops at every quote.
        return part.size() > mark.size() &&
               ::memmem(part.data(), part.size(), mark.data(), mark.size()) != nullptr;
    });
}

void link_memory::note_result(const std::string& client, const std::string& upstream,
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

void link_memory::note(const std::string& client, const std::string& upstream, std::string uri) {
    if (uri.empty() || uri.size() > uri_bytes_max) return;
    key where{client, std::move(uri)};
    if (const auto known = index_.find(where); known != index_.end()) {
        known->second->upstream = upstream;
        links_.splice(links_.begin(), links_, known->second);
        return;
    }
    if (links_.size() >= links_max) {
        index_.erase(links_.back().where);
        links_.pop_back();
    }
    links_.push_front({where, upstream});
    index_.emplace(std::move(where), links_.begin());
}

const std::string* link_memory::find(const std::string& client, std::string_view uri) {
    const auto known = index_.find({client, std::string{uri}});
    if (known == index_.end()) return nullptr;
    links_.splice(links_.begin(), links_, known->second);
    return &known->second->upstream;
}

void link_memory::forget(const std::string& client) {
    auto at = index_.lower_bound({client, {}});
    while (at != index_.end() && at->first.first == client) {
        links_.erase(at->second);
        at = index_.erase(at);
    }
}

} // namespace mcpgw
