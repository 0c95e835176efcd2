// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <errno.h> // NOLINT(modernize-deprecated-headers): the numbers, not the functions
#include <netdb.h>

namespace mcpgw::faults {

/// A kind of call that can fail, and how: the faults take turns.
struct kind {
    const char* name;
    std::array<int, 5> reasons; ///< errno, or what the call returns instead; 0: no more
};

/// No EAGAIN where a descriptor is watched with edges: the system says that only when it will tell
/// of the next one.
inline constexpr std::array kinds{
    kind{"accept", {EMFILE, ECONNABORTED, ENOMEM, EINTR, ENOBUFS}},
    kind{"bind", {EADDRINUSE, EACCES}},
    kind{"connect", {ECONNREFUSED, ETIMEDOUT, EADDRNOTAVAIL, ENETUNREACH}},
    kind{"epoll_create", {EMFILE, ENOMEM}},
    kind{"epoll_ctl", {ENOSPC, ENOMEM}},
    kind{"epoll_wait", {EINTR}},
    kind{"eventfd", {EMFILE, ENOMEM}},
    kind{"exec", {ENOENT, EACCES, ENOMEM, E2BIG, ENOEXEC}},
    kind{"fcntl", {EINVAL, EMFILE}},
    kind{"fork", {EAGAIN, ENOMEM, ENOENT, EACCES, EMFILE}},
    kind{"fsync", {EIO, ENOSPC}},
    kind{"getsockname", {ENOBUFS}},
    kind{"ioctl", {EINVAL}},
    kind{"kill", {EPERM}},
    kind{"limit", {EPERM, EINVAL}},
    kind{"listen", {EADDRINUSE}},
    kind{"lookup", {EAI_AGAIN, EAI_NONAME, EAI_MEMORY}},
    kind{"memory", {ENOMEM}},         // where there is a reserve
    kind{"memory_in_need", {ENOMEM}}, // and where that is gone
    kind{"open", {EMFILE, EACCES, ENOSPC, EINTR, ENOENT}},
    kind{"pidfd_open", {EMFILE, ENOMEM, ESRCH}},
    kind{"pipe", {EMFILE, ENFILE}},
    kind{"poll", {EINTR, ENOMEM}},
    kind{"read", {EIO, EINTR, ECONNRESET}},
    kind{"receive", {ECONNRESET, ETIMEDOUT, EINTR, ENOMEM}},
    kind{"rename", {ENOSPC, EIO, EACCES}},
    kind{"send", {EPIPE, ECONNRESET, ENOBUFS, EINTR}},
    kind{"socket", {EMFILE, ENOBUFS}},
    kind{"socketpair", {EMFILE, ENOMEM}},
    kind{"socket_option", {ENOMEM, EINVAL}},
    kind{"thread", {EAGAIN}},
    kind{"timer", {EMFILE, ENOMEM}},
    kind{"wait", {EINTR}},
    kind{"write", {ENOSPC, EIO, EPIPE, EINTR}},
};

/// What the library tells whoever started the program, in a file that both map.
struct record {
    struct row {
        std::array<char, 24> name;
        std::atomic<std::uint64_t> calls; ///< of the program, in its whole life
    };
    std::array<row, kinds.size()> rows;
    std::atomic<std::uint64_t> failed; ///< 1: the call that was to fail has failed
};

/// Names the file.
inline constexpr const char* record_variable = "MCPGW_FAULT_RECORD";
/// "KIND:NUMBER:REASON": the call that fails, counted from 1, and which of the reasons.
inline constexpr const char* fault_variable = "MCPGW_FAULT";

} // namespace mcpgw::faults
