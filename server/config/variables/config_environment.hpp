// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"
#include "server/config/variables/config_expand.hpp"
#include "server/config/variables/secret_source.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// What the values of a configuration may refer to: variables, of our real environment, then of the
/// `.env` file beside the configuration; secrets; and the flags that the configuration itself has.
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

    /// Must outlive this. Null: none are read.
    void set_secrets(secret_source* secrets) { secrets_ = secrets; }
    /// `file`: the one in which the text stands.
    [[nodiscard]] expansion expand(std::string_view text, const std::string& file) const {
        secret_lookup lookup;
        if (secrets_ != nullptr)
            lookup = [this, &file](std::string_view provider,
                                   const std::vector<std::string>& words) {
                return secrets_->read(provider, words, file);
            };
        return expand_variables(
            text, [this](const std::string& name) { return find(name); }, lookup);
    }
    /// The values of secrets that were read since this was asked for the last time.
    [[nodiscard]] std::vector<std::string> take_secrets() const {
        return secrets_ == nullptr ? std::vector<std::string>{} : secrets_->take_handed_out();
    }

private:
    environment_lookup real_;
    std::map<std::string, std::string> file_;
    std::map<std::string, bool, std::less<>> flags_;
    secret_source* secrets_ = nullptr;
};

} // namespace mcpgw
