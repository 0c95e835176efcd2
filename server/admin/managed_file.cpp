// SPDX-License-Identifier: Apache-2.0
#include "server/admin/managed_file.hpp"

#include "protocol/catalog/public_names.hpp"
#include "server/config/format/config_files.hpp"
#include "server/config/format/config_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mcpgw {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

admin_error not_written(const std::string& path, int reason) {
    return {admin_errc::not_written,
            fmt::format("cannot write {}: {}", path, std::strerror(reason))};
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::fsync(file) == 0;
}

} // namespace

admin_result<std::string> managed_file::read() const {
    std::error_code ec;
    if (!fs::exists(path_, ec)) return std::string{};
    auto text = read_text_file(path_, config_bytes_max);
    if (text) return std::move(*text);
    return admin_error{admin_errc::not_written, fmt::format("cannot read {}", path_)};
}

admin_result<managed_servers> managed_file::parse(const std::string& text) const {
    problem_log problems{path_};
    auto read = managed_servers::parse(text, problems);
    if (read) return std::move(*read);
    admin_error refused{admin_errc::configuration_invalid,
                        fmt::format("{} was changed by others, and is not overwritten", path_)};
    for (const auto& problem : problems.take_sorted()) refused.problems.push_back(problem.str());
    return refused;
}

admin_result<> managed_file::write(const std::string& text) const {
    if (text.empty()) {
        if (::unlink(path_.c_str()) == 0 || errno == ENOENT) return {};
        return not_written(path_, errno);
    }
    std::error_code ec;
    fs::create_directories(fs::path{path_}.parent_path(), ec);
    if (ec) return not_written(path_, ec.value());
    const auto beside = path_ + ".tmp";
    ::unlink(beside.c_str()); // of one who was ended while he wrote
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                            S_IRUSR | S_IWUSR);
    if (file < 0) return not_written(beside, errno);
    bool is_written = write_all(file, text);
    int reason = errno;
    ::close(file);
    if (is_written && ::rename(beside.c_str(), path_.c_str()) != 0) {
        is_written = false;
        reason = errno;
    }
    if (is_written) return {};
    ::unlink(beside.c_str());
    return not_written(path_, reason);
}

admin_result<config_node> server_entry(const json::object& entry) {
    problem_log problems{"request"};
    auto node = read_json_document(json::serialize(entry), problems);
    const auto* const name = entry.if_contains("name");
    if (!node || name == nullptr || !name->is_string() ||
        !is_valid_upstream_name(std::string_view{name->as_string()}))
        return admin_error{admin_errc::bad_request,
                           "a server needs a name: 1 to 32 characters of A-Z a-z 0-9 _ -, for "
                           R"(example {"name": "github", "url": "https://…"})"};
    if (entry.contains("command") == entry.contains("url"))
        return admin_error{admin_errc::bad_request,
                           "a server has either a command, with args, or a url"};
    return std::move(*node);
}

} // namespace mcpgw
