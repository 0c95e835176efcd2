// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace mcpgw {

/// Tells one request that nobody wants its answer any more: the client is gone, cancelled it, or
/// the gateway stops. Owned by the transport for as long as the request runs; the coroutine that
/// waits on behalf of the request listens, one at a time.
///
/// Plain data instead of Asio's cancellation: it names a reason, and it cannot end a coroutine that
/// is cleaning up.
class abort_signal {
public:
    void abort(fault reason) {
        if (reason_) return;
        reason_ = std::move(reason);
        if (listener_) std::exchange(listener_, nullptr)();
    }
    [[nodiscard]] const std::optional<fault>& reason() const { return reason_; }

    /// Registers `on_abort` while in scope; calls it at once if the signal was given before.
    class listener {
    public:
        listener(abort_signal& signal, std::function<void()> on_abort) : signal_(signal) {
            previous_ = std::exchange(signal_.listener_, nullptr);
            if (signal_.reason_)
                on_abort();
            else
                signal_.listener_ = std::move(on_abort);
        }
        ~listener() { signal_.listener_ = std::move(previous_); }
        listener(const listener&) = delete;
        listener& operator=(const listener&) = delete;

    private:
        abort_signal& signal_;
        std::function<void()> previous_;
    };

private:
    std::optional<fault> reason_;
    std::function<void()> listener_;
};

} // namespace mcpgw
