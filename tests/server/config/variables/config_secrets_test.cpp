// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/config_secrets.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

TEST_CASE("secret_keys_are_told_by_their_words") {
    for (const auto* const key : {"GITHUB_TOKEN", "apiKey", "CLIENT_SECRET", "DB_PASSWORD", "pass",
                                  "Authorization", "GOOGLE_CREDENTIALS"})
        CHECK(is_secret_key(key));
    for (const auto* const key : {"HOME", "PORT", "NODE_ENV", "", "URL"})
        CHECK_FALSE(is_secret_key(key));
}

TEST_CASE("secret_flags_are_told_by_their_last_word") {
    for (const auto* const flag : {"--api-key", "--token", "-pass", "--db-password", "API_KEY",
                                   "--credentials", "--github_tokens"})
        CHECK(is_secret_flag(flag));
    for (const auto* const flag : {"--keyboard", "--author", "--token-file", "-y", "", "--port"})
        CHECK_FALSE(is_secret_flag(flag));
}

TEST_CASE("secret_values_are_told_by_their_beginning_or_a_password") {
    for (const auto* const value :
         {"ghp_0123456789abcdef", "sk-0123456789abcdef", "github_pat_0123456789",
          "postgres://user:hunter2@localhost/db", "Bearer 0123456789"})
        CHECK(is_secret_value(value));
    for (const auto* const value : {"", "sk-1", "https://a.example/x?y=z:1@2", "user@host",
                                    "https://user@host/a:b", "postgres://localhost:5432/db"})
        CHECK_FALSE(is_secret_value(value));
}

TEST_CASE("different_values_get_different_names") {
    secret_names names{[](const std::string& name) -> std::optional<std::string> {
        if (name == "TAKEN") return "somebody else's";
        if (name == "SAME") return "value";
        return std::nullopt;
    }};
    CHECK(names.name_for("a", "TOKEN", "1") == "TOKEN");
    CHECK(names.name_for("b", "TOKEN", "1") == "TOKEN");
    CHECK(names.name_for("my-child", "TOKEN", "2") == "MY_CHILD_TOKEN");
    CHECK(names.name_for("my-child", "TOKEN", "3") == "MY_CHILD_TOKEN_2");
    CHECK(names.name_for("a", "TAKEN", "1") == "A_TAKEN");
    CHECK(names.name_for("a", "SAME", "value") == "SAME");
}

TEST_CASE("secrets_of_a_child_are_what_it_gets_by_a_secrets_name_or_looks_like_one") {
    child_options options;
    options.env = {{"API_KEY", "0123456789"},
                   {"MODE", "production"},
                   {"AUTH", "on"},
                   {"DATABASE", "postgres://user:hunter2@localhost/db"}};
    options.inherit_env = {"HOME", "GITHUB_TOKEN", "MISSING_TOKEN"};
    options.remote.headers = {{"X-Api-Key", "abcdefgh"}, {"Accept-Language", "en-GB,en"}};
    options.remote.bearer_token = "bearer-of-mine";
    const auto secrets = secrets_of(options, [](const std::string& name) {
        if (name == "MISSING_TOKEN") return std::optional<std::string>{};
        return std::optional<std::string>{"inherited-" + name};
    });
    CHECK(secrets == std::vector<std::string>{"0123456789", "postgres://user:hunter2@localhost/db",
                                              "inherited-GITHUB_TOKEN", "abcdefgh",
                                              "bearer-of-mine"});
}

TEST_CASE("any_text_becomes_a_variables_name") {
    CHECK(variable_name("my-token.x") == "MY_TOKEN_X");
    CHECK(variable_name("--api-key") == "API_KEY");
    CHECK(variable_name("2fa") == "_2FA");
    CHECK(variable_name("--") == "VARIABLE");
    CHECK(variable_name("") == "VARIABLE");
}
