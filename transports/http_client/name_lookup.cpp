// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/name_lookup.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>

namespace mcpgw {

/// The only thing that two threads share.
struct name_lookup::shared {
    shared(name_lookup* o, executor e) : owner(o), ex(e) {}

    std::mutex mutex;
    name_lookup* owner; ///< null: nobody wants to know any more
    executor ex;
};

name_lookup::name_lookup(executor ex, std::string host, std::uint16_t port, resolver resolve)
    : changed_(ex) {
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        found_ = endpoints{{address, port}};
        return;
    }
    shared_ = std::make_shared<shared>(this, ex);
    // Signals are for the loop's thread; a new thread takes over what is blocked here.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const on_scope_exit unblock{[&before] {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }};
    try {
        std::thread{run, shared_, std::move(host), port, std::move(resolve)}.detach();
    } catch (const std::system_error& error) {
        found_ = fault{errc::server_busy,
                       fmt::format("no thread to resolve the name: {}", error.what())};
    }
}

name_lookup::~name_lookup() {
    if (!shared_) return;
    const std::lock_guard lock{shared_->mutex};
    shared_->owner = nullptr;
}

void name_lookup::run(const std::shared_ptr<shared>& state, const std::string& host,
                      std::uint16_t port, const resolver& resolve) {
    auto found = resolve(host, port);
    // While there is an owner, its loop lives.
    const std::lock_guard lock{state->mutex};
    if (state->owner == nullptr) return;
    asio::post(state->ex, [state, found = std::move(found)]() mutable {
        // On the owner's thread, the only one that takes it away.
        if (state->owner != nullptr) state->owner->on_found(std::move(found));
    });
}

void name_lookup::on_found(result<endpoints> found) {
    found_ = std::move(found);
    changed_.notify_all();
}

task<bool> name_lookup::wait_until(clock_type::time_point deadline) {
    if (found_) co_return true;
    const bool was_notified = co_await changed_.wait_until(deadline);
    co_return was_notified;
}

result<name_lookup::endpoints> name_lookup::by_system(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* first = nullptr;
    const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &first);
    if (failure != 0)
        return fault{errc::connection_lost,
                     fmt::format("the name cannot be resolved: {}", ::gai_strerror(failure))};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{first, &::freeaddrinfo};
    endpoints addresses;
    for (const auto* entry = first; entry != nullptr; entry = entry->ai_next) {
        asio::ip::tcp::endpoint address;
        if (entry->ai_addrlen > address.capacity()) continue;
        std::memcpy(address.data(), entry->ai_addr, entry->ai_addrlen);
        address.resize(entry->ai_addrlen);
        addresses.push_back(address);
    }
    return addresses;
}

} // namespace mcpgw
