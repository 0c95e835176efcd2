// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/remembered_schema.hpp"
#include "transports/log.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace mcpgw {

/// What the servers offered, kept on disk across restarts of the gateway: one file for each server
/// in one directory. Several gateways may share the directory; the last one to write wins. A file
/// that is damaged, foreign or of another format counts as none, with a line in the log.
///
/// Files are read when the gateway starts, and written when a server offers something new: rarely,
/// and into the page cache. So the event loop does it itself, without a thread for it. Nothing is
/// forced to the disk: what a power failure destroys is only remembered again.
///
/// Holds no arguments and no values of variables. Owned by the registry.
class schema_cache {
public:
    static constexpr std::size_t file_bytes_max = 32U << 20U; ///< larger ones are not kept
    static constexpr std::size_t files_max = 500;             ///< the oldest make way

    /// Empty: nothing is kept. The directory is made when it is first needed.
    schema_cache(std::string directory, logger& log)
        : directory_(std::move(directory)), log_(&log) {}

    [[nodiscard]] bool is_on() const { return !directory_.empty(); }
    [[nodiscard]] std::optional<remembered_schema> load(const child_options& options);
    /// What was loaded or stored before is not written again. Errors: internal_error with the file
    /// and the reason; the file of before stays whole.
    result<void> store(const child_options& options, const remembered_schema& schema);

private:
    [[nodiscard]] std::string path_of(const child_options& options, std::string_view key) const;
    result<void> write(const std::string& path, std::string_view text) const;
    void remove_oldest() const;

    std::string directory_;
    logger* log_;
    std::map<std::string, std::size_t> known_; ///< path, and a hash of what is in it
};

/// Below $XDG_CACHE_HOME, else below $HOME (XDG Base Directory Specification). Empty: neither is
/// set to an absolute path.
std::string default_schema_directory(const std::string& xdg_cache_home, const std::string& home);

} // namespace mcpgw
