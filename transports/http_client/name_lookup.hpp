// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/async_condition.hpp"

#include "protocol/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// Finds the addresses of a host. The system's resolver blocks and cannot be interrupted, so each
/// look-up has a thread of its own. A waiter that gives up just leaves; when all have left, the
/// result is dropped. Shared by all that wait for the same name, on one loop.
class name_lookup {
public:
    using endpoints = std::vector<asio::ip::tcp::endpoint>;
    /// Called on the look-up's thread.
    using resolver = std::function<result<endpoints>(const std::string& host, std::uint16_t port)>;

    /// Begins at once. An address needs no thread.
    name_lookup(executor ex, std::string host, std::uint16_t port, resolver resolve = by_system);
    ~name_lookup();
    name_lookup(const name_lookup&) = delete;
    name_lookup& operator=(const name_lookup&) = delete;

    /// Nothing: it is still under way. Errors: connection_lost, server_busy (no thread to be had).
    [[nodiscard]] const std::optional<result<endpoints>>& found() const { return found_; }
    /// Until something has changed, or wake() or the deadline came. False: the deadline.
    task<bool> wait_until(clock_type::time_point deadline);
    void wake() { changed_.notify_all(); }

    static result<endpoints> by_system(const std::string& host, std::uint16_t port);

private:
    struct shared;

    void on_found(result<endpoints> found);
    static void run(const std::shared_ptr<shared>& state, const std::string& host,
                    std::uint16_t port, const resolver& resolve);

    async_condition changed_;
    std::optional<result<endpoints>> found_;
    std::shared_ptr<shared> shared_; ///< with the thread
};

} // namespace mcpgw
