// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/peer_session.hpp"
#include "children/remote/tool_headers.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What a server offers: fetched after the handshake, whenever it says that a list changed, and
/// when the time is over for which it gave a list. The server may be wrong in many ways; what can
/// be used of its lists is. Owned by `instance`.
class list_fetcher {
public:
    /// `on_lists`: the lists were fetched.
    list_fetcher(peer_session& session, std::function<void()> on_lists)
        : session_(session), on_lists_(std::move(on_lists)) {}

    /// Never null; shared, since catalogs keep them.
    [[nodiscard]] const std::shared_ptr<const upstream_lists>& lists() const { return lists_; }
    /// Why a list is not what the server has now; empty: it is.
    [[nodiscard]] const std::string& problem() const { return problem_; }

    /// From the next start on the lists are fetched.
    void offer() { is_offered_ = true; }
    [[nodiscard]] bool is_offered() const { return is_offered_; }
    /// lists() are those of this instance.
    [[nodiscard]] bool has_read() const { return is_offered_ && !lists_->capabilities.empty(); }

    /// Fetches all lists now, if they are offered; of the handshake.
    task<> fetch(std::shared_ptr<link> peer);
    /// A new life begins: what changed before it is void.
    void on_start() { is_refresh_wanted_ = false; }
    /// Changes may have been missed; fetches the lists as soon as the instance runs. May complete
    /// before it returns.
    void want_refresh();
    /// One of several processes may have come to offer something of its own.
    void on_changed();
    /// Fetches what was wanted while the instance was starting.
    void refresh_if_wanted();
    /// Fetches the lists again, if they are offered, and waits for that.
    task<> refresh(abort_signal& abort);
    /// They may be out of date: a modern server that does not tell of changes gave them for a time
    /// that is over (2026-07-28, server/utilities/caching), or one could not be read.
    [[nodiscard]] bool are_stale(clock_type::time_point now) const;
    /// Fetches stale lists again, or waits for those that are being fetched, at most `patience`
    /// from when that began: calls that come later to a silent server do not wait.
    task<> refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                         abort_signal& abort);

    /// The fields that a call must have besides those of every request; for remote servers.
    [[nodiscard]] param_fields headers_of(const upstream_call& request) const {
        return headers_.fields_of(request);
    }

private:
    task<result<void>> fetch_list(std::shared_ptr<link> peer, list_kind kind, upstream_lists& into);
    [[nodiscard]] bool add_page(list_kind kind, std::string_view result_json,
                                upstream_lists& into) const;
    void remark(upstream_lists& on, std::string text) const;
    void learn_headers(std::vector<list_item>& tools);
    task<> refresh_all(std::shared_ptr<link> peer);
    task<> refresh_until(clock_type::time_point deadline, abort_signal& abort);

    peer_session& session_;
    std::function<void()> on_lists_;
    std::shared_ptr<const upstream_lists> lists_ = std::make_shared<upstream_lists>();
    std::string problem_;
    tool_headers headers_;
    bool is_offered_ = false;
    bool is_refreshing_ = false;
    bool is_refresh_wanted_ = false;
    clock_type::time_point refreshing_since_{};
};

} // namespace mcpgw
