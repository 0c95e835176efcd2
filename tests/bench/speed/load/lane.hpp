// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace mcpgw::bench {

/// Hears of calls that are over.
class call_sink {
public:
    /// `id`: of the call.
    virtual void finished(std::uint64_t id) = 0;

protected:
    ~call_sink() = default;
};

/// One way to a server on which calls travel: a connection with one call at a time, or a pipe with
/// many. Owned by the load, whose thread is its only one. Its functions throw std::runtime_error
/// where the way has broken.
class lane {
public:
    virtual ~lane() = default;

    /// Has its descriptors watched; `key` comes back with what is ready.
    virtual void watch(int poller, std::uint64_t key) = 0;
    /// Starts a call; it may be written with flush().
    virtual void send(std::uint64_t id) = 0;
    virtual void flush() {}
    /// Something can be read or written.
    virtual void on_ready(call_sink& sink) = 0;
    /// After the last call.
    virtual void close() {}
};

} // namespace mcpgw::bench
