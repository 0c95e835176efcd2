// SPDX-License-Identifier: Apache-2.0
#include "server/import/secret_hider.hpp"

#include "protocol/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t literal_min = 6; // beside a variable; shorter ones join words

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

bool has_variable(std::string_view text) {
    return text.find("${") != std::string_view::npos;
}

/// End of the variable that begins at `at`.
std::size_t variable_end(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    for (; at < text.size(); ++at) {
        if (text.substr(at, 2) == "${") ++depth;
        if (text[at] == '}' && --depth == 0) return at + 1;
    }
    return text.size();
}

/// The words by which a value says how it is meant.
std::size_t scheme_length(std::string_view value) {
    const auto text = lower_case(value.substr(0, 12));
    for (const std::string_view scheme : {"bearer ", "basic ", "token ", "apikey ", "api-key "})
        if (text.starts_with(scheme)) return scheme.size();
    return 0;
}

/// MAX_TOKENS = 4096 counts tokens; it is none.
bool is_count(std::string_view key, std::string_view value) {
    return variable_name(key).find("TOKENS") != std::string::npos && !value.empty() &&
           value.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// {"apiKey": "X"}, Server=db;Password=X
bool holds_secrets(std::string_view text) {
    const auto plain = lower_case(text);
    const auto has = [&plain](std::initializer_list<std::string_view> words) {
        return std::ranges::any_of(words, [&plain](std::string_view word) {
            return plain.find(word) != std::string::npos;
        });
    };
    if (plain.starts_with('{') || plain.starts_with('['))
        return has({"key", "token", "secret", "passw", "auth", "credential", "bearer"});
    return plain.find(';') != std::string::npos && plain.find("://") == std::string::npos &&
           has({"password=", "pwd=", "accountkey=", "sharedaccesskey=", "accesskey=", "token="});
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        out += text[at];
        if (text.substr(at, 2) == "$$") ++at;
    }
    return out;
}

} // namespace

std::string secret_hider::variable_of(std::string_view what) const {
    return variable_name(fmt::format("{}_{}", child_, what));
}

std::string secret_hider::replace(const std::string& literal, const place& where) {
    const auto value = unescaped(literal);
    const auto name = names_.name_for(child_, where.wanted, value);
    const auto known = std::ranges::find(hidden_, name, &hidden_secret::name);
    if (known == hidden_.end()) hidden_.push_back({name, value, where.key});
    return fmt::format("${{{}}}", name);
}

void secret_hider::hide(const std::string& child, config_node& entry, const std::string& path) {
    child_ = child;
    for (auto& [key, line, value] : entry.members) {
        const auto member_path = key_path(path, key);
        if (key == "args") hide_args(value, member_path);
        if (key == "url" && value.is_string())
            hide_url(value.text, {variable_of("URL"), member_path});
        if (key == "bearer_token" && value.is_string())
            hide_header(value.text, {variable_of("TOKEN"), member_path});
        if (key == "command" && value.is_string() && is_secret_value(value.text))
            hide_whole(value.text, {variable_of("COMMAND"), member_path});
        if (key == "env")
            for (auto& variable : value.members) hide_variable(variable, member_path);
        if (key == "headers")
            for (auto& header : value.members)
                hide_header(header.value.text,
                            {variable_of(header.key), key_path(member_path, header.key)});
    }
}

void secret_hider::hide_variable(config_member& variable, const std::string& path) {
    auto& text = variable.value.text;
    if (text.empty() || is_count(variable.key, text)) return;
    const place where{variable.key, key_path(path, variable.key)};
    if (is_secret_key(variable.key) || holds_secrets(text))
        hide_whole(text, where);
    else
        hide_text(text, where);
}

/// What a header is for cannot be known, so every value is hidden; a scheme stays readable.
void secret_hider::hide_header(std::string& value, const place& where) {
    const auto scheme = scheme_length(value);
    auto secret = value.substr(scheme);
    hide_whole(secret, where);
    value = value.substr(0, scheme) + secret;
}

bool secret_hider::hide_header_line(std::string& line, const place& where, bool is_surely_one) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0) return false;
    const auto name = line.substr(0, colon);
    const bool is_name = name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
                                                "WXYZ0123456789-_") == std::string::npos;
    const bool is_secret =
        is_secret_key(name) || is_one_of(lower_case(name), {"cookie", "x-access"});
    if (!is_name || (!is_surely_one && !is_secret)) return false;
    const auto begin = std::min(line.find_first_not_of(' ', colon + 1), line.size());
    auto value = line.substr(begin);
    hide_header(value, {variable_of(name), where.key});
    line = line.substr(0, begin) + value;
    return true;
}

void secret_hider::hide_args(config_node& args, const std::string& path) {
    std::string flag; // the argument before, if it is one
    for (std::size_t i = 0; i < args.items.size(); ++i) {
        auto& item = args.items[i];
        const auto before = std::exchange(flag, {});
        if (item.text.starts_with('-') && item.text.find('=') == std::string::npos &&
            item.text.find(' ') == std::string::npos)
            flag = item.text;
        const auto word = before.empty() ? std::string_view{"SECRET"} : std::string_view{before};
        const auto text = item.text;
        hide_arg(item.text, before, {variable_of(variable_name(word)), key_path(path, i)});
        if (item.text != text) item.kind = node_kind::string;
    }
}

void secret_hider::hide_arg(std::string& text, std::string_view flag, const place& where) {
    const bool is_flag = text.starts_with('-');
    const auto equals = text.find('=');
    if (!is_flag) {
        if (is_one_of(flag, {"--header", "-H", "--headers", "--http-header"}) &&
            hide_header_line(text, where, true))
            return;
        const bool is_user = is_one_of(flag, {"-u", "--user"}) && text.find(':') != text.npos;
        if (is_user || is_secret_flag(flag)) return hide_whole(text, where);
        if (hide_header_line(text, where, false)) return;
    }
    if (!is_flag && holds_secrets(text)) return hide_whole(text, where);
    const auto address = text.find("://");
    if (equals == std::string::npos || (address < equals && !is_flag)) {
        if (!is_flag || address != std::string::npos) hide_text(text, where);
        return;
    }
    const auto key = text.substr(0, equals);
    auto value = text.substr(equals + 1);
    if (key == "--env" && value.find('=') != std::string::npos) { // --env=NAME=value
        hide_arg(value, "-e", where);
        text = key + "=" + value;
        return;
    }
    const place own{variable_of(variable_name(key)), where.key};
    const bool is_variable = is_one_of(flag, {"-e", "--env"}) || variable_name(key) == key;
    const bool is_header = is_one_of(key, {"--header", "-H", "--headers"});
    if (is_header && hide_header_line(value, own, true))
        text = key + "=" + value;
    else if (is_count(key, value))
        return;
    else if (is_secret_flag(key) || (is_variable && is_secret_key(key)) || holds_secrets(value))
        hide_whole(value, own);
    else
        hide_text(value, own);
    text = key + "=" + value;
}

/// Nothing is known of it but itself.
void secret_hider::hide_text(std::string& text, const place& where) {
    if (text.find("://") != std::string::npos) return hide_url(text, where);
    if (has_variable(text)) return hide_defaults(text, where);
    if (is_secret_value(text) || is_random_text(text)) hide_whole(text, where);
}

void secret_hider::hide_url(std::string& text, const place& where) {
    const auto scheme = text.find("://");
    if (scheme == std::string::npos) return;
    if (is_secret_value(text) && !has_variable(text)) return hide_whole(text, where);
    auto at = scheme + 3;
    const auto authority_end = std::min(text.find_first_of("/?#", at), text.size());
    // A user alone may be a token: https://TOKEN@host.
    const auto user_end = text.rfind('@', authority_end);
    if (user_end != std::string::npos && user_end > at && user_end < authority_end)
        hide_url_part(text, at, user_end, {where.wanted + "_USER", where.key}, at);
    at = std::min(text.find_first_of("/?#", at), text.size());
    bool is_query = false;
    while (at < text.size()) {
        is_query = is_query || text[at] == '?' || text[at] == '#';
        const auto marks = is_query ? std::string_view{"&#;"} : std::string_view{"/?#"};
        const auto end = std::min(text.find_first_of(marks, at + 1), text.size());
        const auto equals = text.find('=', at + 1);
        if (is_query && equals < end) {
            const auto key = text.substr(at + 1, equals - at - 1);
            const auto value = text.substr(equals + 1, end - equals - 1);
            const bool is_secret =
                is_secret_key(key) || is_secret_value(value) || is_random_text(value);
            const place own{variable_of(key), where.key};
            if (is_secret && !is_count(key, value))
                hide_url_part(text, equals + 1, end, own, at);
            else
                at = end;
            continue;
        }
        const auto part = text.substr(at + 1, end - at - 1);
        if (is_secret_value(part) || is_random_text(part))
            hide_url_part(text, at + 1, end, where, at);
        else
            at = end;
    }
}

void secret_hider::hide_url_part(std::string& text, std::size_t begin, std::size_t end,
                                 const place& where, std::size_t& next) {
    auto part = text.substr(begin, end - begin);
    hide_whole(part, where);
    text.replace(begin, end - begin, part);
    next = begin + part.size();
}

/// All of it that is no variable already.
void secret_hider::hide_whole(std::string& text, const place& where) {
    if (text.empty()) return;
    if (!has_variable(text)) {
        text = replace(text, where);
        return;
    }
    hide_defaults(text, where);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text.compare(at, 2, "${") == 0) {
            const auto end = variable_end(text, at);
            out += text.substr(at, end - at);
            at = end;
            continue;
        }
        const auto end = std::min(text.find("${", at), text.size());
        const auto literal = text.substr(at, end - at);
        const bool is_scheme = scheme_length(literal) == literal.size();
        out += literal.size() < literal_min || is_scheme ? literal : replace(literal, where);
        at = end;
    }
    text = std::move(out);
}

/// ${API_KEY:-sk-live-...}
void secret_hider::hide_defaults(std::string& text, const place& where) {
    for (auto at = text.find(":-"); at != std::string::npos; at = text.find(":-", at + 2)) {
        const auto open = text.rfind("${", at);
        if (open == std::string::npos) continue;
        const auto end = variable_end(text, open);
        if (end <= at || end > text.size() || text[end - 1] != '}') continue;
        auto value = text.substr(at + 2, end - at - 3);
        const auto name = text.substr(open + 2, at - open - 2);
        const bool is_plain = value.find_first_of("${}") == std::string::npos;
        const bool is_long = is_secret_key(name) && value.size() >= literal_min + 2;
        if (!is_plain || (!is_long && !is_secret_value(value) && !is_random_text(value))) continue;
        text.replace(at + 2, value.size(), replace(value, {where.wanted + "_DEFAULT", where.key}));
    }
}

} // namespace mcpgw
