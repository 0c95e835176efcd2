// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mcpgw {

/// Where variables come from: our real environment, then the `.env` file beside the configuration.
class config_environment {
public:
    explicit config_environment(environment_lookup real,
                                std::map<std::string, std::string> file = {})
        : real_(std::move(real)), file_(std::move(file)) {}

    [[nodiscard]] std::optional<std::string> find(const std::string& name) const {
        auto value = real_(name);
        return value ? value : find_in_file(name);
    }
    /// Whether a child could inherit it from us.
    [[nodiscard]] bool is_real(const std::string& name) const { return real_(name).has_value(); }

    [[nodiscard]] std::optional<std::string> find_in_file(const std::string& name) const {
        const auto it = file_.find(name);
        if (it == file_.end()) return std::nullopt;
        return it->second;
    }

private:
    environment_lookup real_;
    std::map<std::string, std::string> file_;
};

} // namespace mcpgw
