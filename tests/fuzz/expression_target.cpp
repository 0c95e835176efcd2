// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "server/expressions/expression.hpp"
#include "server/expressions/expression_operand.hpp"
#include "server/expressions/value_template.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace mcpgw::test {

namespace json = boost::json;

namespace {

const json::value& params() {
    static const auto value = json::parse(
        R"({"repo":"gateway","tags":["a","b"],"n":3,"x":1.5,"nothing":null,"yes":true,
            "deep":{"a":{"b":[1,[2]]}}})");
    return value;
}

/// Less than by default, so that what takes too long is found here by its limit.
constexpr expression_limits limits{2'048, 300, 60, 20'000, 1 << 20};

} // namespace

std::string check_expression_invariants(std::string_view text) {
    const expression_scope scope{{"params", &params()}, {"item", &params()}};
    const auto read = expression::read(text, limits);
    if (read.has_error() && read.error().place > text.size()) return "an error beyond the text";
    if (read.has_error() && read.error().message.empty()) return "an error without a word";
    json::value value;
    if (!read.has_error()) {
        const auto names = read->references();
        for (const auto& each : names)
            if (each.place > text.size()) return "a name beyond the text";
        const auto once = read->evaluate(scope);
        const auto twice = read->evaluate(scope);
        if (once.has_error() != twice.has_error()) return "it is not the same a second time";
        if (once.has_error()) {
            if (once.error().place > text.size()) return "an error beyond the text";
            if (once.error().kind == expression_error::syntax) return "syntax is found by reading";
        } else {
            value = *once;
            const auto raw = json::serialize(value);
            if (raw != json::serialize(*twice)) return "another value a second time";
        }
    }
    // The same inside of a template, where its end is found.
    json::value wrapped = json::string{"${" + std::string{text} + "}"};
    expression_limits wider = limits;
    wider.text_bytes_max += 3;
    const auto templated = value_template::read(wrapped, wider);
    if (!read.has_error()) {
        if (templated.has_error()) return "a template does not read what an expression is";
        const auto rendered = templated->render(scope);
        const auto direct = read->evaluate(scope);
        if (rendered.has_error() != direct.has_error()) return "a template has another outcome";
        if (!rendered.has_error() && json::serialize(*rendered) != json::serialize(*direct))
            return "a template has another value";
    }
    const auto plain = value_template::read(json::string{text}, limits);
    if (!plain.has_error()) (void)plain->render(scope);
    return {};
}

} // namespace mcpgw::test
