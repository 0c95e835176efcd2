// SPDX-License-Identifier: Apache-2.0
// Preloaded into the gateway (LD_PRELOAD): counts the calls that can fail, from the beginning of
// main() on, and lets one of them fail. The launcher of an isolated process counts with it; other
// children know nothing of it.
#include "tests/faults/fault_library.hpp"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h> // NOLINT(modernize-deprecated-headers): kill()
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace mcpgw::faults;

struct order {
    std::size_t kind = kinds.size();
    std::uint64_t number = 0;
    int reason = 0;
};

record* shared = nullptr; // until main() begins nothing is counted
order wanted;

constexpr std::size_t index_of(std::string_view name) {
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (kinds[i].name == name) return i;
    return kinds.size();
}

order read_order(const char* text) {
    order read;
    const char* const colon = text == nullptr ? nullptr : std::strchr(text, ':');
    if (colon == nullptr) return read;
    read.kind = index_of({text, static_cast<std::size_t>(colon - text)});
    char* rest = nullptr;
    read.number = std::strtoull(colon + 1, &rest, 10);
    if (read.kind == kinds.size() || *rest != ':') return {};
    const auto turn = std::strtoull(rest + 1, nullptr, 10);
    const auto& reasons = kinds[read.kind].reasons;
    std::size_t count = 0;
    while (count < reasons.size() && reasons[count] != 0) ++count;
    read.reason = reasons[turn % count];
    return read;
}

/// What the launcher of an isolated process gets, to count and to fail as we do.
std::vector<std::string> passed_on; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void begin() {
    const char* const file = std::getenv(record_variable);
    if (file == nullptr) return;
    for (const char* const name : {"LD_PRELOAD", record_variable, fault_variable, "ASAN_OPTIONS"})
        if (const char* const value = std::getenv(name))
            passed_on.push_back(std::string{name} + '=' + value);
    const int descriptor = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, file, O_RDWR));
    if (descriptor < 0) return;
    void* const where =
        ::mmap(nullptr, sizeof(record), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (where == MAP_FAILED) return;
    wanted = read_order(std::getenv(fault_variable));
    auto* const made = static_cast<record*>(where);
    for (std::size_t i = 0; i < kinds.size(); ++i)
        std::strncpy(made->rows[i].name.data(), kinds[i].name, made->rows[i].name.size() - 1);
    for (const char* const name : {"LD_PRELOAD", record_variable, fault_variable}) ::unsetenv(name);
    shared = made;
}

/// What the call fails with; 0: it does not.
int fault(std::size_t kind) {
    if (shared == nullptr) return 0;
    const auto number = shared->rows[kind].calls.fetch_add(1) + 1;
    if (kind != wanted.kind || number != wanted.number) return 0;
    shared->failed.store(1);
    return wanted.reason;
}

/// The function that this one hides.
template <class Function>
Function* real(Function* /*type*/, const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name)); // NOLINT
}

} // namespace

// NOLINTBEGIN(readability-*, cert-*, cppcoreguidelines-*, bugprone-*)

/// A function that returns -1 and sets errno.
#define MCPGW_FAILS(KIND, RETURNS, NAME, PARAMETERS, ARGUMENTS)                                    \
    extern "C" RETURNS NAME PARAMETERS {                                                           \
        static auto* const next = real(static_cast<RETURNS(*) PARAMETERS>(nullptr), #NAME);        \
        static constexpr std::size_t kind = index_of(KIND);                                        \
        static_assert(kind < kinds.size());                                                        \
        if (const int reason = fault(kind)) {                                                      \
            errno = reason;                                                                        \
            return (RETURNS)-1;                                                                    \
        }                                                                                          \
        return next ARGUMENTS;                                                                     \
    }

/// One that returns what is wrong.
#define MCPGW_FAILS_WITH(KIND, NAME, PARAMETERS, ARGUMENTS)                                        \
    extern "C" int NAME PARAMETERS {                                                               \
        static auto* const next = real(static_cast<int(*) PARAMETERS>(nullptr), #NAME);            \
        static constexpr std::size_t kind = index_of(KIND);                                        \
        static_assert(kind < kinds.size());                                                        \
        if (const int reason = fault(kind)) return reason;                                         \
        return next ARGUMENTS;                                                                     \
    }

/// One that returns null and sets errno.
#define MCPGW_FAILS_NULL(KIND, RETURNS, NAME, PARAMETERS, ARGUMENTS)                               \
    extern "C" RETURNS NAME PARAMETERS {                                                           \
        static auto* const next = real(static_cast<RETURNS(*) PARAMETERS>(nullptr), #NAME);        \
        static constexpr std::size_t kind = index_of(KIND);                                        \
        if (const int reason = fault(kind)) {                                                      \
            errno = reason;                                                                        \
            return nullptr;                                                                        \
        }                                                                                          \
        return next ARGUMENTS;                                                                     \
    }

MCPGW_FAILS("accept", int, accept, (int fd, sockaddr* a, socklen_t* n), (fd, a, n))
MCPGW_FAILS("accept", int, accept4, (int fd, sockaddr* a, socklen_t* n, int f), (fd, a, n, f))
MCPGW_FAILS("bind", int, bind, (int fd, const sockaddr* a, socklen_t n), (fd, a, n))
MCPGW_FAILS("connect", int, connect, (int fd, const sockaddr* a, socklen_t n), (fd, a, n))
MCPGW_FAILS("epoll_create", int, epoll_create1, (int flags), (flags))
MCPGW_FAILS("epoll_wait", int, epoll_wait, (int e, epoll_event* w, int n, int t), (e, w, n, t))
MCPGW_FAILS("eventfd", int, eventfd, (unsigned value, int flags), (value, flags))
MCPGW_FAILS("exec", int, execve, (const char* path, char* const* a, char* const* e), (path, a, e))
MCPGW_FAILS("fsync", int, fsync, (int fd), (fd))
MCPGW_FAILS("fsync", int, fdatasync, (int fd), (fd))
MCPGW_FAILS("getsockname", int, getsockname, (int fd, sockaddr* a, socklen_t* n), (fd, a, n))
MCPGW_FAILS("kill", int, kill, (pid_t pid, int number), (pid, number))
MCPGW_FAILS("limit", int, setrlimit, (__rlimit_resource_t which, const rlimit* to), (which, to))
MCPGW_FAILS("listen", int, listen, (int fd, int n), (fd, n))
MCPGW_FAILS("pipe", int, pipe2, (int* ends, int flags), (ends, flags))
MCPGW_FAILS("poll", int, poll, (pollfd * f, nfds_t n, int t), (f, n, t))
MCPGW_FAILS("read", ssize_t, readv, (int fd, const iovec* to, int n), (fd, to, n))
MCPGW_FAILS("receive", ssize_t, recv, (int fd, void* to, size_t n, int f), (fd, to, n, f))
MCPGW_FAILS("receive", ssize_t, recvmsg, (int fd, msghdr* to, int f), (fd, to, f))
MCPGW_FAILS("rename", int, rename, (const char* from, const char* to), (from, to))
MCPGW_FAILS("send", ssize_t, send, (int fd, const void* of, size_t n, int f), (fd, of, n, f))
MCPGW_FAILS("send", ssize_t, sendmsg, (int fd, const msghdr* of, int f), (fd, of, f))
MCPGW_FAILS("socket", int, socket, (int family, int type, int protocol), (family, type, protocol))
MCPGW_FAILS("socket_option", int, setsockopt,
            (int fd, int level, int name, const void* value, socklen_t n),
            (fd, level, name, value, n))
MCPGW_FAILS("socket_option", int, getsockopt,
            (int fd, int level, int name, void* value, socklen_t* n), (fd, level, name, value, n))
MCPGW_FAILS("socketpair", int, socketpair, (int f, int type, int p, int* ends), (f, type, p, ends))
MCPGW_FAILS("timer", int, timerfd_create, (int clock, int flags), (clock, flags))
MCPGW_FAILS("wait", pid_t, waitpid, (pid_t pid, int* status, int flags), (pid, status, flags))
MCPGW_FAILS("wait", int, waitid, (idtype_t which, id_t id, siginfo_t* what, int flags),
            (which, id, what, flags))
MCPGW_FAILS("write", ssize_t, writev, (int fd, const iovec* of, int n), (fd, of, n))

MCPGW_FAILS_NULL("open", FILE*, fopen, (const char* path, const char* mode), (path, mode))
MCPGW_FAILS_NULL("open", FILE*, fopen64, (const char* path, const char* mode), (path, mode))
MCPGW_FAILS_NULL("open", DIR*, opendir, (const char* path), (path))

MCPGW_FAILS_WITH("lookup", getaddrinfo,
                 (const char* host, const char* service, const addrinfo* hints, addrinfo** found),
                 (host, service, hints, found))
MCPGW_FAILS_WITH("thread", pthread_create,
                 (pthread_t * thread, const pthread_attr_t* attributes, void* (*run)(void*),
                  void* argument),
                 (thread, attributes, run, argument))

extern "C" int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                           const posix_spawnattr_t* attributes, char* const* arguments,
                           char* const* environment) {
    static auto* const next =
        real(static_cast<int (*)(pid_t*, const char*, const posix_spawn_file_actions_t*,
                                 const posix_spawnattr_t*, char* const*, char* const*)>(nullptr),
             "posix_spawn");
    if (const int reason = fault(index_of("fork"))) return reason;
    const bool is_launcher = arguments[1] != nullptr &&
                             std::string_view{arguments[1]} == "--child-launcher";
    if (!is_launcher) return next(pid, path, actions, attributes, arguments, environment);
    std::vector<char*> entries;
    for (auto& entry : passed_on) entries.push_back(entry.data());
    entries.push_back(nullptr);
    return next(pid, path, actions, attributes, arguments, entries.data());
}

/// Those with a mode that is there at times.
#define MCPGW_OPEN_FAILS(NAME)                                                                     \
    extern "C" int NAME(const char* path, int flags, ...) {                                        \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;         \
        va_end(more);                                                                              \
        static auto* const next =                                                                  \
            real(static_cast<int (*)(const char*, int, mode_t)>(nullptr), #NAME);                  \
        if (const int reason = fault(index_of("open"))) {                                          \
            errno = reason;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
        return next(path, flags, mode);                                                            \
    }
MCPGW_OPEN_FAILS(open)
MCPGW_OPEN_FAILS(open64)

/// Not those of UBSan, which finds out by a pipe whether an address may be read.
extern "C" int pipe(int* ends) {
    static auto* const next = real(static_cast<int (*)(int*)>(nullptr), "pipe");
    Dl_info caller{};
    const bool is_known = ::dladdr(__builtin_return_address(0), &caller) != 0;
    if (!is_known || std::strstr(caller.dli_fname, "libubsan") == nullptr)
        if (const int reason = fault(index_of("pipe"))) {
            errno = reason;
            return -1;
        }
    return next(ends);
}

/// Not the few bytes that the event loop leaves to itself in pipes and counters: they are there.
extern "C" ssize_t read(int fd, void* to, size_t n) {
    if (n > sizeof(std::uint64_t))
        if (const int reason = fault(index_of("read"))) {
            errno = reason;
            return -1;
        }
    static auto* const next = real(static_cast<ssize_t (*)(int, void*, size_t)>(nullptr), "read");
    return next(fd, to, n);
}

extern "C" ssize_t write(int fd, const void* of, size_t n) {
    if (n > sizeof(std::uint64_t))
        if (const int reason = fault(index_of("write"))) {
            errno = reason;
            return -1;
        }
    static auto* const next =
        real(static_cast<ssize_t (*)(int, const void*, size_t)>(nullptr), "write");
    return next(fd, of, n);
}

/// Only a new descriptor needs memory.
extern "C" int epoll_ctl(int watcher, int what, int fd, epoll_event* wish) {
    if (what == EPOLL_CTL_ADD)
        if (const int reason = fault(index_of("epoll_ctl"))) {
            errno = reason;
            return -1;
        }
    static auto* const next =
        real(static_cast<int (*)(int, int, int, epoll_event*)>(nullptr), "epoll_ctl");
    return next(watcher, what, fd, wish);
}

/// Linux sets O_NONBLOCK on whatever is open, so no pipe blocks all the same.
extern "C" int fcntl(int fd, int what, ...) {
    va_list more;
    va_start(more, what);
    void* const argument = va_arg(more, void*);
    va_end(more);
    if (what != F_SETFL)
        if (const int reason = fault(index_of("fcntl"))) {
            errno = reason;
            return -1;
        }
    static auto* const next = real(static_cast<int (*)(int, int, void*)>(nullptr), "fcntl");
    return next(fd, what, argument);
}

extern "C" int ioctl(int fd, unsigned long what, ...) {
    va_list more;
    va_start(more, what);
    void* const argument = va_arg(more, void*);
    va_end(more);
    if (const int reason = fault(index_of("ioctl"))) {
        errno = reason;
        return -1;
    }
    static auto* const next =
        real(static_cast<int (*)(int, unsigned long, void*)>(nullptr), "ioctl");
    return next(fd, what, argument);
}

extern "C" long syscall(long number, ...) {
    va_list more;
    va_start(more, number);
    long with[6];
    for (long& argument : with) argument = va_arg(more, long);
    va_end(more);
    static auto* const next =
        real(static_cast<long (*)(long, long, long, long, long, long, long)>(nullptr), "syscall");
    if (number == SYS_pidfd_open)
        if (const int reason = fault(index_of("pidfd_open"))) {
            errno = reason;
            return -1;
        }
    return next(number, with[0], with[1], with[2], with[3], with[4], with[5]);
}

/// What it says of a call that fails (C++20, [new.delete.single]): the handler may find memory.
void find_memory() {
    const auto handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc{};
    handler();
}

void* operator new(std::size_t size) {
    static auto* const next = real(static_cast<void* (*)(std::size_t)>(nullptr), "_Znwm");
    if (fault(index_of("memory")) != 0) find_memory();
    if (fault(index_of("memory_in_need")) != 0) throw std::bad_alloc{};
    return next(size);
}

void* operator new(std::size_t size, std::align_val_t boundary) {
    static auto* const next = real(static_cast<void* (*)(std::size_t, std::align_val_t)>(nullptr),
                                   "_ZnwmSt11align_val_t");
    if (fault(index_of("memory")) != 0) find_memory();
    if (fault(index_of("memory_in_need")) != 0) throw std::bad_alloc{};
    return next(size, boundary);
}

namespace {
int (*main_of_program)(int, char**, char**) = nullptr;

int counted_main(int argc, char** argv, char** environment) {
    begin();
    return main_of_program(argc, argv, environment);
}
} // namespace

extern "C" int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv,
                                 int (*init)(int, char**, char**), void (*fini)(),
                                 void (*loader_fini)(), void* stack_end) {
    main_of_program = main;
    auto* const next = real(&__libc_start_main, "__libc_start_main");
    return next(counted_main, argc, argv, init, fini, loader_fini, stack_end);
}
// NOLINTEND(readability-*, cert-*, cppcoreguidelines-*, bugprone-*)
