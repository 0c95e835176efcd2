// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only header that includes Boost.Asio (asio_ssl.hpp: its TLS). <coroutine> and <utility> come
// first: older g++ need it.
#include <coroutine>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace mcpgw {

namespace asio = boost::asio;

/// One event loop, one thread: a concrete executor, so that nothing is type-erased.
using executor = asio::io_context::executor_type;

template <class T = void>
using task = asio::awaitable<T, executor>;

/// co_await op(…, nothrow) gives [ec, …] instead of throwing. Deferred: the coroutine that awaits
/// waits itself, where use_awaitable would make another one for each operation.
inline constexpr auto nothrow = asio::as_tuple(asio::deferred);
/// The handler by which Asio resumes a coroutine that awaits such an operation. Asio gives it no
/// public name. It is two pointers; a type-erased handler would cost an allocation for each wait.
using resumption =
    asio::detail::awaitable_async_op_handler<void(boost::system::error_code), executor>;
inline constexpr asio::use_awaitable_t<executor> use_task{};

using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;
using tcp_resolver = asio::ip::basic_resolver<asio::ip::tcp, executor>;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;
using stream_descriptor = asio::posix::basic_stream_descriptor<executor>;
using clock_type = std::chrono::steady_clock;
using timer = asio::basic_waitable_timer<clock_type, asio::wait_traits<clock_type>, executor>;

} // namespace mcpgw
