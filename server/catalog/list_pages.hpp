// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/catalog/catalog.hpp"
#include "protocol/error.hpp"
#include "server/catalog/list_cursor.hpp"
#include "transports/session/request_handler.hpp"

#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// The four list methods: what the gateway itself has and what its upstreams offer, as the client's
/// revision knows it, in pages. Owned by the gateway; does no I/O.
///
/// A client that has begun to read a list goes on with the list as it was: entries that appear or
/// vanish meanwhile would make it miss some or see others twice, and an error in the middle would
/// leave it with nothing, since few clients begin again. So the catalogs whose lists are being read
/// are kept, the last `catalogs_kept_max` of them. What changed is told by list_changed. A cursor
/// of an older one, or of another process that knew another list, is refused.
class list_pages {
public:
    using time_point = token_sealer::time_point;

    /// Catalogs that have changed since and are still read by somebody.
    static constexpr std::size_t catalogs_kept_max = 8;

    /// `page_items`: entries of one page at most.
    list_pages(const token_sealer& sealer, std::size_t page_items)
        : cursors_(sealer), page_items_(page_items) {}
    void set_page_items(std::size_t page_items) { page_items_ = page_items; }

    /// What a client may see.
    struct offer {
        std::string_view own; ///< raw array of the gateway's entries, which stand first; or "[]"
        std::shared_ptr<const catalog> children;
        std::string_view server_info; ///< raw object, for modern clients
        cache_hints::time_point now{};
        /// Raw object of servers whose entries are missing, for `_meta`; empty: it is whole.
        std::string missing{};
    };
    /// Raw result of a list request. Error: invalid_params for a cursor that leads nowhere.
    [[nodiscard]] result<std::string> answer(const client_request& request, offer shown,
                                             time_point now);

private:
    struct reading {
        list_cursor place;
        std::shared_ptr<const catalog> children;
    };
    void keep(const list_cursor& place, const std::shared_ptr<const catalog>& children);
    [[nodiscard]] std::shared_ptr<const catalog> find(const list_cursor& place) const;

    list_cursors cursors_;
    std::size_t page_items_;
    std::deque<reading> kept_; ///< newest last
};

/// A result of the gateway itself with one member: for modern clients with what a cacheable result
/// needs (2026-07-28, server/utilities/caching). `meta`: more members of its `_meta`, raw.
std::string cacheable_result(era client_era, std::string_view members, const cache_hints& hints,
                             std::string_view server_info, std::string_view meta = {});

} // namespace mcpgw
