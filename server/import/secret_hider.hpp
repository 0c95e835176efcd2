// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"
#include "server/config/variables/config_secrets.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A secret that a variable took the place of.
struct hidden_secret {
    std::string name;
    std::string value; ///< never shown
    std::string key;   ///< where it stood
};

/// Replaces what is, or may be, a secret in a child's entry by variables: rather one too many.
/// Credentials in headers, in variables of the environment, in arguments (`--header NAME:VALUE`,
/// `--api-key X`, `-e TOKEN=X`, JSON, connection strings), in urls (user, query, path).
class secret_hider {
public:
    explicit secret_hider(environment_lookup environment) : names_(std::move(environment)) {}

    /// `entry` has our keys, and our variables in its texts. `path`: for hidden_secret::key.
    void hide(const std::string& child, config_node& entry, const std::string& path);

    [[nodiscard]] const std::vector<hidden_secret>& hidden() const { return hidden_; }

private:
    struct place {
        std::string wanted; ///< the variable's name if it is free
        std::string key;
    };

    void hide_args(config_node& args, const std::string& path);
    void hide_arg(std::string& text, std::string_view flag, const place& where);
    void hide_variable(config_member& variable, const std::string& path);
    void hide_header(std::string& value, const place& where);
    /// "Authorization: Bearer X". False: it is no such line.
    bool hide_header_line(std::string& line, const place& where, bool is_surely_one);
    void hide_text(std::string& text, const place& where);
    void hide_url(std::string& text, const place& where);
    void hide_url_part(std::string& text, std::size_t begin, std::size_t end, const place& where,
                       std::size_t& next);
    void hide_whole(std::string& text, const place& where);
    void hide_defaults(std::string& text, const place& where);
    [[nodiscard]] std::string variable_of(std::string_view what) const;
    std::string replace(const std::string& literal, const place& where);

    secret_names names_;
    std::string child_;
    std::vector<hidden_secret> hidden_;
};

} // namespace mcpgw
