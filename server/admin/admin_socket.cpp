// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace mcpgw {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view ending = ".sock";
constexpr std::size_t name_digits = 16;
constexpr std::size_t swept_max = 1000; // sockets that are tried at a start
constexpr int waiting_max = 16;         // connections that nobody has accepted yet

/// Closes what it has.
class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

fault trouble(std::string_view what, const std::string& path, int reason) {
    return {errc::internal_error, fmt::format("{} {}: {}", what, path, std::strerror(reason))};
}

result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path)
        return fault{errc::internal_error,
                     fmt::format("the path of the socket is longer than the {} bytes that the "
                                 "system takes: {}",
                                 sizeof address.sun_path - 1, path)};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, static_cast<char*>(address.sun_path));
    return address;
}

descriptor new_socket() {
    return descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address); // NOLINT: how the C interface takes it
}

/// Somebody listens there. One whose queue is full does, too.
bool is_live(const std::string& path) {
    const auto address = address_of(path);
    if (address.has_error()) return false;
    const auto socket = new_socket();
    return ::connect(socket.get(), generic(*address), sizeof *address) == 0 || errno == EAGAIN;
}

bool is_socket(const std::string& path) {
    struct stat about {};
    return ::lstat(path.c_str(), &about) == 0 && S_ISSOCK(about.st_mode);
}

bool exists(const std::string& path) {
    struct stat about {};
    return ::lstat(path.c_str(), &about) == 0;
}

/// Ours alone: nobody else can put something else in the place of a file there.
result<void> prepare_directory(const std::string& directory) {
    std::error_code ec;
    fs::create_directories(fs::path{directory}.parent_path(), ec);
    if (::mkdir(directory.c_str(), S_IRWXU) == 0) return {};
    const int reason = errno;
    struct stat about {};
    if (::stat(directory.c_str(), &about) != 0)
        return trouble("cannot make the directory", directory, reason);
    if (!S_ISDIR(about.st_mode)) return trouble("cannot use", directory, ENOTDIR);
    const bool is_open = (about.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    const bool is_sticky = (about.st_mode & S_ISVTX) != 0;
    if (about.st_uid != ::geteuid() && about.st_uid != 0)
        return fault{errc::internal_error,
                     fmt::format("the directory {} belongs to another user", directory)};
    if (is_open && !is_sticky)
        return fault{errc::internal_error,
                     fmt::format("others may write in the directory {}", directory)};
    return {};
}

/// Sockets beside `path` are its name, a hyphen and the number of a process.
std::string beside(const std::string& path, long process) {
    const auto stem = path.ends_with(ending) ? path.substr(0, path.size() - ending.size()) : path;
    return fmt::format("{}-{}{}", stem, process, ending);
}

/// The number in the name, where it is one of those beside `path`.
long process_of(const std::string& path, const std::string& other) {
    const auto stem = path.substr(0, path.size() - (path.ends_with(ending) ? ending.size() : 0));
    if (!other.starts_with(stem + "-") || !other.ends_with(ending)) return 0;
    const std::string_view digits{other.data() + stem.size() + 1,
                                  other.data() + other.size() - ending.size()};
    long number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return read.ec == std::errc{} && read.ptr == digits.data() + digits.size() ? number : 0;
}

std::vector<std::string> files_in(const std::string& directory) {
    std::vector<std::string> files;
    std::error_code ec;
    for (fs::directory_iterator it{directory, ec}, end; !ec && it != end; it.increment(ec))
        files.push_back(it->path().string());
    std::ranges::sort(files);
    return files;
}

/// What gateways that were killed have left, whatever they ran on. All begin under the lock, so
/// that none is about to listen.
void sweep(const std::string& directory) {
    std::size_t looked_at = 0;
    for (const auto& file : files_in(directory)) {
        if (!file.ends_with(ending) || !is_socket(file)) continue;
        if (++looked_at > swept_max) return;
        if (!is_live(file)) ::unlink(file.c_str());
    }
}

/// `path` is free afterwards. Whoever else begins at this moment waits for the lock.
result<void> make_room(const std::string& path) {
    if (!exists(path)) return {};
    if (!is_socket(path))
        return fault{errc::internal_error,
                     fmt::format("{} is no socket; it is not replaced", path)};
    if (::unlink(path.c_str()) != 0) return trouble("cannot replace", path, errno);
    return {};
}

result<int> listen_at(const std::string& path) {
    const auto address = address_of(path);
    if (address.has_error()) return address.error();
    auto socket = new_socket();
    if (socket.get() < 0) return trouble("cannot make the socket", path, errno);
    if (::bind(socket.get(), generic(*address), sizeof *address) != 0)
        return trouble("cannot bind to", path, errno);
    // Nobody can connect before listen().
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(socket.get(), waiting_max) != 0) {
        const int reason = errno;
        ::unlink(path.c_str());
        return trouble("cannot listen on", path, reason);
    }
    return socket.release();
}

} // namespace

result<admin_socket> admin_socket::open(const std::string& path, bool has_others) {
    const auto directory = fs::path{path}.parent_path().string();
    const auto prepared = prepare_directory(directory);
    if (prepared.has_error()) return prepared.error();
    // Two that begin at once must not replace each other's; the lock ends with the descriptor.
    const descriptor lock{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (lock.get() < 0 || ::flock(lock.get(), LOCK_EX) != 0)
        return trouble("cannot lock", directory, errno);
    if (has_others) sweep(directory);
    auto own = path;
    if (is_live(path)) {
        if (!has_others)
            return fault{errc::internal_error, fmt::format("another process listens on {}", path)};
        own = beside(path, ::getpid());
    }
    const auto free = make_room(own);
    if (free.has_error()) return free.error();
    const auto listening = listen_at(own);
    if (listening.has_error()) return listening.error();
    return admin_socket{*listening, own};
}

admin_socket::admin_socket(admin_socket&& other) noexcept
    : listening_(std::exchange(other.listening_, -1)), path_(std::exchange(other.path_, {})) {}

admin_socket& admin_socket::operator=(admin_socket&& other) noexcept {
    std::swap(listening_, other.listening_);
    std::swap(path_, other.path_);
    return *this;
}

admin_socket::~admin_socket() {
    if (!path_.empty()) ::unlink(path_.c_str());
    if (listening_ >= 0) ::close(listening_);
}

int admin_socket::release() {
    return std::exchange(listening_, -1);
}

std::string admin_socket_path(const std::string& directory, const std::string& name) {
    if (directory.empty()) return {};
    const auto stem = name.empty() ? "default" : name.substr(0, name_digits);
    return (fs::path{directory} / (stem + std::string{ending})).string();
}

std::vector<std::string> live_admin_sockets(const std::string& path) {
    std::vector<std::string> live;
    if (is_live(path)) live.push_back(path);
    for (const auto& file : files_in(fs::path{path}.parent_path().string()))
        if (process_of(path, file) > 0 && is_live(file)) live.push_back(file);
    return live;
}

std::vector<std::string> all_live_admin_sockets(const std::string& directory) {
    std::vector<std::string> live;
    for (const auto& file : files_in(directory))
        if (file.ends_with(ending) && is_live(file)) live.push_back(file);
    return live;
}

bool is_own_peer(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return peer.uid == ::geteuid() || peer.uid == 0;
}

} // namespace mcpgw
