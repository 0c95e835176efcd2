// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mcpgw {

/// What the values of a configuration may refer to: variables, of our real environment, then of the
/// `.env` file beside the configuration; and the flags that the configuration itself has.
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

    [[nodiscard]] const std::map<std::string, bool, std::less<>>& flags() const { return flags_; }
    void set_flags(std::map<std::string, bool, std::less<>> flags) { flags_ = std::move(flags); }

private:
    environment_lookup real_;
    std::map<std::string, std::string> file_;
    std::map<std::string, bool, std::less<>> flags_;
};

} // namespace mcpgw
