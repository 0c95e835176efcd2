// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/uri_template.hpp"

#include <algorithm>
#include <cstddef>

namespace mcpgw {

namespace {

struct expression {
    char op = 0; ///< RFC 6570 operator, 0 for simple expansion
    bool may_be_empty = false;
    bool may_have_slash = false;
};

expression parse_expression(std::string_view inside) {
    expression e;
    if (!inside.empty() && std::string_view{"+#./;?&"}.find(inside[0]) != std::string_view::npos)
        e.op = inside[0];
    e.may_be_empty = e.op == '#' || e.op == '/' || e.op == ';' || e.op == '?' || e.op == '&';
    e.may_have_slash = e.op != 0 && e.op != '.';
    return e;
}

/// Whether `text` can be matched from the template's beginning. Backtracks over the length of each
/// expression; `steps` bounds the work, since both texts come from outside.
bool match(std::string_view text, std::string_view pattern, std::size_t& steps) {
    for (;;) {
        if (steps == 0) return false;
        --steps;
        const auto open = pattern.find('{');
        const auto literal = pattern.substr(0, open);
        if (!text.starts_with(literal)) return false;
        text.remove_prefix(literal.size());
        if (open == std::string_view::npos) return text.empty();
        const auto close = pattern.find('}', open);
        if (close == std::string_view::npos) return false;
        const auto e = parse_expression(pattern.substr(open + 1, close - open - 1));
        pattern.remove_prefix(close + 1);
        std::size_t longest = text.size();
        if (!e.may_have_slash) longest = std::min(longest, text.find('/'));
        for (std::size_t n = e.may_be_empty ? 0 : 1; n <= longest; ++n)
            if (match(text.substr(n), pattern, steps)) return true;
        return false;
    }
}

constexpr std::size_t match_steps_max = 10'000;

} // namespace

bool matches_template(std::string_view uri, std::string_view uri_template) {
    std::size_t steps = match_steps_max;
    return match(uri, uri_template, steps);
}

} // namespace mcpgw
