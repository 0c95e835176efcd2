#include "transports/session_table.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

namespace mcpgw {

namespace {
constexpr std::size_t session_id_bytes = 16;
}

std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> raw(bytes);
    if (RAND_bytes(raw.data(), static_cast<int>(raw.size())) != 1)
        throw std::runtime_error("the system has no random numbers");
    std::string text;
    text.reserve(bytes * 2);
    for (const unsigned char byte : raw) text += fmt::format("{:02x}", byte);
    return text;
}

session_table::session_table(executor ex, const client_limits& limits,
                             std::chrono::milliseconds timeout, ended_callback on_ended)
    : executor_(ex), limits_(limits), timeout_(timeout), on_ended_(std::move(on_ended)) {}

result<std::shared_ptr<client_session>> session_table::open() {
    if (sessions_.size() >= limits_.sessions_max) expire(clock_type::now());
    if (sessions_.size() >= limits_.sessions_max)
        return fault{errc::server_busy,
                     fmt::format("{} sessions are open, the maximum (limits.sessions_max)",
                                 sessions_.size())};
    auto id = random_hex(session_id_bytes);
    auto session = std::make_shared<client_session>(
        executor_, id, limits_.notifications_backlog_max,
        event_limits{limits_.resume_events_max, limits_.resume_bytes_max});
    sessions_.emplace(std::move(id), session);
    return session;
}

std::shared_ptr<client_session> session_table::find(std::string_view id) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return nullptr;
    found->second->last_used = clock_type::now();
    return found->second;
}

bool session_table::close(std::string_view id, const fault& reason) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return false;
    const auto session = found->second;
    sessions_.erase(found);
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

void session_table::for_each(const std::function<void(client_session&)>& visit) {
    for (const auto& [id, session] : sessions_) visit(*session);
}

} // namespace mcpgw
