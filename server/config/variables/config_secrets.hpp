// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/config/format/config_problem.hpp"
#include "server/config/variables/env_file.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What may be a secret in another program's configuration, and the variables that take its place.

/// By its key: TOKEN, KEY, SECRET, PASSWORD, PASS, AUTH, CREDENTIAL and the like somewhere in it,
/// in any case; PAT, PWD, DSN and SID as words of it.
bool is_secret_key(std::string_view key);

/// A command line's flag whose last word is one of them: --api-key, --github-token, API_KEY.
bool is_secret_flag(std::string_view flag);

/// By its value: beginnings that services give their tokens, or an address with a password.
bool is_secret_value(std::string_view value);

/// Whether some variable of the file is one, by its name or its value.
bool holds_secrets(const env_file& file);

/// As nobody writes words: a long run of letters and digits, or a UUID. No paths and no digests.
bool is_random_text(std::string_view value);

/// The values that a child gets and that nobody else may see: variables with a secret's key or
/// value, the bearer token, headers that carry one. Values too short to be a secret are left out.
std::vector<std::string> secrets_of(const child_options& options,
                                    const environment_lookup& environment);

/// Gives every secret value a variable's name; equal values of one name share it.
class secret_names {
public:
    explicit secret_names(environment_lookup environment) : environment_(std::move(environment)) {}

    /// `wanted` if nothing else has that name, here or in the environment; else with the child's
    /// name before it, else with a number behind.
    std::string name_for(std::string_view child, std::string_view wanted, const std::string& value);

private:
    [[nodiscard]] bool is_free(const std::string& name, const std::string& value) const;

    environment_lookup environment_;
    std::map<std::string, std::string> values_; // by name; never shown
};

/// `text` as a variable's name: upper case, '_' for everything else.
std::string variable_name(std::string_view text);

} // namespace mcpgw
