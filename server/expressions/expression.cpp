// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression.hpp"

#include "server/expressions/expression_parser.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

using enum expression_op;

/// Walks a tree for its free names.
class name_finder {
public:
    explicit name_finder(const expression_tree& tree) : tree_(tree) {}

    std::vector<expression_reference> run() {
        walk(tree_.nodes[tree_.root]);
        return std::move(found_);
    }

private:
    [[nodiscard]] bool is_bound(std::string_view text) const {
        return std::ranges::find(bound_, text) != bound_.end();
    }

    void walk(const expression_node& node) {
        if (node.op == name) {
            if (!is_bound(node.text)) found_.push_back({node.text, {}, node.place});
            return;
        }
        if ((node.op == member || node.op == index) && take_member(node)) return;
        const bool binds = node.op == all || node.op == exists || node.op == exists_one ||
                           node.op == filter || node.op == map_each;
        for (std::size_t i = 0; i < node.count; ++i) {
            if (binds && i == 1) bound_.push_back(node.text);
            walk(tree_.part(node, i));
        }
        if (binds) bound_.pop_back();
    }

    /// root.member and root["member"]
    bool take_member(const expression_node& node) {
        const auto& root = tree_.part(node, 0);
        if (root.op != name || is_bound(root.text)) return false;
        if (node.op == member) {
            found_.push_back({root.text, node.text, root.place});
            return true;
        }
        const auto& key = tree_.part(node, 1);
        const auto* const text = key.op == literal ? key.value.if_string() : nullptr;
        if (text == nullptr) return false;
        found_.push_back({root.text, std::string{std::string_view{*text}}, root.place});
        return true;
    }

    const expression_tree& tree_;
    std::vector<std::string_view> bound_;
    std::vector<expression_reference> found_;
};

} // namespace

expression_result<expression> expression::read(std::string_view text,
                                               const expression_limits& limits) {
    auto parsed = parse_expression(text, limits);
    if (parsed.has_error()) return parsed.error();
    expression made;
    made.text_ = text;
    made.tree_ = std::make_shared<const expression_tree>(std::move(parsed->tree));
    made.limits_ = limits;
    return made;
}

expression_result<boost::json::value> expression::evaluate(const expression_scope& scope) const {
    return evaluate_expression(*tree_, scope, limits_);
}

std::vector<expression_reference> expression::references() const {
    return name_finder{*tree_}.run();
}

expression_result<void> expression::check_names(std::span<const std::string_view> known) const {
    for (const auto& each : references()) {
        if (std::ranges::find(known, each.root) != known.end()) continue;
        return expression_fault{
            expression_error::unknown_name, each.place,
            fmt::format("there is no '{}' here; known: {}", each.root, fmt::join(known, ", "))};
    }
    return {};
}

} // namespace mcpgw
