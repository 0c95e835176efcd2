// SPDX-License-Identifier: Apache-2.0
#include "children/registry/schema_cache.hpp"

#include "protocol/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mcpgw {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t digest_digits = 16; // of the file's name; the whole key is inside
constexpr std::string_view suffix = ".json";
constexpr std::string_view unfinished = ".XXXXXX"; // mkostemp(3) makes letters and digits of it

bool is_digit_of_digest(char c) {
    return is_hex_digit(c) && !is_upper(c);
}

/// "name-0123456789abcdef.json", perhaps still being written. Nothing else in the directory is ours
/// to remove.
bool is_file_name_of_ours(std::string_view name) {
    const auto end = name.rfind(suffix);
    if (end == std::string_view::npos || end < digest_digits + 2) return false;
    const auto tail = name.substr(end + suffix.size());
    const bool is_tail_ours = tail.empty() || (tail.size() == unfinished.size() && tail[0] == '.' &&
                                               std::ranges::all_of(tail.substr(1), is_alnum));
    const auto digest = name.substr(end - digest_digits, digest_digits);
    return is_tail_ours && name[end - digest_digits - 1] == '-' &&
           std::ranges::all_of(digest, is_digit_of_digest);
}

fault failed(std::string_view what, const std::string& path, int error) {
    return {errc::internal_error,
            fmt::format("cannot {} '{}': {}", what, path, std::strerror(error))};
}

struct open_file {
    int descriptor = -1;

    open_file() = default;
    explicit open_file(int d) : descriptor(d) {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

/// Nothing, without error: there is no such file. What others may have put there is refused: it
/// would be shown to clients as what a server offers.
result<std::optional<std::string>> read_own_file(const std::string& path) {
    const open_file file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (file.descriptor < 0) {
        if (errno == ENOENT) return std::optional<std::string>{};
        return failed("read", path, errno);
    }
    struct stat about {};
    if (::fstat(file.descriptor, &about) != 0) return failed("read", path, errno);
    if (!S_ISREG(about.st_mode) || about.st_uid != ::geteuid())
        return fault{errc::internal_error, "it is no file of this user"};
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size > schema_cache::file_bytes_max)
        return fault{errc::internal_error,
                     fmt::format("it has more than {} bytes", schema_cache::file_bytes_max)};
    std::string text(size, '\0');
    for (std::size_t at = 0; at < size;) {
        const auto n = ::read(file.descriptor, text.data() + at, size - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("read", path, errno);
        if (n == 0) text.resize(at); // it became shorter: its end is missing
        if (n == 0) break;
        at += static_cast<std::size_t>(n);
    }
    return std::optional{std::move(text)};
}

/// With all directories above it, each for this user alone.
result<void> make_directory(const std::string& path) {
    for (auto end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const auto part = path.substr(0, end);
        constexpr mode_t own_only = 0700;
        if (::mkdir(part.c_str(), own_only) != 0 && errno != EEXIST)
            return failed("make the directory", part, errno);
        if (end == std::string::npos) return {};
    }
}

result<void> write_all(int descriptor, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const auto n = ::write(descriptor, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("write", path, errno);
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

} // namespace

std::string schema_cache::path_of(const child_options& options, std::string_view key) const {
    std::string name = options.name.substr(0, name_bytes_max);
    for (auto& c : name)
        if (!is_alnum(c) && c != '-' && c != '_') c = '_';
    return fmt::format("{}/{}-{}{}", directory_, name, key.substr(0, digest_digits), suffix);
}

std::optional<remembered_schema> schema_cache::load(const child_options& options) {
    if (!is_on()) return std::nullopt;
    const auto key = schema_key(options);
    const auto path = path_of(options, key);
    const auto ignore = [&](std::string_view why) {
        log_->warning("server '{}': the schema cache is not used, '{}': {}", options.name, path,
                      why);
        return std::nullopt;
    };
    const auto text = read_own_file(path);
    if (text.has_error()) return ignore(text.error().message());
    if (!*text) return std::nullopt;
    auto schema = decode_schema(**text, key, options.limits.list_items_max);
    if (schema.has_error()) return ignore(schema.error().message());
    known_[path] = std::hash<std::string_view>{}(**text);
    return std::move(*schema);
}

result<void> schema_cache::store(const child_options& options, const remembered_schema& schema) {
    if (!is_on()) return {};
    const auto key = schema_key(options);
    const auto path = path_of(options, key);
    const auto text = encode_schema(schema, key);
    const auto hash = std::hash<std::string_view>{}(text);
    if (const auto known = known_.find(path); known != known_.end() && known->second == hash)
        return {};
    if (text.size() > file_bytes_max)
        return fault{errc::internal_error,
                     fmt::format("'{}' is not written: it would have more than {} bytes", path,
                                 file_bytes_max)};
    if (auto made = make_directory(directory_); made.has_error()) return made;
    if (auto written = write(path, text); written.has_error()) return written;
    if (known_.insert_or_assign(path, hash).second) remove_oldest();
    return {};
}

/// Readers see the file of before or the new one, never half of it.
result<void> schema_cache::write(const std::string& path, std::string_view text) const {
    std::string name = path + std::string{unfinished};
    result<void> outcome;
    {
        const open_file file{::mkostemp(name.data(), O_CLOEXEC)}; // mode 0600
        if (file.descriptor < 0) return failed("write", path, errno);
        outcome = write_all(file.descriptor, text, path);
    }
    if (!outcome.has_error() && ::rename(name.c_str(), path.c_str()) != 0)
        outcome = failed("write", path, errno);
    if (outcome.has_error()) ::unlink(name.c_str());
    return outcome;
}

/// Each change of a command leaves a file that nobody asks for again.
void schema_cache::remove_oldest() const {
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    std::error_code ec;
    for (fs::directory_iterator entry{directory_, ec}, end; !ec && entry != end;
         entry.increment(ec)) {
        std::error_code ignored;
        if (is_file_name_of_ours(entry->path().filename().string()))
            files.emplace_back(entry->last_write_time(ignored), entry->path());
    }
    if (files.size() <= files_max) return;
    const auto first_kept = files.end() - static_cast<std::ptrdiff_t>(files_max);
    std::ranges::nth_element(files, first_kept);
    for (auto file = files.begin(); file != first_kept; ++file) fs::remove(file->second, ec);
}

std::string default_schema_directory(const std::string& xdg_cache_home, const std::string& home) {
    constexpr std::string_view own = "mcp-gateway/schemas";
    if (xdg_cache_home.starts_with('/')) return fmt::format("{}/{}", xdg_cache_home, own);
    if (home.starts_with('/')) return fmt::format("{}/.cache/{}", home, own);
    return {};
}

} // namespace mcpgw
