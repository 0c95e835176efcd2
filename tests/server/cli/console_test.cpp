// SPDX-License-Identifier: Apache-2.0
#include "server/cli/console.hpp"

#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <sys/wait.h>

namespace {

struct outcome {
    int code = -1; ///< 128 + the signal where one ended it
    std::string err;
};

/// The binary as a shell starts it, with its streams elsewhere.
outcome run(const std::string& arguments, std::string_view redirections) {
    const mcpgw::temporary_directory directory;
    const auto err = directory.str() + "/err";
    const auto command = fmt::format("( '{}' {} {} ) </dev/null 2>'{}'", MCPGW_BINARY, arguments,
                                     redirections, err);
    const int status = std::system(command.c_str());
    std::ostringstream text;
    text << std::ifstream{err}.rdbuf();
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text.str()};
}

} // namespace

TEST_CASE("output_that_does_not_fit_on_the_disk_fails_the_command_with_a_message") {
    for (const auto* const arguments :
         {"schema", "--help", "--version", "serve --help", "tools", "tools --json", "status",
          "call demo add '{\"a\":1,\"b\":2}'", "call demo add '{\"a\":1,\"b\":2}' --json"}) {
        INFO(arguments);
        const auto ended = run(arguments, ">/dev/full");
        CHECK(ended.code == 1);
        CHECK(ended.err.find("the output could not be written: No space left on device") !=
              std::string::npos);
    }
}

TEST_CASE("messages_that_cannot_be_written_change_no_exit_code") {
    struct row {
        const char* arguments;
        int code;
    };
    for (const auto& [arguments, code] :
         {row{"schema >/dev/null", 0}, row{"no-such-command", 2}, row{"check /no/such/file", 2},
          row{"call demo no-such-tool", 1}, row{"", 2}})
        for (const auto* const redirection :
             {"2>&-", "2>/dev/full", "<&- >&- 2>&-", "2>/dev/null </dev/null >&-"}) {
            INFO(arguments << " " << redirection);
            CHECK(run(arguments, redirection).code == code);
        }
}

TEST_CASE("a_reader_that_has_seen_enough_is_told_nothing") {
    const auto ended = run("schema", "| head -c 1 >/dev/null");
    CHECK(ended.err.empty());
}
