// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mcpgw {

enum class expression_op : std::uint8_t {
    literal, ///< `value`
    name,    ///< `text`
    list,    ///< of its parts
    map,     ///< key, value, key, value, …
    member,  ///< of its part: `text`
    index,   ///< of the first part: the second
    choice,  ///< condition ? yes : no
    either,  ///< a || b
    both,    ///< a && b
    no,      ///< !a
    minus,   ///< -a
    equal,
    unequal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    add,
    subtract,
    multiply,
    divide,
    remainder,
    call,     ///< of the function number `function` with its parts
    has,      ///< has(a.b)
    fallback, ///< default(a, b)
    all,      ///< list, predicate; `text` is the name of each entry
    exists,
    exists_one,
    filter,
    map_each, ///< list, [predicate,] what each becomes
};

/// One node. Its parts are `count` entries of expression_tree::parts from `first` on.
struct expression_node {
    expression_op op = expression_op::literal;
    std::uint8_t function = 0;
    std::uint16_t depth = 1;
    std::uint32_t place = 0; ///< in the text
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::string text{};
    boost::json::value value{};
};

/// An expression as it was read. Plain data.
struct expression_tree {
    std::vector<expression_node> nodes;
    std::vector<std::uint32_t> parts;
    std::uint32_t root = 0;

    [[nodiscard]] const expression_node& part(const expression_node& of, std::size_t at) const {
        return nodes[parts[of.first + at]];
    }
};

} // namespace mcpgw
