// SPDX-License-Identifier: Apache-2.0
#include "children/process/last_words.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace {

/// After so many lines that belong to no stack, an error was not the end.
constexpr std::size_t lines_since_max = 20;

bool has(std::string_view text, std::string_view part) {
    const auto is_same = [](char a, char b) {
        return to_lower(a) == to_lower(b);
    };
    // Not std::ranges::search: the range that it returns is beyond clang 14 (the preset `fuzz`).
    return std::search(text.begin(), text.end(), part.begin(), part.end(), is_same) != text.end();
}

bool is_of_npm(std::string_view line) {
    return line.starts_with("npm error") || line.starts_with("npm ERR!");
}

/// "TypeError: …", "mcp.shared.Exception: …", "Error [ERR_X]: …", "Error" alone.
bool begins_with_error_type(std::string_view line) {
    const auto end = line.find_first_of(": [");
    const auto word = line.substr(0, end);
    const bool is_type = word.ends_with("Error") || word.ends_with("Exception");
    const auto rest = end == std::string_view::npos ? std::string_view{} : line.substr(end);
    return is_type && (rest.empty() || rest.starts_with(':') || rest.starts_with(" ["));
}

} // namespace

bool names_an_error(std::string_view line) {
    if (line.empty() || line.front() == ' ' || line.front() == '\t') return false;
    if (has(line, "warning")) return false;
    if (begins_with_error_type(line) || is_of_npm(line)) return true;
    constexpr std::array<std::string_view, 12> beginnings{"error:",
                                                          "Error:",
                                                          "fatal:",
                                                          "FATAL",
                                                          "panic:",
                                                          "fatal error:",
                                                          "Uncaught ",
                                                          "Caused by:",
                                                          "Exception in thread",
                                                          "Traceback (most recent call last):",
                                                          "Unhandled ",
                                                          "docker: "};
    for (const auto beginning : beginnings)
        if (line.starts_with(beginning)) return !beginning.starts_with("Traceback");
    constexpr std::array<std::string_view, 9> parts{
        "panicked at", "permission denied",         "command not found",
        ": not found", "No such file or directory", "EACCES",
        "EADDRINUSE",  "cannot find module",        "error: "};
    return std::ranges::any_of(parts, [line](std::string_view part) { return has(line, part); });
}

std::string_view advice_on(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 13> known{{
        {"docker.sock", "the user that the gateway runs as may not use docker: add it to the "
                        "docker group"},
        {"permission denied", "the user that the gateway runs as may not use it: look at the "
                              "owner and mode of the file, and at `user`, `isolation` and `cwd`"},
        {"EACCES", "the user that the gateway runs as may not use it: look at the owner and mode "
                   "of the file, and at `user`, `isolation` and `cwd`"},
        {"EADDRINUSE", "another process has that port: give the server another one in its args "
                       "or env"},
        {"address already in use", "another process has that port: give the server another one in "
                                   "its args or env"},
        {"MODULE_NOT_FOUND", "a package is missing: install it, or look at args and cwd"},
        {"cannot find module", "a package is missing: install it, or look at args and cwd"},
        {"No module named", "a Python package is missing where `command` looks: use the python of "
                            "its environment, or uvx"},
        {"E404", "there is no such package: look at its name in args"},
        {"command not found", "a program it needs is not on its PATH: set PATH in `env`"},
        {": not found", "a program it needs is not on its PATH: set PATH in `env`"},
        {"ENOENT", "a file or program it wants is not there: look at args, cwd and PATH"},
        {"No such file or directory", "a file or program it wants is not there: look at args, cwd "
                                      "and PATH"},
    }};
    for (const auto& [part, advice] : known)
        if (has(text, part)) return advice;
    return {};
}

void headline::on_line(std::string_view line) {
    if (std::exchange(wants_more_, false)) {
        const auto begin = line.find_first_not_of(" \t");
        if (begin != std::string_view::npos) text_.append(" ").append(line.substr(begin));
        return;
    }
    const bool is_npm = is_of_npm(line);
    const bool is_rest = is_npm && is_of_npm_ && !text_.empty();
    if (names_an_error(line) && !is_rest) {
        text_ = line;
        is_of_npm_ = is_npm;
        lines_since_ = 0;
        wants_more_ = has(line, "panicked at") || is_npm || line.ends_with(':');
        return;
    }
    if (text_.empty() || line.empty() || line.front() == ' ' || line.front() == '\t') return;
    if (++lines_since_ > lines_since_max) clear();
}

} // namespace mcpgw
