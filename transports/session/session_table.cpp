// SPDX-License-Identifier: Apache-2.0
#include "transports/session/session_table.hpp"

#include "protocol/crypto/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace mcpgw {

namespace {
constexpr std::size_t session_id_bytes = 16;
// The notification that ends the handshake is none of the client's own wishes.
constexpr std::size_t uses_of_handshake = 1;
// Sessions are looked through for one that may go; several go at once, so that a flood of new ones
// does not look through all for each.
constexpr std::size_t unused_ended_part = 64;
constexpr std::chrono::minutes idle_before_end{1}; // of a session that was used
}

session_table::session_table(executor ex, const client_limits& limits,
                             std::chrono::milliseconds timeout, ended_callback on_ended,
                             std::shared_ptr<memory_budget> memory)
    : executor_(ex)
    , limits_(limits)
    , timeout_(timeout)
    , on_ended_(std::move(on_ended))
    , memory_(std::move(memory)) {}

std::size_t session_table::sessions_of(std::string_view address) const {
    const auto found = per_address_.find(address);
    return found == per_address_.end() ? 0 : found->second;
}

result<std::shared_ptr<client_session>> session_table::open(std::string_view address) {
    const auto own = sessions_of(address);
    if (own >= limits_.sessions_per_client_max && !make_room(&address, own))
        return fault{errc::server_busy,
                     fmt::format("{} sessions of your address are open and in use, the maximum "
                                 "(limits.sessions_per_client_max; all clients behind one proxy "
                                 "share an address)",
                                 own)};
    if (sessions_.size() >= limits_.sessions_max && !make_room(nullptr, sessions_.size()))
        return fault{errc::server_busy,
                     fmt::format("{} sessions are open and in use, the maximum "
                                 "(limits.sessions_max)",
                                 sessions_.size())};
    auto id = random_hex(session_id_bytes);
    auto session = std::make_shared<client_session>(
        executor_, id, limits_.notifications_backlog_max,
        event_limits{limits_.resume_events_max, limits_.resume_bytes_max}, memory_);
    session->address = address;
    ++per_address_[session->address];
    sessions_.emplace(std::move(id), session);
    return session;
}

bool session_table::make_room(const std::string_view* address, std::size_t among) {
    const auto now = clock_type::now();
    const auto idle_after = std::min<clock_type::duration>(idle_before_end, timeout_);
    std::vector<client_session*> unused;
    std::vector<client_session*> idle;
    for (const auto& [id, session] : sessions_) {
        const bool is_opening =
            !session->is_initialized && now - session->last_used < idle_before_end;
        if (is_opening || session->is_in_use()) continue;
        if (address != nullptr && session->address != *address) continue;
        if (session->uses <= uses_of_handshake)
            unused.push_back(session.get());
        else if (now - session->last_used > idle_after)
            idle.push_back(session.get());
    }
    auto& ended = unused.empty() ? idle : unused;
    if (ended.empty()) return false;
    const auto count = unused.empty() ? 1 : std::min(unused.size(), among / unused_ended_part + 1);
    const auto last = ended.begin() + static_cast<std::ptrdiff_t>(count) - 1;
    std::ranges::nth_element(ended, last, {}, &client_session::last_used);
    for (std::size_t i = 0; i < count; ++i)
        close(std::string{ended[i]->id()},
              {errc::session_unknown, "the session made room for others; send initialize again"});
    return true;
}

std::size_t session_table::free_memory(std::size_t wanted) {
    std::vector<client_session*> holders;
    for (const auto& [id, session] : sessions_)
        if (session->streams.bytes() > 0 && !session->is_in_use()) holders.push_back(session.get());
    std::ranges::sort(holders, std::ranges::greater{},
                      [](const client_session* each) { return each->streams.bytes(); });
    std::size_t freed = 0;
    for (auto* const each : holders) {
        if (freed >= wanted) break;
        freed += each->streams.bytes();
        close(std::string{each->id()},
              {errc::session_unknown, "the session made room for others; send initialize again"});
    }
    return freed;
}

std::shared_ptr<client_session> session_table::find(std::string_view id) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return nullptr;
    found->second->last_used = clock_type::now();
    ++found->second->uses;
    return found->second;
}

bool session_table::close(std::string_view id, const fault& reason) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return false;
    const auto session = found->second;
    sessions_.erase(found);
    const auto own = per_address_.find(session->address);
    if (own != per_address_.end() && --own->second == 0) per_address_.erase(own);
    session->close(reason);
    on_ended_(*session);
    return true;
}

void session_table::close_all(const fault& reason) {
    while (!sessions_.empty()) close(std::string{sessions_.begin()->first}, reason);
}

void session_table::expire(clock_type::time_point now) {
    std::vector<std::string> expired;
    for (const auto& [id, session] : sessions_) {
        if (!session->is_in_use() && now - session->last_used > timeout_) expired.push_back(id);
    }
    for (const auto& id : expired)
        close(id, {errc::session_unknown, "the session expired; send initialize again"});
}

} // namespace mcpgw
