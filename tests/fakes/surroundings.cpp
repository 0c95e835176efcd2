// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/surroundings.hpp"

#include "protocol/json/json_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <unistd.h>

namespace mcpgw::fake {

namespace {

/// The value of a line "Name:\tvalue" of /proc/self/status.
std::string process_field(std::string_view name) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return line.substr(line.find_last_of('\t') + 1);
    return {};
}

std::vector<int> open_descriptors() {
    std::vector<int> numbers;
    auto* const directory = ::opendir("/proc/self/fd");
    while (const auto* const entry = ::readdir(directory)) {
        const std::string name = entry->d_name;
        if (name.starts_with('.')) continue;
        const int number = std::stoi(name);
        if (number != ::dirfd(directory)) numbers.push_back(number);
    }
    ::closedir(directory);
    std::ranges::sort(numbers);
    return numbers;
}

} // namespace

std::string describe_surroundings(int argc, char** argv, pid_t grandchild) {
    std::vector<std::string> arguments;
    for (int i = 1; i < argc; ++i) arguments.push_back(quote_json(argv[i]));
    std::vector<std::string> names;
    std::vector<std::string> values;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        names.push_back(quote_json(text.substr(0, text.find('='))));
        values.push_back(quote_json(text));
    }
    return fmt::format(R"({{"args":[{}],"env":[{}],"values":[{}],"cwd":{},"fds":[{}],"pid":{},)"
                       R"("pgid":{},"sid":{},"blocked":{},"ignored":{},"grandchild":{}}})",
                       fmt::join(arguments, ","), fmt::join(names, ","), fmt::join(values, ","),
                       quote_json(std::filesystem::current_path().string()),
                       fmt::join(open_descriptors(), ","), ::getpid(), ::getpgid(0), ::getsid(0),
                       quote_json(process_field("SigBlk:")), quote_json(process_field("SigIgn:")),
                       grandchild);
}

} // namespace mcpgw::fake
