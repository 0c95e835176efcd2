// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/abort_signal.hpp"
#include "transports/async/asio.hpp"
#include "transports/async/async_condition.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace mcpgw {

/// The resources of a server whose changes somebody wants to hear of, each asked for once, however
/// many want it. Owned by `upstream`.
class resource_watches {
public:
    /// Asks the server for all that is wanted now.
    using ask_function = std::function<task<result<void>>(abort_signal& abort)>;
    /// The set of what is wanted has changed.
    using change_handler = std::function<void()>;

    /// `server`: its name, for errors.
    resource_watches(executor ex, const std::string& server, ask_function ask,
                     change_handler on_change)
        : server_(server), ask_(std::move(ask)), on_change_(std::move(on_change)), changed_(ex) {}

    /// One more client wants it. Calls that come while the server is being asked wait for the same
    /// answer. Errors: what the server answers, and the reason of the abort.
    task<result<void>> add(std::string uri, abort_signal& abort);
    /// One less wants it. True: it was the last one.
    bool release(std::string_view uri);

    /// What is wanted of another server is wanted of this one instead, and has to be asked for.
    /// Calls of add() that wait there succeed: this server is asked.
    void take_over(resource_watches& from);
    [[nodiscard]] bool empty() const { return watched_.empty(); }
    [[nodiscard]] std::set<std::string> uris() const;
    /// All that wait get gateway_stopping; nothing is wanted any more.
    void close();

private:
    struct watched_uri {
        std::size_t wanted = 0; ///< by so many
        bool is_being_asked = false;
        bool is_watched = false; ///< the server has said yes
    };

    task<result<void>> ask_for(std::string uri, abort_signal& abort);
    [[nodiscard]] bool is_being_asked_for(std::string_view uri) const;

    const std::string& server_;
    ask_function ask_;
    change_handler on_change_;
    async_condition changed_;
    std::map<std::string, watched_uri, std::less<>> watched_;
    bool is_closed_ = false;
    bool is_taken_over_ = false;
};

} // namespace mcpgw
