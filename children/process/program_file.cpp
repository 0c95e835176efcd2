// SPDX-License-Identifier: Apache-2.0
#include "children/process/program_file.hpp"

#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace mcpgw {

namespace {

constexpr std::size_t head_bytes = 256; // of a first line, as in the kernel

std::string head_of(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    std::array<char, head_bytes> bytes{};
    in.read(bytes.data(), bytes.size());
    return {bytes.data(), static_cast<std::size_t>(in.gcount())};
}

} // namespace

std::string advice_on_program(const std::string& path, int error) {
    if (error != ENOENT && error != ENOEXEC) return {};
    const auto head = head_of(path);
    if (error == ENOEXEC) {
        if (head.starts_with("\x7f"
                             "ELF"))
            return "it is damaged, or made for another kind of machine";
        return "it does not begin with #! and the program that runs it: make that program the "
               "`command`, and this file one of `args`";
    }
    if (!head.starts_with("#!")) return {};
    auto line = std::string_view{head}.substr(2);
    line = line.substr(0, line.find('\n'));
    const bool is_of_windows = line.ends_with('\r');
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const auto program = line.substr(0, line.find_first_of(" \t\r"));
    std::error_code ignored;
    if (!is_of_windows && std::filesystem::exists(program, ignored)) return {};
    return fmt::format("its first line wants '{}' to run it, {}", sanitize_utf8(program),
                       is_of_windows
                           ? "with a line end of Windows after that: save it with those of Unix"
                           : "which is not there");
}

} // namespace mcpgw
