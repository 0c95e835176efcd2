// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"
#include "server/config/config_plan.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace mcpgw {

/// What made the gateway read its configuration again.
enum class reload_source : std::uint8_t { file, signal, request };
template <>
inline constexpr auto enum_words<reload_source> = std::array{
    enum_word{reload_source::file, "file"},
    enum_word{reload_source::signal, "signal"},
    enum_word{reload_source::request, "request"},
};

/// What came of it.
enum class reload_result : std::uint8_t {
    applied,
    unchanged, ///< the files say what is in force already
    refused,   ///< they have errors, or say what cannot be had: nothing has changed
    planned,   ///< it was only asked what would be done
    stopped,   ///< the gateway ends
};
template <>
inline constexpr auto enum_words<reload_result> = std::array{
    enum_word{reload_result::applied, "applied"}, enum_word{reload_result::unchanged, "unchanged"},
    enum_word{reload_result::refused, "refused"}, enum_word{reload_result::planned, "planned"},
    enum_word{reload_result::stopped, "stopped"},
};

/// One attempt to come to another configuration while the gateway runs.
struct reload_record {
    std::uint64_t generation = 1; ///< of the configuration that is in force after it
    std::chrono::system_clock::time_point at;
    std::chrono::milliseconds took{0};    ///< with the reading
    std::chrono::microseconds held_up{0}; ///< for so long the gateway did nothing else
    reload_source source = reload_source::file;
    reload_result result = reload_result::unchanged;
    config_plan plan;                  ///< of what was applied, or would be
    std::vector<std::string> problems; ///< errors, each with file, line and key
    std::vector<std::string> warnings;
};

/// As a JSON object. `with_plan`: whole, as `check --diff --json` prints it.
std::string to_json(const reload_record& record, bool with_plan);

/// The last attempts, and which configuration is in force. Pure.
class reload_history {
public:
    static constexpr std::size_t records_max = 10;

    /// `now`: when the gateway has read its first configuration.
    explicit reload_history(std::chrono::system_clock::time_point now) : in_force_since_(now) {}

    /// Counts the configuration up where it was applied. An attempt that changed nothing is kept
    /// only after one that was refused. Returns the record with its generation.
    reload_record add(reload_record record);

    /// 1 at the start of the gateway.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    /// Newest last.
    [[nodiscard]] const std::deque<reload_record>& records() const { return records_; }
    /// The last one was refused: the files do not say what is in force.
    [[nodiscard]] bool is_refused() const {
        return !records_.empty() && records_.back().result == reload_result::refused;
    }
    /// As a JSON object, for the status.
    [[nodiscard]] std::string to_json() const;

private:
    std::uint64_t generation_ = 1;
    std::chrono::system_clock::time_point in_force_since_;
    std::deque<reload_record> records_;
};

} // namespace mcpgw
