#include "server/list_pages.hpp"

#include "protocol/json_members.hpp"
#include "server/gateway.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

/// The gateway's own entries, which are written for the newest revision of each era.
std::string own_for_client(list_kind kind, std::string_view own, revision client) {
    if (client >= newest_legacy) return std::string{own};
    std::string elements;
    element_reader reader{own};
    while (const auto item = reader.next()) {
        if (!elements.empty()) elements += ',';
        elements += item_for_client(kind, *item, client);
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

} // namespace

std::string cacheable_result(era client_era, std::string_view members, const cache_hints& hints) {
    if (client_era == era::legacy) return fmt::format("{{{}}}", members);
    return fmt::format(R"({{"resultType":"complete",{},"ttlMs":{},"cacheScope":"{}",)"
                       R"("_meta":{{"{}":{}}}}})",
                       members, hints.ttl_ms, hints.is_public ? "public" : "private",
                       meta_key::server_info, gateway_server_info());
}

result<std::string> list_pages::answer(const client_request& request, std::string_view own,
                                       const catalog& children) const {
    // Every list is one page, so no cursor of ours exists (2025-11-25,
    // server/utilities/pagination).
    if (request.message.in_params.cursor)
        return fault{errc::invalid_params, "Invalid cursor: this list has one page"};
    const auto kind = list_of(request.method());
    list_view view;
    view.client = request.spoken;
    const auto array = joined(own_for_client(kind, own, request.spoken), children.page(kind, view));
    return cacheable_result(request.client_era, fmt::format("\"{}\":{}", array_key(kind), array),
                            children.hints(kind));
}

} // namespace mcpgw
