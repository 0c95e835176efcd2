// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression_fault.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

enum class token_kind : std::uint8_t { end, name, text, integer, real, sign };

/// One word of an expression.
struct expression_token {
    token_kind kind = token_kind::end;
    std::size_t place = 0;
    std::string_view raw; ///< as written; of a sign: all of it, such as "&&"
    std::string text{};   ///< of a text: what it says
    std::uint64_t integer = 0;
    double real = 0;

    [[nodiscard]] bool is(std::string_view sign) const {
        return kind == token_kind::sign && raw == sign;
    }
};

/// Reads an expression word by word. Views its text.
class expression_lexer {
public:
    explicit expression_lexer(std::string_view text, std::size_t from = 0)
        : text_(text), at_(from) {}

    /// The next word; at the end, and after it, one of the kind `end`.
    expression_result<expression_token> next();

private:
    expression_result<expression_token> number(std::size_t from);
    expression_result<expression_token> quoted(std::size_t from, bool is_raw);
    expression_result<std::size_t> escape(std::size_t at, std::string& into) const;
    [[nodiscard]] char peek(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

    std::string_view text_;
    std::size_t at_;
};

} // namespace mcpgw
