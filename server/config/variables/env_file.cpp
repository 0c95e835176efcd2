// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/env_file.hpp"

#include "server/config/variables/config_expand.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

class env_reader {
public:
    explicit env_reader(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    }

    env_file read() {
        while (at_ < text_.size()) read_line();
        return std::move(file_);
    }

private:
    void bad(std::string message) { file_.bad_lines.push_back({line_, std::move(message)}); }

    [[nodiscard]] std::string_view rest_of_line() const {
        return text_.substr(at_, std::min(text_.find('\n', at_), text_.size()) - at_);
    }
    void next_line() {
        at_ = std::min(text_.find('\n', at_), text_.size()) + 1;
        ++line_;
    }

    void read_line() {
        const auto line = rest_of_line();
        auto text = trimmed(line);
        if (text.empty() || text.front() == '#') return next_line();
        if (text.starts_with("export ") || text.starts_with("export\t"))
            text = trimmed(text.substr(6));
        const auto equals = text.find('=');
        const auto key = trimmed(text.substr(0, equals));
        if (equals == std::string_view::npos || !is_variable_name(key)) {
            bad("expected KEY=VALUE");
            return next_line();
        }
        at_ += line.find('=') + 1;
        at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size());
        const char quote = at_ < text_.size() ? text_[at_] : '\n';
        auto value =
            (quote == '"' || quote == '\'') ? read_quoted(quote) : std::optional{read_plain()};
        if (value) file_.values.insert_or_assign(std::string{key}, std::move(*value));
        next_line();
    }

    std::string read_plain() {
        auto value = rest_of_line();
        if (value.starts_with('#')) return {};
        for (const std::string_view comment : {" #", "\t#"})
            value = value.substr(0, value.find(comment));
        return std::string{trimmed(value)};
    }

    /// Nothing: the quote is not closed; the line is skipped.
    std::optional<std::string> read_quoted(char quote) {
        std::string value;
        std::size_t lines = 0;
        for (auto at = at_ + 1; at < text_.size(); ++at) {
            const char c = text_[at];
            if (c == quote) {
                at_ = at + 1;
                const auto rest = trimmed(rest_of_line());
                if (!rest.empty() && rest.front() != '#') bad("text after the closing quote");
                line_ += lines;
                return value;
            }
            if (c == '\n') ++lines;
            if (c == '\\' && quote == '"' && at + 1 < text_.size()) {
                append_escape(value, text_[++at]);
                if (text_[at] == '\n') ++lines;
                continue;
            }
            value += c;
        }
        bad("a quote is not closed");
        return std::nullopt;
    }

    static void append_escape(std::string& value, char c) {
        constexpr std::string_view letters = "ntr\"\\$";
        constexpr std::string_view meanings = "\n\t\r\"\\$";
        const auto found = letters.find(c);
        if (found == std::string_view::npos) value += '\\';
        value += found == std::string_view::npos ? c : meanings[found];
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    env_file file_;
};

} // namespace

std::string quote_env_value(std::string_view value) {
    // Single quotes keep everything but themselves.
    if (value.find('\'') == std::string_view::npos) return "'" + std::string{value} + "'";
    constexpr std::string_view special = "\"\\$\n\t\r";
    constexpr std::string_view letters = "\"\\$ntr";
    std::string quoted = "\"";
    for (const char c : value) {
        const auto found = special.find(c);
        if (found != std::string_view::npos) quoted += '\\';
        quoted += found == std::string_view::npos ? c : letters[found];
    }
    return quoted + '"';
}

env_file parse_env_file(std::string_view text) {
    return env_reader{text}.read();
}

} // namespace mcpgw
