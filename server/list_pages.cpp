#include "server/list_pages.hpp"

#include "server/gateway.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

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
    const auto array = joined(own, children.page(kind, view));
    return cacheable_result(request.client_era, fmt::format("\"{}\":{}", array_key(kind), array),
                            children.hints(kind));
}

} // namespace mcpgw
