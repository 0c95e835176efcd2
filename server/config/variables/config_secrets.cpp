// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/config_secrets.hpp"

#include "protocol/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

/// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !is_hex_digit(text[i])) return false;
    }
    return true;
}

/// Of an image or a commit: sha256:..., name@...
bool is_digest(std::string_view text, std::size_t begin, std::size_t length) {
    const bool has_mark = begin > 0 && (text[begin - 1] == ':' || text[begin - 1] == '@');
    return has_mark && (length == 40 || length == 64) &&
           std::ranges::all_of(text.substr(begin, length), is_hex_digit);
}

constexpr std::array<std::string_view, 7> words{"TOKEN", "KEY",  "SECRET",    "PASSWORD",
                                                "PASS",  "AUTH", "CREDENTIAL"};

/// Beginnings of longer words, anywhere in a key.
constexpr std::array<std::string_view, 7> further_words{
    "PRIVATE", "COOKIE", "BEARER", "SIGNATURE", "CONNECTION_STRING", "CONNECTIONSTRING", "WEBHOOK"};

/// Too short to look for within words.
constexpr std::array<std::string_view, 6> whole_words{"PAT", "PWD", "DSN", "SID", "PIN", "JWT"};

} // namespace

bool is_secret_key(std::string_view key) {
    const auto text = upper_case(key);
    const auto has = [&](std::string_view word) {
        return text.find(word) != std::string::npos;
    };
    if (std::ranges::any_of(words, has) || std::ranges::any_of(further_words, has)) return true;
    return std::ranges::any_of(whole_words, [&](std::string_view word) {
        const auto at = text.find(word);
        if (at == std::string::npos) return false;
        const auto end = at + word.size();
        return (at == 0 || !is_letter(text[at - 1])) &&
               (end == text.size() || !is_letter(text[end]));
    });
}

bool is_secret_flag(std::string_view flag) {
    auto text = upper_case(flag);
    if (text.ends_with('S')) text.pop_back();
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        // "PASS" lost its last letter above.
        return text.ends_with(word) || (word == "PASS" && text.ends_with("PAS"));
    });
}

bool is_secret_value(std::string_view value) {
    static constexpr std::array<std::string_view, 58> beginnings{
        "sk-",     "sk_",     "pk_live_", "pk_test_", "rk_live_", "rk_test_",    "whsec_",
        "ghp_",    "gho_",    "ghu_",     "ghs_",     "ghr_",     "github_pat_", "glpat-",
        "gldt-",   "xoxb-",   "xoxp-",    "xoxa-",    "xoxs-",    "xapp-",       "AKIA",
        "ASIA",    "AIza",    "ya29.",    "eyJ",      "npm_",     "pypi-",       "hf_",
        "dop_v1_", "shpat_",  "SG.",      "lin_api_", "ntn_",     "secret_",     "figd_",
        "pplx-",   "gsk_",    "r8_",      "tvly-",    "fc-",      "BSA",         "ATATT",
        "PMAK-",   "dapi",    "nvapi-",   "sbp_",     "re_",      "xai-",        "jina_",
        "key-",    "vercel_", "tok_",     "ctx7sk",   "atlasv1.", "Bearer ",     "Basic ",
        "bearer ", "basic "};
    constexpr std::size_t token_bytes_min = 12; // shorter ones are words
    if (value.size() >= token_bytes_min &&
        std::any_of(beginnings.begin(), beginnings.end(),
                    [&](std::string_view beginning) { return value.starts_with(beginning); }))
        return true;
    // scheme://user:password@host
    const auto scheme = value.find("://");
    if (scheme == std::string_view::npos) return false;
    auto authority = value.substr(scheme + 3);
    authority = authority.substr(0, authority.find('/'));
    const auto at = authority.rfind('@');
    return at != std::string_view::npos &&
           authority.substr(0, at).find(':') != std::string_view::npos;
}

bool holds_secrets(const env_file& file) {
    return std::ranges::any_of(file.values, [](const auto& variable) {
        return !variable.second.empty() &&
               (is_secret_key(variable.first) || is_secret_value(variable.second));
    });
}

bool is_random_text(std::string_view value) {
    constexpr std::size_t run_min = 16;
    constexpr std::size_t digits_min = 2;
    if (is_uuid(value)) return true;
    if (value.find('/') != std::string_view::npos || value.starts_with('.')) return false;
    for (std::size_t at = 0; at < value.size();) {
        std::size_t end = at;
        std::size_t digits = 0;
        for (; end < value.size() && is_alnum(value[end]); ++end)
            if (is_digit(value[end])) ++digits;
        const auto length = end - at;
        if (length >= run_min && digits >= digits_min && digits < length &&
            !is_digest(value, at, length))
            return true;
        at = end + 1;
    }
    return false;
}

std::string secret_names::name_for(std::string_view child, std::string_view wanted,
                                   const std::string& value) {
    auto name = variable_name(wanted);
    if (!is_free(name, value)) {
        const auto longer = fmt::format("{}_{}", variable_name(child), name);
        name = longer;
        for (int n = 2; !is_free(name, value); ++n) name = fmt::format("{}_{}", longer, n);
    }
    values_.insert_or_assign(name, value);
    return name;
}

bool secret_names::is_free(const std::string& name, const std::string& value) const {
    if (const auto it = values_.find(name); it != values_.end()) return it->second == value;
    const auto set = environment_(name);
    return !set || *set == value; // the real environment would win over .env
}

std::string variable_name(std::string_view text) {
    auto name = upper_case(text);
    for (char& c : name)
        if (!is_upper(c) && !is_digit(c)) c = '_';
    const auto first = name.find_first_not_of('_');
    if (first == std::string::npos) return "VARIABLE";
    name.erase(0, first);
    return is_digit(name.front()) ? "_" + name : name;
}

std::vector<std::string> secrets_of(const child_options& options,
                                    const environment_lookup& environment) {
    constexpr std::size_t bytes_min = 6; // "true" or "8080" would mask half of what is said
    std::vector<std::string> secrets;
    const auto add = [&secrets](std::string_view key, const std::string& value) {
        const bool is_secret = is_secret_key(key) || is_secret_value(value);
        if (is_secret && value.size() >= bytes_min) secrets.push_back(value);
    };
    for (const auto& [name, value] : options.env) add(name, value);
    for (const auto& name : options.inherit_env)
        if (const auto value = environment(name)) add(name, *value);
    for (const auto& [name, value] : options.remote.headers) add(name, value);
    add("token", options.remote.bearer_token);
    return secrets;
}

} // namespace mcpgw
