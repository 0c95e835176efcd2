// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/remote/remote_channel.hpp"

#include <optional>
#include <string>

namespace mcpgw {

/// The one stream of HTTP+SSE (2024-11-05, basic/transports, "HTTP with SSE"): all that the server
/// says comes on it, and first of all where messages go. The session is bound to it: with its end
/// the connection ends. Owned by `http_link`.
class sse_stream {
public:
    explicit sse_stream(remote_channel& channel) : channel_(channel) {}

    /// Until it is open and the server has said where messages go. Many callers wait for one
    /// stream. Errors: why there is none, and the end of the caller's errand.
    task<result<void>> open(remote_channel::errand_pointer errand);
    /// Where messages go, once it is known.
    [[nodiscard]] const std::optional<http_url>& endpoint() const { return endpoint_; }

private:
    task<> run(remote_channel::errand_pointer errand);
    task<result<void>> read(remote_channel::errand_pointer errand);
    result<void> accept_endpoint(const std::string& reference);

    remote_channel& channel_;
    std::optional<http_url> endpoint_;
    std::optional<fault> fault_; ///< why there is no such stream
    bool is_open_ = false;
};

} // namespace mcpgw
