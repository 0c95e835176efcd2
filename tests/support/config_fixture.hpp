// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/config.hpp"

#include <catch2/catch_message.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::config_test {

/// A directory of its own for one test, with a program `bin/tool` in it. Gone afterwards.
class scratch_directory {
public:
    scratch_directory() {
        std::random_device random;
        path_ = std::filesystem::temp_directory_path() /
                ("mcpgw-config-" + std::to_string(random()) + std::to_string(random()));
        std::filesystem::create_directory(path_);
        std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
        write("bin/tool", "#!/bin/sh\n");
        std::filesystem::permissions(path_ / "bin/tool", std::filesystem::perms::owner_all);
    }
    ~scratch_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;

    std::string write(const std::string& name, std::string_view text) const {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        return file.string();
    }
    [[nodiscard]] std::string path(const std::string& name = "") const {
        return (name.empty() ? path_ : path_ / name).string();
    }

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(path_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    /// An environment of these variables and of a PATH that has `tool` and nothing else.
    [[nodiscard]] environment_lookup
    environment(std::map<std::string, std::string> variables = {}) const {
        variables.try_emplace("PATH", path("bin"));
        return [variables = std::move(variables)](const std::string& name) {
            const auto it = variables.find(name);
            return it == variables.end() ? std::nullopt : std::optional{it->second};
        };
    }

    /// Writes and loads a file.
    [[nodiscard]] config_result load(const std::string& name, std::string_view text,
                                     std::map<std::string, std::string> variables = {}) const {
        return load_config(write(name, text), environment(std::move(variables)));
    }

private:
    std::filesystem::path path_;
};

/// "line key" of every problem, errors only or warnings only; for comparing whole lists.
inline std::vector<std::string> places(const std::vector<config_problem>& problems,
                                       config_problem::severity level) {
    std::vector<std::string> list;
    for (const auto& problem : problems)
        if (problem.level == level)
            list.push_back(std::to_string(problem.line) + " " + problem.key);
    return list;
}
inline std::vector<std::string> errors(const config_result& result) {
    return places(result.problems, config_problem::severity::error);
}
inline std::vector<std::string> warnings(const config_result& result) {
    return places(result.problems, config_problem::severity::warning);
}

/// All problems as they are printed, in one text.
inline std::string printed(const std::vector<config_problem>& problems) {
    std::string text;
    for (const auto& problem : problems) text += problem.str() + "\n";
    return text;
}

} // namespace mcpgw::config_test
