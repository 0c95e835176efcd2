// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression_parser.hpp"

#include "server/expressions/expression_functions.hpp"
#include "server/expressions/expression_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

using enum expression_op;

struct infix {
    std::string_view sign;
    expression_op op;
};
constexpr std::array either_signs{infix{"||", either}};
constexpr std::array both_signs{infix{"&&", both}};
constexpr std::array relations{
    infix{"==", equal}, infix{"!=", unequal}, infix{"<=", less_equal}, infix{">=", greater_equal},
    infix{"<", less},   infix{">", greater},  infix{"in", in}};
constexpr std::array sums{infix{"+", add}, infix{"-", subtract}};
constexpr std::array products{infix{"*", multiply}, infix{"/", divide}, infix{"%", remainder}};
/// Loosest first.
constexpr std::array<std::span<const infix>, 5> levels{either_signs, both_signs, relations, sums,
                                                       products};

struct macro {
    std::string_view name;
    expression_op op;
    std::size_t arguments_max; ///< beside the list; the first is the name of each entry
};
constexpr std::array macros{macro{"all", all, 2}, macro{"exists", exists, 2},
                            macro{"exists_one", exists_one, 2}, macro{"filter", filter, 2},
                            macro{"map", map_each, 3}};

using node_result = expression_result<std::uint32_t>;

class parser {
public:
    parser(std::string_view text, const expression_limits& limits, std::size_t from)
        : limits_(limits), lexer_(text, from) {}

    expression_result<parsed_expression> run(bool is_in_braces) {
        if (const auto began = advance(); began.has_error()) return began.error();
        const auto root = expression();
        if (root.has_error()) return root.error();
        const bool is_at_end = token_.kind == token_kind::end && !is_in_braces;
        if (!is_at_end && !(is_in_braces && token_.is("}")))
            return unexpected(is_in_braces ? "an operator or }" : "an operator or the end");
        tree_.root = *root;
        return parsed_expression{std::move(tree_), token_.place};
    }

private:
    expression_result<void> advance() {
        auto next = lexer_.next();
        if (next.has_error()) return next.error();
        token_ = std::move(*next);
        return {};
    }
    [[nodiscard]] expression_fault unexpected(std::string_view wanted) const {
        const auto found = token_.kind == token_kind::end
                               ? std::string{"the end"}
                               : fmt::format("{}", token_.raw.substr(0, 40));
        return {expression_error::syntax, token_.place,
                fmt::format("expected {}, found {}", wanted, found)};
    }
    expression_result<void> expect(std::string_view sign) {
        if (!token_.is(sign)) return unexpected(sign);
        return advance();
    }

    node_result add_node(expression_node node, std::span<const std::uint32_t> parts) {
        std::size_t depth = 1;
        for (const auto each : parts)
            depth = std::max<std::size_t>(depth, tree_.nodes[each].depth + 1U);
        if (depth > limits_.depth_max || tree_.nodes.size() >= limits_.nodes_max)
            return expression_fault{expression_error::over_limit, node.place,
                                    "the expression is too large or nested too deeply"};
        node.depth = static_cast<std::uint16_t>(depth);
        node.first = static_cast<std::uint32_t>(tree_.parts.size());
        node.count = static_cast<std::uint32_t>(parts.size());
        tree_.parts.insert(tree_.parts.end(), parts.begin(), parts.end());
        tree_.nodes.push_back(std::move(node));
        return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
    }
    static expression_node make(expression_op op, std::size_t place) {
        expression_node node;
        node.op = op;
        node.place = static_cast<std::uint32_t>(place);
        return node;
    }
    node_result add_literal(boost::json::value value, std::size_t place) {
        auto node = make(literal, place);
        node.value = std::move(value);
        return add_node(std::move(node), {});
    }

    /// Of everything that calls itself: deeper would be refused anyway, and must not end the stack.
    struct nesting {
        std::size_t& depth;
        explicit nesting(std::size_t& d) : depth(d) { ++depth; }
        ~nesting() { --depth; }
        nesting(const nesting&) = delete;
        nesting& operator=(const nesting&) = delete;
    };

    node_result expression() {
        const nesting here{nested_};
        if (nested_ > limits_.depth_max)
            return expression_fault{expression_error::over_limit, token_.place,
                                    "the expression is nested too deeply"};
        const auto condition = binary(0);
        if (condition.has_error() || !token_.is("?")) return condition;
        const auto place = token_.place;
        if (const auto moved = advance(); moved.has_error()) return moved.error();
        const auto yes = expression();
        if (yes.has_error()) return yes;
        if (const auto colon = expect(":"); colon.has_error()) return colon.error();
        const auto no = expression();
        if (no.has_error()) return no;
        const std::array parts{*condition, *yes, *no};
        return add_node(make(choice, place), parts);
    }

    [[nodiscard]] std::optional<expression_op> infix_of(std::size_t level) const {
        const bool may_be = token_.kind == token_kind::sign || token_.kind == token_kind::name;
        if (!may_be) return std::nullopt;
        const auto signs = levels[level];
        const auto found = std::ranges::find(signs, token_.raw, &infix::sign);
        if (found == signs.end()) return std::nullopt;
        return found->op;
    }

    node_result binary(std::size_t level) {
        if (level == levels.size()) return unary();
        auto left = binary(level + 1);
        while (!left.has_error()) {
            const auto op = infix_of(level);
            if (!op) return left;
            const auto place = token_.place;
            if (const auto moved = advance(); moved.has_error()) return moved.error();
            const auto right = binary(level + 1);
            if (right.has_error()) return right;
            const std::array parts{*left, *right};
            left = add_node(make(*op, place), parts);
        }
        return left;
    }

    node_result unary() {
        const bool is_not = token_.is("!");
        if (!is_not && !token_.is("-")) return postfix();
        const nesting here{nested_};
        const auto place = token_.place;
        if (nested_ > limits_.depth_max)
            return expression_fault{expression_error::over_limit, place,
                                    "the expression is nested too deeply"};
        if (const auto moved = advance(); moved.has_error()) return moved.error();
        constexpr std::uint64_t smallest = 1ULL << 63U; // without its sign it is no int64
        if (!is_not && token_.kind == token_kind::integer && token_.integer == smallest) {
            if (const auto moved = advance(); moved.has_error()) return moved.error();
            const auto least = add_literal(std::numeric_limits<std::int64_t>::min(), place);
            return least.has_error() ? least : continued(*least);
        }
        const auto operand = unary();
        if (operand.has_error()) return operand;
        const std::array parts{*operand};
        return add_node(make(is_not ? no : minus, place), parts);
    }

    node_result postfix() {
        const auto first = primary();
        return first.has_error() ? first : continued(*first);
    }

    node_result continued(std::uint32_t first) {
        node_result left = first;
        while (!left.has_error()) {
            const auto place = token_.place;
            const bool is_index = token_.is("[");
            if (!is_index && !token_.is(".")) return left;
            if (const auto moved = advance(); moved.has_error()) return moved.error();
            if (!is_index) {
                left = selected(*left);
                continue;
            }
            const auto at = expression();
            if (at.has_error()) return at;
            if (const auto closed = expect("]"); closed.has_error()) return closed.error();
            const std::array parts{*left, *at};
            left = add_node(make(index, place), parts);
        }
        return left;
    }

    /// After a dot: a member, a macro or a function.
    node_result selected(std::uint32_t of) {
        if (token_.kind != token_kind::name) return unexpected("the name of a member");
        const auto name = std::string{token_.raw};
        const auto place = token_.place;
        if (const auto moved = advance(); moved.has_error()) return moved.error();
        if (!token_.is("(")) {
            auto node = make(member, place);
            node.text = name;
            const std::array parts{of};
            return add_node(std::move(node), parts);
        }
        if (const auto moved = advance(); moved.has_error()) return moved.error();
        const auto found = std::ranges::find(macros, name, &macro::name);
        if (found != macros.end()) return each_of(*found, of, place);
        return called(name, place, {of});
    }

    node_result each_of(const macro& kind, std::uint32_t of, std::size_t place) {
        auto arguments = listed(")");
        if (arguments.has_error()) return arguments.error();
        const auto count = arguments->size();
        if (count < 2 || count > kind.arguments_max)
            return expression_fault{
                expression_error::syntax, place,
                fmt::format("{0} takes the name of each entry, then what is to be true or made of "
                            "it: list.{0}(x, …)",
                            kind.name)};
        const auto& variable = tree_.nodes[arguments->front()];
        if (variable.op != name)
            return expression_fault{expression_error::syntax, variable.place,
                                    "the name of each entry belongs here, such as x"};
        auto node = make(kind.op, place);
        node.text = variable.text;
        std::vector<std::uint32_t> parts{of};
        parts.insert(parts.end(), arguments->begin() + 1, arguments->end());
        return add_node(std::move(node), parts);
    }

    /// What is between an opening sign, which was read, and `closing`, which is read as well.
    expression_result<std::vector<std::uint32_t>> listed(std::string_view closing) {
        std::vector<std::uint32_t> list;
        while (!token_.is(closing)) {
            const auto item = expression();
            if (item.has_error()) return item.error();
            list.push_back(*item);
            if (token_.is(closing)) break;
            if (const auto comma = expect(","); comma.has_error())
                return unexpected(fmt::format(", or {}", closing));
        }
        if (const auto moved = advance(); moved.has_error()) return moved.error();
        return list;
    }

    node_result called(const std::string& name, std::size_t place,
                       std::vector<std::uint32_t> arguments) {
        auto more = listed(")");
        if (more.has_error()) return more.error();
        arguments.insert(arguments.end(), more->begin(), more->end());
        const auto wrong_count = [&](std::string_view wanted) {
            return expression_fault{
                expression_error::syntax, place,
                fmt::format("{} takes {}, here it has {}", name, wanted, arguments.size())};
        };
        if (name == "has") {
            if (arguments.size() != 1) return wrong_count("one member, as in has(a.b)");
            const auto op = tree_.nodes[arguments[0]].op;
            if (op != member && op != index)
                return expression_fault{expression_error::syntax, place,
                                        "has takes a member, as in has(a.b)"};
            return add_node(make(has, place), arguments);
        }
        if (name == "default") {
            if (arguments.size() != 2) return wrong_count("two values, as in default(a.b, 0)");
            return add_node(make(fallback, place), arguments);
        }
        const auto function = find_function(name);
        if (!function) return no_function(name, place);
        const auto& row = expression_functions()[*function];
        if (arguments.size() < row.arguments_min || arguments.size() > row.arguments_max)
            return wrong_count(
                row.arguments_min == row.arguments_max
                    ? fmt::format("{} values", row.arguments_min)
                    : fmt::format("{} to {} values", row.arguments_min, row.arguments_max));
        auto node = make(call, place);
        node.function = *function;
        return add_node(std::move(node), arguments);
    }

    static expression_fault no_function(const std::string& name, std::size_t place) {
        const bool is_macro = std::ranges::find(macros, name, &macro::name) != macros.end();
        return {expression_error::unknown_name, place,
                is_macro ? fmt::format("{0} is said of a list: list.{0}(x, …)", name)
                         : fmt::format("there is no function {}", name.substr(0, 40))};
    }

    node_result primary() {
        const auto place = token_.place;
        if (token_.kind == token_kind::name) return named();
        if (token_.kind == token_kind::text) {
            auto value = boost::json::value(std::move(token_.text));
            if (const auto moved = advance(); moved.has_error()) return moved.error();
            return add_literal(std::move(value), place);
        }
        if (token_.kind == token_kind::integer) {
            if (token_.integer > std::numeric_limits<std::int64_t>::max())
                return expression_fault{expression_error::no_value, place,
                                        "the number is too large"};
            const auto value = static_cast<std::int64_t>(token_.integer);
            if (const auto moved = advance(); moved.has_error()) return moved.error();
            return add_literal(value, place);
        }
        if (token_.kind == token_kind::real) {
            const auto value = token_.real;
            if (const auto moved = advance(); moved.has_error()) return moved.error();
            return add_literal(value, place);
        }
        const bool is_group = token_.is("(");
        const bool is_list = token_.is("[");
        if (!is_group && !is_list && !token_.is("{")) return unexpected("a value");
        if (const auto moved = advance(); moved.has_error()) return moved.error();
        if (is_group) {
            const auto inner = expression();
            if (inner.has_error()) return inner;
            if (const auto closed = expect(")"); closed.has_error()) return closed.error();
            return inner;
        }
        if (!is_list) return map_literal(place);
        const auto items = listed("]");
        if (items.has_error()) return items.error();
        return add_node(make(expression_op::list, place), *items);
    }

    node_result map_literal(std::size_t place) {
        std::vector<std::uint32_t> parts;
        while (!token_.is("}")) {
            const auto key = expression();
            if (key.has_error()) return key;
            if (const auto colon = expect(":"); colon.has_error()) return colon.error();
            const auto value = expression();
            if (value.has_error()) return value;
            parts.push_back(*key);
            parts.push_back(*value);
            if (token_.is("}")) break;
            if (const auto comma = expect(","); comma.has_error()) return unexpected(", or }");
        }
        if (const auto moved = advance(); moved.has_error()) return moved.error();
        return add_node(make(expression_op::map, place), parts);
    }

    node_result named() {
        const auto place = token_.place;
        const std::string text{token_.raw};
        if (text == "in") return unexpected("a value");
        if (const auto moved = advance(); moved.has_error()) return moved.error();
        if (text == "true" || text == "false") return add_literal(text == "true", place);
        if (text == "null") return add_literal(nullptr, place);
        if (token_.is("(")) {
            if (const auto moved = advance(); moved.has_error()) return moved.error();
            return called(text, place, {});
        }
        auto node = make(name, place);
        node.text = text;
        return add_node(std::move(node), {});
    }

    const expression_limits& limits_;
    expression_lexer lexer_;
    expression_token token_;
    expression_tree tree_;
    std::size_t nested_ = 0;
};

} // namespace

expression_result<parsed_expression> parse_expression(std::string_view text,
                                                      const expression_limits& limits,
                                                      std::size_t from, bool is_in_braces) {
    if (text.size() > limits.text_bytes_max)
        return expression_fault{expression_error::over_limit, limits.text_bytes_max,
                                "the expression is too long"};
    return parser{text, limits, from}.run(is_in_braces);
}

} // namespace mcpgw
