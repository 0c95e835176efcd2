// SPDX-License-Identifier: Apache-2.0
#include "children/process/process_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <memory>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mcpgw {

namespace {

constexpr std::size_t file_bytes_max = 4U << 20U;  // an environment is no larger
constexpr std::size_t processes_max = 1U << 22U;   // of the system
constexpr std::size_t descendants_max = 100'000;

/// Nothing: it cannot be read.
std::optional<std::string> read_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    std::string text;
    std::array<char, 8192> chunk{};
    for (auto n = ::read(file, chunk.data(), chunk.size());
         n > 0 && text.size() < file_bytes_max; n = ::read(file, chunk.data(), chunk.size()))
        text.append(chunk.data(), static_cast<std::size_t>(n));
    ::close(file);
    return text;
}

/// The names in a directory that are numbers.
std::vector<pid_t> numbers_in(const std::string& path) {
    std::vector<pid_t> found;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir(path.c_str()), ::closedir};
    if (!directory) return found;
    while (const auto* const entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        pid_t number = 0;
        const auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (ec == std::errc{} && end == name.data() + name.size() && found.size() < processes_max)
            found.push_back(number);
    }
    return found;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

template <class Number>
Number number_of(std::string_view text) {
    Number number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

} // namespace

process_facts read_process(pid_t pid) {
    // proc_pid_stat(5), counted from the state, which follows the name in parentheses.
    constexpr std::size_t state = 0;
    constexpr std::size_t parent = 1;
    constexpr std::size_t started = 19;
    const auto text = read_file(fmt::format("/proc/{}/stat", pid));
    if (!text) return {};
    const auto name_end = text->rfind(')');
    if (name_end == std::string::npos) return {};
    const auto words = words_of(std::string_view{*text}.substr(name_end + 1));
    if (words.size() <= started) return {};
    return {{pid, number_of<std::uint64_t>(words[started])},
            number_of<pid_t>(words[parent]),
            words[state] == "Z" || words[state] == "X"};
}

std::vector<pid_t> all_processes() {
    return numbers_in("/proc");
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> found;
    bool is_known = false;
    for (const auto thread : numbers_in(fmt::format("/proc/{}/task", parent))) {
        const auto text = read_file(fmt::format("/proc/{}/task/{}/children", parent, thread));
        if (!text) continue;
        is_known = true;
        for (const auto word : words_of(*text)) found.push_back(number_of<pid_t>(word));
    }
    if (is_known) return found;
    // A kernel without CONFIG_PROC_CHILDREN.
    for (const auto pid : all_processes())
        if (read_process(pid).parent == parent) found.push_back(pid);
    return found;
}

std::vector<process_identity> descendants_of(pid_t parent) {
    std::vector<process_identity> found;
    const auto add_children = [&found](pid_t of) {
        for (const auto pid : children_of(of)) {
            const auto facts = read_process(pid);
            const bool is_new = std::ranges::find(found, facts.who) == found.end();
            if (facts.who.pid != 0 && is_new && found.size() < descendants_max)
                found.push_back(facts.who);
        }
    };
    add_children(parent);
    for (std::size_t i = 0; i < found.size(); ++i) add_children(found[i].pid);
    return found;
}

std::string started_with(pid_t pid, std::string_view variable) {
    const auto text = read_file(fmt::format("/proc/{}/environ", pid));
    if (!text) return {};
    for (std::string_view rest = *text; !rest.empty();) {
        const auto end = std::min(rest.find('\0'), rest.size());
        const auto entry = rest.substr(0, end);
        const bool is_it = entry.size() > variable.size() && entry.starts_with(variable) &&
                           entry[variable.size()] == '=';
        if (is_it) return std::string{entry.substr(variable.size() + 1)};
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

std::string first_argument(pid_t pid) {
    const auto text = read_file(fmt::format("/proc/{}/cmdline", pid));
    if (!text) return {};
    const auto program_end = text->find('\0');
    if (program_end == std::string::npos) return {};
    const auto rest = text->substr(program_end + 1);
    return rest.substr(0, rest.find('\0'));
}

bool kill_process(const process_identity& who) {
    const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, who.pid, 0));
    if (descriptor < 0) return false;
    // The descriptor stands for the process that has the number now. If that is the one we mean, it
    // is for good.
    const bool is_it = read_process(who.pid).who == who;
    const bool is_killed =
        is_it && ::syscall(SYS_pidfd_send_signal, descriptor, SIGKILL, nullptr, 0) == 0;
    ::close(descriptor);
    return is_killed;
}

} // namespace mcpgw
