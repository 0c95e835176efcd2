// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mcpgw {

/// What is wrong with an expression, or went wrong while it was evaluated.
enum class expression_error : std::uint8_t {
    syntax,       ///< it cannot be read
    unknown_name, ///< a name or a function that there is not
    missing,      ///< a member or an entry that the value does not have
    wrong_type,   ///< an operation that this type of value does not have
    no_value,     ///< there is no such number: a division by zero, an overflow
    over_limit,   ///< too large, too deep, or too long at work (expression_limits)
};

/// An error with its place.
struct expression_fault {
    expression_error kind = expression_error::syntax;
    std::size_t place = 0; ///< in bytes, from the beginning of the expression's text
    std::string message;   ///< in words, without the place

    /// "there is no member 'count', at character 14 of steps.search.count"
    [[nodiscard]] std::string in(std::string_view text) const;
};

[[noreturn]] inline void throw_exception_from_error(const expression_fault& f,
                                                    const boost::source_location& /*where*/) {
    throw std::logic_error("result holds an error: " + f.message);
}

template <class T>
using expression_result = boost::system::result<T, expression_fault>;

} // namespace mcpgw
