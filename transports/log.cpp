// SPDX-License-Identifier: Apache-2.0
#include "transports/log.hpp"

#include "protocol/json/json_text.hpp"
#include "transports/error_output.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <string>

#include <unistd.h>

namespace mcpgw {

namespace {

spdlog::level::level_enum to_spdlog(log_level level) {
    switch (level) {
    case log_level::debug:
        return spdlog::level::debug;
    case log_level::info:
        return spdlog::level::info;
    case log_level::warning:
        return spdlog::level::warn;
    case log_level::error:
        return spdlog::level::err;
    case log_level::off:
        break;
    }
    return spdlog::level::off;
}

/// One entry is one line, whatever a child put into a name or an error: control characters could
/// forge further entries or drive a terminal.
std::string one_line(std::string_view text) {
    std::string line = sanitize_utf8(text);
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto byte = static_cast<unsigned char>(line[i]);
        if (byte < 0x20 || byte == 0x7f) line[i] = ' ';
        // U+0080 to U+009F are control characters too: C2 80 to C2 9F. The text is valid UTF-8.
        if (byte == 0xc2 && static_cast<unsigned char>(line[i + 1]) < 0xa0) {
            line[i] = ' ';
            line[++i] = ' ';
        }
    }
    return line;
}

class stderr_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
    void sink_it_(const spdlog::details::log_msg& entry) override {
        spdlog::memory_buf_t line;
        formatter_->format(entry, line);
        output_.write({line.data(), line.size()});
    }
    void flush_() override {}

    error_output output_{STDERR_FILENO};
};

} // namespace

logger::logger(log_level level)
    : level_(level)
    , sink_(std::make_unique<spdlog::logger>("mcp-gateway", std::make_shared<stderr_sink>())) {
    sink_->set_level(to_spdlog(level));
    sink_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
}

logger::~logger() = default;

void logger::set_level(log_level level) {
    level_ = level;
    sink_->set_level(to_spdlog(level));
}

void logger::write(log_level level, std::string_view text) {
    sink_->log(to_spdlog(level), one_line(text));
}

} // namespace mcpgw
