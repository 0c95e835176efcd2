// SPDX-License-Identifier: Apache-2.0
#include "children/process/last_words.hpp"

#include "children/process/stderr_ring.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {
namespace {

std::string headline_of(const std::vector<std::string_view>& lines) {
    headline found;
    for (const auto line : lines) found.on_line(line);
    return found.text();
}

TEST_CASE("of_a_crash_the_line_that_says_what_it_was_is_found") {
    struct row {
        std::vector<std::string_view> lines;
        std::string_view found;
    };
    const std::vector<row> rows{
        // Node
        {{"node:internal/modules/cjs/loader:1143", "  throw err;", "  ^", "",
          "Error: Cannot find module 'left'", "Require stack:", "- /srv/index.js",
          "    at Module._resolveFilename (node:internal/modules/cjs/loader:1140:15)",
          "    at node:internal/main/run_main_module:28:49 {", "  code: 'MODULE_NOT_FOUND',", "}",
          "", "Node.js v20.10.0"},
         "Error: Cannot find module 'left'"},
        {{"/srv/a.js:3", "TypeError [ERR_INVALID_ARG_TYPE]: The \"path\" argument",
          "    at x (a.js:1:1)", "Node.js v22.1.0"},
         "TypeError [ERR_INVALID_ARG_TYPE]: The \"path\" argument"},
        {{"Uncaught ReferenceError: x is not defined", "    at a.js:1:1"},
         "Uncaught ReferenceError: x is not defined"},
        {{"Error: listen EADDRINUSE: address already in use :::3000", "    at Server.x"},
         "Error: listen EADDRINUSE: address already in use :::3000"},
        // Python
        {{"Traceback (most recent call last):", "  File \"a.py\", line 1, in <module>",
          "    import nope", "ModuleNotFoundError: No module named 'nope'"},
         "ModuleNotFoundError: No module named 'nope'"},
        {{"Traceback (most recent call last):", "  File \"a.py\", line 1", "KeyError: 'TOKEN'", "",
          "During handling of the above exception, another exception occurred:", "",
          "Traceback (most recent call last):", "  File \"a.py\", line 4",
          "app.errors.ConfigError: TOKEN is not set"},
         "app.errors.ConfigError: TOKEN is not set"},
        {{"python3: can't open file '/x.py': [Errno 2] No such file or directory"},
         "python3: can't open file '/x.py': [Errno 2] No such file or directory"},
        // Rust, Go, Java
        {{"thread 'main' panicked at src/main.rs:5:10:", "called `Result::unwrap()` on an `Err`",
          "note: run with `RUST_BACKTRACE=1` environment variable"},
         "thread 'main' panicked at src/main.rs:5:10: called `Result::unwrap()` on an `Err`"},
        {{"panic: no config", "", "goroutine 1 [running]:", "main.main()",
          "\t/srv/main.go:5 +0x1d"},
         "panic: no config"},
        {{"Exception in thread \"main\" java.lang.RuntimeException: a", "\tat A.main(A.java:1)",
          "Caused by: java.io.IOException: no disk", "\t... 1 more"},
         "Caused by: java.io.IOException: no disk"},
        // npm, docker, shells
        {{"npm error code E404", "npm error 404 Not Found - GET https://registry.example/nope",
          "npm error 404", "npm error A complete log of this run can be found in: /x.log"},
         "npm error code E404 npm error 404 Not Found - GET https://registry.example/nope"},
        {{"docker: permission denied while trying to connect to unix:///var/run/docker.sock"},
         "docker: permission denied while trying to connect to unix:///var/run/docker.sock"},
        {{"sh: 1: uvx: not found"}, "sh: 1: uvx: not found"},
        {{"bash: line 1: npx: command not found"}, "bash: line 1: npx: command not found"},
        {{"/bin/sh: /srv/x: Permission denied"}, "/bin/sh: /srv/x: Permission denied"},
        {{"error: unexpected argument '--stdio'", "", "Usage: x [OPTIONS]"},
         "error: unexpected argument '--stdio'"},
        // Nothing that looks like one
        {{"listening", "bye"}, ""},
        {{"(node:1) DeprecationWarning: error: old", "bye"}, ""},
        {{"    at error: indented"}, ""},
        {{}, ""},
    };
    for (const auto& r : rows) {
        CAPTURE(r.found);
        CHECK(headline_of(r.lines) == r.found);
    }
}

TEST_CASE("an_error_long_before_the_end_was_not_the_end") {
    headline found;
    found.on_line("error: the cache is cold");
    for (int i = 0; i < 30; ++i) found.on_line("served a request");
    CHECK(found.text().empty());
}

TEST_CASE("advice_is_given_on_errors_that_everybody_meets") {
    for (const std::string_view text :
         {"EACCES: permission denied, open '/x'", "sh: 1: uvx: not found",
          "Error: Cannot find module 'x'", "ModuleNotFoundError: No module named 'x'",
          "listen EADDRINUSE", "npm error code E404", "ENOENT: no such file", "docker.sock"}) {
        CAPTURE(text);
        CHECK_FALSE(advice_on(text).empty());
    }
    CHECK(advice_on("giving up").empty());
    CHECK(advice_on("Permission denied").find("user that the gateway runs as") !=
          std::string_view::npos);
}

TEST_CASE("first_line_of_a_long_stack_is_kept_and_told") {
    stderr_ring ring{5, 200};
    ring.append("Error: Cannot find module 'left'\n");
    for (int i = 0; i < 40; ++i) ring.append("    at f" + std::to_string(i) + "\n");
    ring.append("Node.js v20\n");
    REQUIRE(ring.lines().size() == 6);
    CHECK(ring.lines().front() == "Error: Cannot find module 'left'");
    CHECK(ring.lines().back() == "Node.js v20");
    CHECK(ring.take_last_words().starts_with("Error: Cannot find module 'left' (a package"));
    CHECK(ring.take_last_words() == "Node.js v20"); // the next life begins with nothing
}

} // namespace
} // namespace mcpgw
