// SPDX-License-Identifier: Apache-2.0
#include "transports/error_output.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <csignal>
#include <string>

#include <fcntl.h>
#include <unistd.h>

using mcpgw::error_output;

namespace {

/// A pipe whose reader is the test.
struct pipe_reader {
    std::array<int, 2> ends{-1, -1};

    pipe_reader() {
        ::signal(SIGPIPE, SIG_IGN);
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    ~pipe_reader() {
        for (const int end : ends)
            if (end >= 0) ::close(end);
    }
    pipe_reader(const pipe_reader&) = delete;
    pipe_reader& operator=(const pipe_reader&) = delete;

    std::string take() const {
        std::string text;
        std::array<char, 65536> bytes{};
        for (auto n = ::read(ends[0], bytes.data(), bytes.size()); n > 0;
             n = ::read(ends[0], bytes.data(), bytes.size()))
            text.append(bytes.data(), static_cast<std::size_t>(n));
        return text;
    }
};

} // namespace

TEST_CASE("a_reader_that_does_not_read_costs_lines_and_no_time") {
    const pipe_reader reader;
    error_output output{reader.ends[1]};
    const std::string line = std::string(999, 'x') + "\n";
    constexpr int lines = 1000; // a pipe holds 64 of them
    int written = 0;
    for (int i = 0; i < lines; ++i) written += output.write(line) ? 1 : 0;
    CHECK(written > 0);
    CHECK(written < lines);
    CHECK(output.lost() == static_cast<std::size_t>(lines - written));
    reader.take();
    CHECK(output.write("again\n"));
    const auto text = reader.take();
    CHECK(text.find("lines of the log could not be written") != std::string::npos);
    CHECK(text.ends_with("\nagain\n"));
    CHECK(output.write("and again\n"));
    CHECK(reader.take() == "and again\n"); // said once
    CHECK((::fcntl(reader.ends[1], F_GETFL) & O_NONBLOCK) == 0); // others share it
}

TEST_CASE("a_line_that_was_written_in_part_does_not_run_into_the_next") {
    const pipe_reader reader;
    error_output output{reader.ends[1]};
    CHECK_FALSE(output.write(std::string(1'000'000, 'x') + "\n"));
    reader.take();
    CHECK(output.write("next\n"));
    const auto text = reader.take();
    CHECK(text.starts_with("\n("));
    CHECK(text.ends_with("\nnext\n"));
}

TEST_CASE("output_that_fails_is_counted_and_forgotten") {
    struct row {
        const char* what;
        int descriptor;
    };
    const pipe_reader reader;
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    const int read_only = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int without_reader = ::dup(reader.ends[1]);
    {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        ::dup2(ends[1], without_reader);
        ::close(ends[0]);
        ::close(ends[1]);
    }
    for (const auto& [what, descriptor] :
         {row{"a full disk", full}, row{"not open", 1'000'000}, row{"not for writing", read_only},
          row{"a pipe without a reader", without_reader}, row{"nonsense", -1}}) {
        INFO(what);
        error_output output{descriptor};
        CHECK_FALSE(output.write("one\n"));
        CHECK_FALSE(output.write("two\n"));
        CHECK(output.lost() == 2);
    }
    for (const int descriptor : {full, read_only, without_reader}) ::close(descriptor);
}
