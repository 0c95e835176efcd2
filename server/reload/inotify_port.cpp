// SPDX-License-Identifier: Apache-2.0
#include "server/reload/inotify_port.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/inotify.h>
#include <unistd.h>

namespace mcpgw {

inotify_port::inotify_port(executor ex) {
    const int opened = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (opened < 0) {
        trouble_ = fmt::format("inotify cannot be used: {}", std::strerror(errno));
        return;
    }
    boost::system::error_code ec;
    events_.emplace(ex);
    events_->assign(opened, ec);
    if (!ec) return;
    ::close(opened);
    events_.reset();
    trouble_ = fmt::format("inotify cannot be waited for: {}", ec.message());
}

int inotify_port::add(const std::string& path, std::uint32_t mask) {
    if (!events_) return -EBADF;
    const int watch =
        ::inotify_add_watch(events_->native_handle(), path.c_str(), mask | IN_MASK_ADD);
    return watch < 0 ? -errno : watch;
}

void inotify_port::remove(int watch) {
    if (events_) ::inotify_rm_watch(events_->native_handle(), watch);
}

task<bool> inotify_port::wait() {
    if (!events_) co_return false;
    const auto [ec] = co_await events_->async_wait(stream_descriptor::wait_read, nothrow);
    co_return !ec;
}

void inotify_port::take(const std::function<void(const file_event&)>& on_event) {
    if (!events_) return;
    alignas(inotify_event) std::array<char, bytes_max> bytes;
    const auto count = ::read(events_->native_handle(), bytes.data(), bytes.size());
    for (std::size_t at = 0; count > 0 && at + sizeof(inotify_event) <= std::size_t(count);) {
        inotify_event event{};
        std::memcpy(&event, &bytes[at], sizeof event);
        const char* const name = &bytes[at] + sizeof event;
        // Filled up with zeros to a multiple of the alignment.
        on_event({event.wd, event.mask, std::string_view{name, ::strnlen(name, event.len)}});
        at += sizeof event + event.len;
    }
}

} // namespace mcpgw
