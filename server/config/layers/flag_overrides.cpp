// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/flag_overrides.hpp"

#include "protocol/json/json_text.hpp"
#include "server/config/format/config_files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mcpgw {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t file_bytes_max = 256U << 10U;
constexpr std::size_t flags_max = 4096;

fault failure(std::string_view path, std::string_view why) {
    return {errc::server_failed, fmt::format("{}: {}", path, why)};
}

fault last_failure(std::string_view path) {
    return failure(path, std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

result<flag_values> flag_overrides::read() const {
    struct stat about {};
    if (path_.empty() || ::lstat(path_.c_str(), &about) != 0) return flag_values{};
    const bool is_own = S_ISREG(about.st_mode) && about.st_uid == ::geteuid() &&
                        (about.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    if (!is_own) return failure(path_, "others may write to it; it is not used");
    const auto text = read_text_file(path_, file_bytes_max);
    if (!text) return failure(path_, "cannot be read");
    problem_log problems{path_};
    const auto root = read_config_document(*text, config_format::json, problems);
    if (!root || !root->is_object() || root->members.size() > flags_max)
        return failure(path_, "is no table of flags");
    flag_values values;
    for (const auto& [name, line, value] : root->members) {
        if (value.kind != node_kind::boolean) return failure(path_, "is no table of flags");
        values.emplace(name, value.boolean);
    }
    return values;
}

result<void> flag_overrides::write(const flag_values& values) const {
    if (path_.empty()) return fault{errc::server_failed, "there is no directory to keep flags in"};
    if (values.empty()) {
        if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return last_failure(path_);
        return {};
    }
    std::error_code ec;
    fs::create_directories(fs::path{path_}.parent_path(), ec);
    std::string text = "{";
    for (const auto& [name, is_on] : values)
        text += fmt::format("{}{}:{}", text.size() > 1 ? "," : "", quote_json(name), is_on);
    text += "}\n";
    const auto next = path_ + ".new";
    ::unlink(next.c_str()); // of one that was killed
    const int file = ::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                            S_IRUSR | S_IWUSR);
    if (file < 0) return last_failure(next);
    const bool is_written = write_all(file, text) && ::fsync(file) == 0;
    const int why = errno;
    ::close(file);
    if (is_written && ::rename(next.c_str(), path_.c_str()) == 0) return {};
    if (!is_written) errno = why;
    auto failed = last_failure(path_);
    ::unlink(next.c_str());
    return failed;
}

} // namespace mcpgw
