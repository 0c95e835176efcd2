// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/list_fetcher.hpp"
#include "children/instance/peer_session.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace mcpgw {

/// Hears of changes at a server: a legacy one is asked for each resource, a modern one by one
/// listen stream for all (2026-07-28, basic/utilities/subscriptions). Asks again after each start
/// and after a stream that ended by itself. Owned by `instance`.
class change_watcher {
public:
    using notification_handler =
        std::function<void(std::string_view line, const envelope& message)>;

    /// `on_notification` hears that a resource may have changed while nobody listened.
    change_watcher(peer_session& session, list_fetcher& lists, notification_handler on_notification)
        : session_(session), lists_(lists), on_notification_(std::move(on_notification)) {}

    /// The resources whose changes somebody wants to hear of, from now on. Errors: what the server
    /// answers; what it refuses is not watched.
    task<result<void>> watch(std::set<std::string> uris);
    /// Watches what `before` does, from the next start on.
    void take_over(const change_watcher& before) {
        watched_.insert(before.watched_.begin(), before.watched_.end());
    }
    /// After a start: what was watched before is watched again. `may_have_missed`: and each
    /// resource counts as changed once.
    task<> resume(std::shared_ptr<link> peer, bool may_have_missed);

private:
    class listen_observer;

    task<result<void>> subscribe(std::shared_ptr<link> peer, std::string_view method_name,
                                 std::string uri);
    void begin_listening(std::shared_ptr<link> peer);
    task<> listen(std::shared_ptr<link> peer, std::shared_ptr<listen_observer> stream);
    [[nodiscard]] std::string listen_filter() const;

    peer_session& session_;
    list_fetcher& lists_;
    notification_handler on_notification_;
    std::set<std::string> watched_;
    std::shared_ptr<listen_observer> listening_; ///< the stream of a modern server
};

} // namespace mcpgw
