// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/list_pages.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace mcpgw {

namespace {

std::vector<std::string_view> elements_of(std::string_view array) {
    std::vector<std::string_view> list;
    element_reader reader{array};
    while (const auto item = reader.next()) list.push_back(*item);
    return list;
}

/// A part of the gateway's own entries, which are written for the newest revision of each era.
std::string own_for_client(list_kind kind, const std::vector<std::string_view>& own,
                           std::size_t first, std::size_t end, revision client) {
    std::string elements;
    for (auto i = first; i < end; ++i) {
        if (!elements.empty()) elements += ',';
        elements +=
            client >= newest_legacy ? std::string{own[i]} : item_for_client(kind, own[i], client);
    }
    return "[" + elements + "]";
}

/// Two raw arrays as one.
std::string joined(std::string_view first, std::string_view second) {
    if (first == "[]") return std::string{second};
    if (second == "[]") return std::string{first};
    std::string text{first.substr(0, first.size() - 1)};
    text += ',';
    text += second.substr(1);
    return text;
}

/// What makes a position mean the same entry: the list of the children, behind those of our own.
std::uint64_t version_of(const catalog& children, list_kind kind, std::size_t own_items) {
    return children.digest(kind) + own_items;
}

} // namespace

std::string cacheable_result(era client_era, std::string_view members, const cache_hints& hints,
                             std::string_view server_info, std::string_view meta) {
    if (client_era == era::legacy)
        return meta.empty() ? fmt::format("{{{}}}", members)
                            : fmt::format(R"({{{},"_meta":{{{}}}}})", members, meta);
    return fmt::format(R"({{"resultType":"complete",{},"ttlMs":{},"cacheScope":"{}",)"
                       R"("_meta":{{"{}":{}{}{}}}}})",
                       members, hints.ttl_ms, hints.is_public ? "public" : "private",
                       meta_key::server_info, server_info, meta.empty() ? "" : ",", meta);
}

std::shared_ptr<const catalog> list_pages::find(const list_cursor& place) const {
    const auto found = std::ranges::find_if(kept_, [&place](const reading& r) {
        return r.place.kind == place.kind && r.place.scope == place.scope &&
               r.place.version == place.version;
    });
    return found == kept_.end() ? nullptr : found->children;
}

void list_pages::keep(const list_cursor& place, const std::shared_ptr<const catalog>& children) {
    if (find(place)) return;
    if (kept_.size() >= catalogs_kept_max) kept_.pop_front();
    kept_.push_back({place, children});
}

result<std::string> list_pages::answer(const client_request& request, offer shown, time_point now) {
    const auto own = elements_of(shown.own);
    list_cursor place;
    place.kind = list_of(request.method());
    place.scope = request.scope;
    place.principal = request.principal;
    bool is_outdated = false;
    if (const auto& raw = request.message.in_params.cursor) {
        // An empty string is a cursor as well, and none of ours.
        const auto token = unquote_json(raw.of(request.text)).value_or("");
        const auto opened = cursors_.open(token, place, now);
        if (opened.has_error()) return opened.error();
        place = *opened;
        is_outdated = version_of(*shown.children, place.kind, own.size()) != place.version;
        if (is_outdated) shown.children = find(place);
        if (!shown.children)
            return fault{errc::invalid_params, "Outdated cursor: the list has changed since its "
                                               "first page; begin again without a cursor"};
    }
    const auto total = own.size() + shown.children->size(place.kind);
    const auto first = std::min(place.position, total);
    const auto end = first + std::min(page_items_, total - first);
    const auto own_first = std::min(first, own.size());
    const auto own_end = std::min(end, own.size());
    list_view view;
    view.client = request.spoken;
    view.first = first - own_first;
    view.count = end - own_end - view.first;
    const auto array = joined(own_for_client(place.kind, own, own_first, own_end, request.spoken),
                              shown.children->page(place.kind, view));
    auto members = fmt::format("\"{}\":{}", array_key(place.kind), array);
    if (end < total) {
        place.version = version_of(*shown.children, place.kind, own.size());
        place.position = end;
        keep(place, shown.children);
        members += fmt::format(R"(,"nextCursor":"{}")", cursors_.seal(place, now));
    }
    auto hints = shown.children->hints(place.kind, shown.now);
    if (is_outdated || !shown.missing.empty()) hints.ttl_ms = 0;
    // Whoever has to say who he is shares nothing with those who have not.
    if (!request.principal.empty()) hints.is_public = false;
    const auto meta = shown.missing.empty()
                          ? std::string{}
                          : fmt::format("\"{}\":{}", meta_key::partial, shown.missing);
    return cacheable_result(request.client_era, members, hints, shown.server_info, meta);
}

} // namespace mcpgw
