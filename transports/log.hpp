// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace spdlog {
class logger;
}

namespace mcpgw {

enum class log_level : std::uint8_t { debug, info, warning, error, off };
template <>
inline constexpr auto enum_words<log_level> = std::array{
    enum_word{log_level::debug, "debug"},     enum_word{log_level::info, "info"},
    enum_word{log_level::warning, "warning"}, enum_word{log_level::error, "error"},
    enum_word{log_level::off, "off"},
};

/// The gateway's log: lines on stderr (stdout belongs to the stdio transport). Created by the
/// application, handed down by reference. Never give it message bodies, credentials or values of
/// environment variables.
class logger {
public:
    explicit logger(log_level level);
    ~logger();
    logger(const logger&) = delete;
    logger& operator=(const logger&) = delete;

    void set_level(log_level level);
    [[nodiscard]] bool is_on(log_level level) const { return level >= level_; }

    template <class... Args>
    void debug(fmt::format_string<Args...> format, Args&&... args) {
        if (is_on(log_level::debug))
            write(log_level::debug, fmt::format(format, std::forward<Args>(args)...));
    }
    template <class... Args>
    void info(fmt::format_string<Args...> format, Args&&... args) {
        if (is_on(log_level::info))
            write(log_level::info, fmt::format(format, std::forward<Args>(args)...));
    }
    template <class... Args>
    void warning(fmt::format_string<Args...> format, Args&&... args) {
        if (is_on(log_level::warning))
            write(log_level::warning, fmt::format(format, std::forward<Args>(args)...));
    }
    template <class... Args>
    void error(fmt::format_string<Args...> format, Args&&... args) {
        if (is_on(log_level::error))
            write(log_level::error, fmt::format(format, std::forward<Args>(args)...));
    }

private:
    void write(log_level level, std::string_view text);

    log_level level_;
    std::unique_ptr<spdlog::logger> sink_;
};

} // namespace mcpgw
