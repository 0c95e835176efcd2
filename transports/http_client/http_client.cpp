// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/http_client.hpp"

#include "transports/http_client/http_fetch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {
constexpr std::size_t lookups_max = 16;
}

http_client::http_client(executor ex, http_client_options options)
    : executor_(ex), options_(std::move(options)) {}

http_client::~http_client() = default;

task<result<http_response>> http_client::fetch(http_client_request request,
                                               std::size_t body_bytes_max, abort_signal& abort) {
    if (abort.reason()) co_return *abort.reason();
    http_fetch exchange{*this, std::move(request)};
    const abort_signal::listener on_abort{abort, [&] {
                                              exchange.close(*abort.reason());
                                          }};
    const auto opened = co_await exchange.open();
    if (opened.has_error()) co_return opened.error();
    auto body = co_await exchange.read_all(body_bytes_max);
    if (body.has_error()) co_return body.error();
    http_response response;
    response.head = exchange.head();
    response.body = std::move(*body);
    co_return response;
}

std::shared_ptr<name_lookup> http_client::start_lookup(const http_url& url) {
    std::erase_if(lookups_, [](const auto& entry) { return entry.second->found().has_value(); });
    auto& wanted = lookups_[url.authority()];
    if (wanted) return wanted;
    if (lookups_.size() > lookups_max) {
        lookups_.erase(url.authority());
        return nullptr;
    }
    wanted = std::make_shared<name_lookup>(executor_, url.host, url.port);
    return wanted;
}

result<std::shared_ptr<tls_context>> http_client::tls() {
    if (!tls_) {
        auto made = make_client_tls_context(options_.tls);
        if (made.has_error()) return made.error();
        tls_ = std::move(*made);
    }
    return tls_;
}

bool http_client::try_enter() {
    if (in_use_ >= options_.connections_max) return false;
    ++in_use_;
    return true;
}

std::unique_ptr<net_stream> http_client::take_idle(const http_url& url) {
    const auto now = clock_type::now();
    std::erase_if(idle_, [now](const auto& idle) { return idle.until <= now; });
    const auto origin = url.origin();
    // The newest first: it has the longest time left, and the others may run out.
    for (auto it = idle_.end(); it != idle_.begin();) {
        --it;
        if (it->origin != origin) continue;
        auto stream = std::move(it->stream);
        it = idle_.erase(it);
        if (stream->is_quiet()) return stream;
    }
    return nullptr;
}

void http_client::give_back(const http_url& url, std::unique_ptr<net_stream> stream,
                            std::chrono::milliseconds reuse_time) {
    if (options_.idle_connections_max == 0) return;
    if (idle_.size() >= options_.idle_connections_max) idle_.pop_front();
    idle_.push_back({url.origin(), std::move(stream), clock_type::now() + reuse_time});
}

} // namespace mcpgw
