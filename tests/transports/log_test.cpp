// SPDX-License-Identifier: Apache-2.0
#include "transports/log.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include <unistd.h>

using mcpgw::log_level;
using mcpgw::logger;

namespace {

/// What `act` writes to stderr. Less than a pipe holds.
std::string captured(const std::function<void()>& act) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const int saved = ::dup(STDERR_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[1]);
    act();
    ::dup2(saved, STDERR_FILENO); // the last writing end of the pipe
    ::close(saved);
    std::string text;
    std::array<char, 4096> bytes{};
    for (auto n = ::read(ends[0], bytes.data(), bytes.size()); n > 0;
         n = ::read(ends[0], bytes.data(), bytes.size()))
        text.append(bytes.data(), static_cast<std::size_t>(n));
    ::close(ends[0]);
    return text;
}

} // namespace

TEST_CASE("an_entry_is_one_line_whatever_its_text") {
    const std::string text = std::string{"a\nb\rc\td\x1b[31me\x7f"} + std::string(1, '\0') +
                             "\xC2\x9B"
                             "31m\xC2\x85g\xFFh\xC2\xA0i";
    const auto line = captured([&] {
        logger log{log_level::info};
        log.info("<{}>", text);
    });
    CHECK(std::ranges::count(line, '\n') == 1);
    CHECK(line.ends_with(">\n"));
    const bool has_control = std::any_of(line.begin(), line.end() - 1, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    CHECK_FALSE(has_control);
    CHECK(line.find("\xC2\x9B") == std::string::npos);
    CHECK(line.find("\xC2\x85") == std::string::npos);
    CHECK(line.find('\xFF') == std::string::npos);
    CHECK(line.find("h\xC2\xA0i") != std::string::npos); // no control character: kept
    CHECK(line.find("<a b c d [31me") != std::string::npos);
}

TEST_CASE("entries_below_the_level_are_not_written") {
    const auto text = captured([] {
        logger log{log_level::warning};
        log.debug("one {}", 1);
        log.info("two {}", 2);
        log.warning("three {}", 3);
        log.error("four {}", 4);
        CHECK_FALSE(log.is_on(log_level::info));
        CHECK(log.is_on(log_level::error));
    });
    CHECK(std::ranges::count(text, '\n') == 2);
    CHECK(text.find("three 3") != std::string::npos);
    CHECK(text.find("four 4") != std::string::npos);
}

TEST_CASE("a_log_that_is_off_writes_nothing") {
    const auto text = captured([] {
        logger log{log_level::off};
        log.error("an error");
    });
    CHECK(text.empty());
}
