// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/async_event.hpp"
#include "transports/http_client/http_fetch.hpp"

#include <optional>

namespace mcpgw {

/// One operation of an http_link, of several HTTP requests and pauses: a call and the streams that
/// carry its answer, or a stream that is opened again and again. It can be ended from outside,
/// whatever it waits for. Shared by the coroutine that runs it and by the link, which may end it.
class http_errand {
public:
    explicit http_errand(executor ex) : pause_(ex) {}

    /// Ends it: the request under way is closed, a pause is over. The first reason counts.
    void end(fault reason);
    [[nodiscard]] bool is_over() const { return reason_.has_value(); }
    [[nodiscard]] const std::optional<fault>& reason() const { return reason_; }

    /// Its answer comes on a stream that is not its own.
    void wait_elsewhere() { waits_elsewhere_ = true; }
    [[nodiscard]] bool waits_elsewhere() const { return waits_elsewhere_; }

    /// Until the time has passed or the errand is over.
    task<> pause(std::chrono::milliseconds time);

    /// While in scope, `end()` closes `request`.
    class use {
    public:
        use(http_errand& errand, http_fetch& request);
        ~use() { errand_.current_ = nullptr; }
        use(const use&) = delete;
        use& operator=(const use&) = delete;

    private:
        http_errand& errand_;
    };

private:
    std::optional<fault> reason_;
    http_fetch* current_ = nullptr;
    bool waits_elsewhere_ = false;
    async_event pause_;
};

} // namespace mcpgw
