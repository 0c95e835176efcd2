// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression_evaluator.hpp"

#include "server/expressions/expression_budget.hpp"
#include "server/expressions/expression_functions.hpp"
#include "server/expressions/expression_operand.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace mcpgw {

namespace json = boost::json;

namespace {

using enum expression_op;
using outcome = expression_result<operand>;

class evaluation {
public:
    evaluation(const expression_tree& tree, const expression_scope& scope,
               const expression_limits& limits)
        : tree_(tree), scope_(scope), budget_(limits) {}

    expression_result<json::value> run() {
        auto value = of(tree_.nodes[tree_.root]);
        if (value.has_error()) return value.error();
        auto taken = std::move(*value).take(budget_);
        if (taken.has_error()) return taken.error();
        return std::move(*taken);
    }

private:
    outcome of(const expression_node& node) {
        if (!budget_.spend(1)) return at(node, expression_budget::over());
        switch (node.op) {
        case literal:
            return operand::of(node.value);
        case name:
            if (const auto* const found = scope_.find(node.text)) return operand::of(*found);
            return fault_at(node, expression_error::unknown_name,
                            fmt::format("there is no '{}' here", node.text));
        case expression_op::list:
            return list_of(node);
        case expression_op::map:
            return map_of(node);
        case member:
            return member_of(node);
        case index:
            return index_of(node);
        case choice:
            return choice_of(node);
        case either:
        case both:
            return logic_of(node);
        case no:
            return negation_of(node);
        case has:
            return presence_of(node);
        case fallback:
            return fallback_of(node);
        case call:
            return call_of(node);
        case all:
        case exists:
        case exists_one:
        case filter:
        case map_each:
            return each_of(node);
        default:
            return operation_of(node);
        }
    }

    static expression_fault at(const expression_node& node, expression_fault why) {
        why.place = node.place;
        return why;
    }
    static expression_fault fault_at(const expression_node& node, expression_error kind,
                                     std::string message) {
        return {kind, node.place, std::move(message)};
    }

    outcome list_of(const expression_node& node) {
        json::array made;
        for (std::size_t i = 0; i < node.count; ++i) {
            auto item = of(tree_.part(node, i));
            if (item.has_error()) return item;
            auto value = std::move(*item).take(budget_);
            if (value.has_error() || !budget_.make(sizeof(json::value)))
                return at(node, expression_budget::over());
            made.push_back(std::move(*value));
        }
        return operand::made(std::move(made));
    }

    outcome map_of(const expression_node& node) {
        json::object made;
        for (std::size_t i = 0; i < node.count; i += 2) {
            auto key = of(tree_.part(node, i));
            if (key.has_error()) return key;
            const auto* const text = key->get().if_string();
            if (text == nullptr)
                return fault_at(tree_.part(node, i), expression_error::wrong_type,
                                "the keys of a map are texts");
            auto value = of(tree_.part(node, i + 1));
            if (value.has_error()) return value;
            auto taken = std::move(*value).take(budget_);
            if (taken.has_error() || !budget_.make(sizeof(json::value) + text->size()))
                return at(node, expression_budget::over());
            made[*text] = std::move(*taken);
        }
        return operand::made(std::move(made));
    }

    outcome key_of(const expression_node& node, operand from, std::string_view key) {
        const auto* const map = from.get().if_object();
        if (map == nullptr)
            return fault_at(node,
                            from.get().is_null() ? expression_error::missing
                                                 : expression_error::wrong_type,
                            fmt::format("a {} has no member '{}'", type_name(from.get()), key));
        const auto* const found = map->if_contains(key);
        if (found == nullptr)
            return fault_at(node, expression_error::missing,
                            fmt::format("there is no member '{}'", key));
        return std::move(from).inside(*found);
    }

    outcome member_of(const expression_node& node) {
        auto from = of(tree_.part(node, 0));
        if (from.has_error()) return from;
        return key_of(node, std::move(*from), node.text);
    }

    outcome index_of(const expression_node& node) {
        auto from = of(tree_.part(node, 0));
        if (from.has_error()) return from;
        auto where = of(tree_.part(node, 1));
        if (where.has_error()) return where;
        if (const auto* const key = where->get().if_string())
            return key_of(node, std::move(*from), *key);
        const auto* const list = from->get().if_array();
        std::optional<std::int64_t> number;
        if (const auto* const n = where->get().if_int64()) number = *n;
        if (list == nullptr || !number)
            return fault_at(node,
                            from->get().is_null() ? expression_error::missing
                                                  : expression_error::wrong_type,
                            fmt::format("a {} has no entry by {}", type_name(from->get()),
                                        type_name(where->get())));
        if (*number < 0 || static_cast<std::uint64_t>(*number) >= list->size())
            return fault_at(node, expression_error::missing,
                            fmt::format("there is no entry {} of {}", *number, list->size()));
        return std::move(*from).inside((*list)[static_cast<std::size_t>(*number)]);
    }

    /// True or false; anything else is an error.
    expression_result<bool> truth(const expression_node& node) {
        const auto value = of(node);
        if (value.has_error()) return value.error();
        if (const auto* const yes = value->get().if_bool()) return *yes;
        return fault_at(node, expression_error::wrong_type,
                        fmt::format("expected true or false, found a {}", type_name(value->get())));
    }

    outcome choice_of(const expression_node& node) {
        const auto is_so = truth(tree_.part(node, 0));
        if (is_so.has_error()) return is_so.error();
        return of(tree_.part(node, *is_so ? 1 : 2));
    }

    /// As in CEL: a side that decides counts, even where the other has no value.
    outcome logic_of(const expression_node& node) {
        const bool deciding = node.op == either;
        const auto left = truth(tree_.part(node, 0));
        if (!left.has_error() && *left == deciding) return operand::made(deciding);
        const auto right = truth(tree_.part(node, 1));
        if (!right.has_error() && *right == deciding) return operand::made(deciding);
        if (left.has_error()) return left.error();
        if (right.has_error()) return right.error();
        return operand::made(!deciding);
    }

    outcome negation_of(const expression_node& node) {
        const auto is_so = truth(tree_.part(node, 0));
        if (is_so.has_error()) return is_so.error();
        return operand::made(!*is_so);
    }

    outcome presence_of(const expression_node& node) {
        const auto found = of(tree_.part(node, 0));
        if (!found.has_error()) return operand::made(true);
        if (found.error().kind == expression_error::missing) return operand::made(false);
        return found.error();
    }

    outcome fallback_of(const expression_node& node) {
        auto wanted = of(tree_.part(node, 0));
        const bool is_missing = wanted.has_error()
                                    ? wanted.error().kind == expression_error::missing
                                    : wanted->get().is_null();
        if (!is_missing) return wanted;
        return of(tree_.part(node, 1));
    }

    outcome call_of(const expression_node& node) {
        std::vector<operand> arguments;
        arguments.reserve(node.count);
        for (std::size_t i = 0; i < node.count; ++i) {
            auto value = of(tree_.part(node, i));
            if (value.has_error()) return value;
            arguments.push_back(std::move(*value));
        }
        auto answer = expression_functions()[node.function].call(arguments, budget_);
        if (answer.has_error()) return at(node, answer.error());
        return answer;
    }

    outcome operation_of(const expression_node& node) {
        auto left = of(tree_.part(node, 0));
        if (left.has_error()) return left;
        if (node.op == minus) {
            auto negated = negate(left->get());
            if (negated.has_error()) return at(node, negated.error());
            return negated;
        }
        auto right = of(tree_.part(node, 1));
        if (right.has_error()) return right;
        switch (node.op) {
        case equal:
        case unequal: {
            const auto same = are_equal(left->get(), right->get(), budget_);
            if (!same) return at(node, expression_budget::over());
            return operand::made(*same == (node.op == equal));
        }
        case less:
        case less_equal:
        case greater:
        case greater_equal:
            return comparison_of(node, left->get(), right->get());
        case in:
            return membership_of(node, left->get(), right->get());
        default:
            break;
        }
        const char sign = node.op == add        ? '+'
                          : node.op == subtract ? '-'
                          : node.op == multiply ? '*'
                          : node.op == divide   ? '/'
                                                : '%';
        auto made = calculate(sign, std::move(*left), std::move(*right), budget_);
        if (made.has_error()) return at(node, made.error());
        return made;
    }

    static outcome comparison_of(const expression_node& node, const json::value& a,
                                 const json::value& b) {
        const auto order = order_of(a, b);
        if (!order)
            return fault_at(node, expression_error::wrong_type,
                            fmt::format("a {} and a {} have no order", type_name(a), type_name(b)));
        const bool is_so = node.op == less         ? *order < 0
                           : node.op == less_equal ? *order <= 0
                           : node.op == greater    ? *order > 0
                                                   : *order >= 0;
        return operand::made(is_so);
    }

    outcome membership_of(const expression_node& node, const json::value& what,
                          const json::value& of_what) {
        if (const auto* const list = of_what.if_array()) {
            for (const auto& each : *list) {
                const auto same = are_equal(what, each, budget_);
                if (!same) return at(node, expression_budget::over());
                if (*same) return operand::made(true);
            }
            return operand::made(false);
        }
        const auto* const map = of_what.if_object();
        if (map != nullptr && what.is_string())
            return operand::made(map->contains(what.get_string()));
        return fault_at(
            node, expression_error::wrong_type,
            fmt::format("there is no {} in {}{}", type_name(what), type_name(of_what),
                        of_what.is_string() ? "; text.contains(x) looks in a text" : ""));
    }

    /// One entry, or one key of a map, with its name in the scope.
    struct naming {
        expression_scope& scope;
        naming(expression_scope& s, std::string_view name, const json::value& value) : scope(s) {
            scope.add(name, value);
        }
        ~naming() { scope.drop_last(); }
        naming(const naming&) = delete;
        naming& operator=(const naming&) = delete;
    };

    outcome each_of(const expression_node& node) {
        auto from = of(tree_.part(node, 0));
        if (from.has_error()) return from;
        json::array keys;
        const json::array* entries = from->get().if_array();
        if (const auto* const map = from->get().if_object()) {
            for (const auto& [key, value] : *map) {
                if (!budget_.make(key.size() + sizeof(json::value)))
                    return at(node, expression_budget::over());
                keys.emplace_back(key);
            }
            entries = &keys;
        }
        if (entries == nullptr)
            return fault_at(
                node, expression_error::wrong_type,
                fmt::format("expected a list or a map, found a {}", type_name(from->get())));
        return node.op == filter || node.op == map_each ? selection(node, *entries)
                                                        : quantity(node, *entries);
    }

    /// all, exists, exists_one. As in CEL, an entry that decides counts before an error of another.
    outcome quantity(const expression_node& node, const json::array& entries) {
        std::size_t hits = 0;
        std::optional<expression_fault> first;
        for (const auto& each : entries) {
            const naming named{scope_, node.text, each};
            const auto is_so = truth(tree_.part(node, 1));
            if (is_so.has_error()) {
                if (is_so.error().kind == expression_error::over_limit) return is_so.error();
                if (!first) first = is_so.error();
                continue;
            }
            hits += *is_so ? 1U : 0U;
            if (node.op == all && !*is_so) return operand::made(false);
            if (node.op == exists && *is_so) return operand::made(true);
        }
        if (first) return *first;
        if (node.op == all) return operand::made(true);
        return operand::made(node.op == exists_one && hits == 1);
    }

    outcome selection(const expression_node& node, const json::array& entries) {
        json::array made;
        const bool has_condition = node.op == filter || node.count == 3;
        for (const auto& each : entries) {
            const naming named{scope_, node.text, each};
            if (has_condition) {
                const auto is_so = truth(tree_.part(node, 1));
                if (is_so.has_error()) return is_so.error();
                if (!*is_so) continue;
            }
            outcome kept = operand::of(each);
            if (node.op == map_each) kept = of(tree_.part(node, node.count - 1));
            if (kept.has_error()) return kept;
            auto value = std::move(*kept).take(budget_);
            if (value.has_error() || !budget_.make(sizeof(json::value)))
                return at(node, expression_budget::over());
            made.push_back(std::move(*value));
        }
        return operand::made(std::move(made));
    }

    const expression_tree& tree_;
    expression_scope scope_;
    expression_budget budget_;
};

} // namespace

expression_result<json::value> evaluate_expression(const expression_tree& tree,
                                                   const expression_scope& scope,
                                                   const expression_limits& limits) {
    return evaluation{tree, scope, limits}.run();
}

} // namespace mcpgw
