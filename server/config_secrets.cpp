#include "server/config_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr std::array<std::string_view, 7> words{"TOKEN", "KEY",  "SECRET",    "PASSWORD",
                                                "PASS",  "AUTH", "CREDENTIAL"};

std::string upper(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

} // namespace

bool is_secret_key(std::string_view key) {
    const auto text = upper(key);
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool is_secret_flag(std::string_view flag) {
    auto text = upper(flag);
    if (text.ends_with('S')) text.pop_back();
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        // "PASS" lost its last letter above.
        return text.ends_with(word) || (word == "PASS" && text.ends_with("PAS"));
    });
}

bool is_secret_value(std::string_view value) {
    static constexpr std::array<std::string_view, 16> beginnings{
        "sk-",  "pk_live_",    "sk_live_", "rk_live_", "ghp_",  "gho_", "ghu_", "ghs_",
        "ghr_", "github_pat_", "glpat-",   "xoxb-",    "xoxp-", "AKIA", "AIza", "Bearer "};
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
    auto name = upper(text);
    for (char& c : name)
        if (!(c >= 'A' && c <= 'Z') && !is_digit(c)) c = '_';
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
