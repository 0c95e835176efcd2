// SPDX-License-Identifier: Apache-2.0
#include "server/serving/running_gateway.hpp"

#include "protocol/crypto/request_digest.hpp"
#include "protocol/json/json_text.hpp"
#include "server/config/format/config_document.hpp"
#include "server/config/format/config_files.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mcpgw {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t name_digits = 16;
constexpr std::size_t file_bytes_max = 4096;

/// Also of links and of relative paths: one configuration has one name.
std::string whole_path(const std::string& config) {
    std::error_code ec;
    const auto full = fs::weakly_canonical(config, ec);
    return ec ? config : full.string();
}

std::string file_of(const std::string& directory, const configuration_mark& config) {
    return (fs::path{directory} / (config.name.substr(0, name_digits) + ".gateway")).string();
}

std::string names_of(const config_inputs& inputs) {
    std::string names;
    for (const auto& file : inputs.files) names += quote_json(whole_path(file));
    const auto overlay = inputs.overlay.empty() ? "" : whole_path(inputs.overlay);
    return names + ',' + quote_json(overlay);
}

/// It is ours alone: nobody else can send us to a place of theirs.
bool is_own(int file) {
    struct stat about {};
    return ::fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == ::geteuid() &&
           (about.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool write_to(int file, std::string_view contents, std::string_view url) {
    const auto text = fmt::format("{}\n{}\n", contents, url);
    return ::ftruncate(file, 0) == 0 &&
           ::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

bool make_directory(const std::string& directory) {
    std::error_code ec;
    fs::create_directories(fs::path{directory}.parent_path(), ec);
    if (::mkdir(directory.c_str(), S_IRWXU) == 0) return true;
    struct stat about {};
    return ::lstat(directory.c_str(), &about) == 0 && S_ISDIR(about.st_mode) &&
           about.st_uid == ::geteuid() && (about.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

} // namespace

configuration_mark mark_of(const config_inputs& inputs, const config_result& read) {
    auto names = names_of(inputs);
    for (const auto& one : {read.profile, inputs.user}) names += ',' + quote_json(one);
    std::string contents;
    std::error_code ec;
    for (const auto& file : read.files)
        if (fs::is_regular_file(file, ec)) // a pipe is read once
            if (const auto text = read_text_file(file, config_bytes_max))
                contents += quote_json(whole_path(file)) + quote_json(*text);
    return {request_digest("configuration", names, {}),
            contents.empty() ? "" : request_digest("contents", contents, {})};
}

std::string state_directory(std::string_view runtime_home, std::string_view state_home,
                            std::string_view home) {
    const auto below = [](std::string_view parent, std::string_view name) {
        return parent.starts_with('/') ? (fs::path{parent} / name).string() : std::string{};
    };
    if (auto runtime = below(runtime_home, "mcp-gateway"); !runtime.empty()) return runtime;
    if (auto state = below(state_home, "mcp-gateway"); !state.empty()) return state;
    return below(home, ".local/state/mcp-gateway");
}

std::string flags_path(const config_inputs& inputs, std::string_view state_home,
                       std::string_view home) {
    const auto directory = state_directory("", state_home, home);
    if (directory.empty()) return {};
    const auto digest = request_digest("flags", names_of(inputs), {});
    return (fs::path{directory} / (digest.substr(0, name_digits) + ".flags.json")).string();
}

std::optional<running_gateway> running_gateway::announce(const std::string& directory,
                                                         const configuration_mark& config,
                                                         const std::string& url) {
    if (directory.empty() || config.contents.empty() || !make_directory(directory))
        return std::nullopt;
    const auto path = file_of(directory, config);
    const int file =
        ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (file < 0) return std::nullopt;
    running_gateway made{file, {}}; // closes it
    if (!is_own(file) || ::flock(file, LOCK_EX | LOCK_NB) != 0 ||
        !write_to(file, config.contents, url))
        return std::nullopt;
    made.path_ = path;
    return made;
}

void running_gateway::renew(const configuration_mark& config, const std::string& url) const {
    if (lock_ >= 0) write_to(lock_, config.contents, url);
}

running_gateway::running_gateway(running_gateway&& other) noexcept
    : lock_(std::exchange(other.lock_, -1)), path_(std::exchange(other.path_, {})) {}

running_gateway& running_gateway::operator=(running_gateway&& other) noexcept {
    std::swap(lock_, other.lock_);
    std::swap(path_, other.path_);
    return *this;
}

running_gateway::~running_gateway() {
    if (lock_ < 0) return;
    if (!path_.empty()) ::unlink(path_.c_str());
    ::close(lock_);
}

std::optional<std::string> running_gateway::find(const std::string& directory,
                                                 const configuration_mark& config) {
    if (directory.empty()) return std::nullopt;
    const auto path = file_of(directory, config);
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) return std::nullopt;
    const running_gateway held{file, {}}; // closes it, and leaves the file alone
    // Whoever can lock it is the only one: the gateway that wrote it is gone.
    if (!is_own(file) || ::flock(file, LOCK_SH | LOCK_NB) == 0) return std::nullopt;
    std::array<char, file_bytes_max> bytes{};
    const auto count = ::pread(file, bytes.data(), bytes.size(), 0);
    if (count <= 0) return std::nullopt;
    const std::string_view text{bytes.data(), static_cast<std::size_t>(count)};
    const auto first = text.find('\n');
    if (first == std::string_view::npos || text.substr(0, first) != config.contents)
        return std::nullopt;
    const auto url = text.substr(first + 1, text.find('\n', first + 1) - first - 1);
    if (!url.starts_with("http://127.") && !url.starts_with("http://[::1]")) return std::nullopt;
    return std::string{url};
}

} // namespace mcpgw
