// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/reload/watch_table.hpp"
#include "transports/async/asio.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace mcpgw {

/// The system's inotify (inotify(7)): watches, and the events of them.
class inotify_port {
public:
    explicit inotify_port(executor ex);

    /// Why there is none; empty: it works.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

    /// The number of the watch, or the negative errno. One thing has one watch, whatever its path;
    /// what is asked for is added to what it is watched for already.
    int add(const std::string& path, std::uint32_t mask);
    void remove(int watch);

    /// Until there are events. False: the wait was cancelled.
    task<bool> wait();
    /// Those that are there, without waiting. At most as many as fit into `bytes_max`.
    void take(const std::function<void(const file_event&)>& on_event);

    static constexpr std::size_t bytes_max = 64U << 10U; ///< at one take()

private:
    std::optional<stream_descriptor> events_;
    std::string trouble_;
};

} // namespace mcpgw
