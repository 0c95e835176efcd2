// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// An error in a template: where in its value, and in which expression.
struct template_fault {
    std::string pointer; ///< of the text: ".paths[2]"; empty: the value itself
    std::string text;    ///< the expression, or the text that cannot be read
    expression_fault why;

    /// All of it in a sentence.
    [[nodiscard]] std::string message() const;
};
[[noreturn]] inline void throw_exception_from_error(const template_fault& f,
                                                    const boost::source_location& where) {
    throw_exception_from_error(f.why, where);
}
template <class T>
using template_result = boost::system::result<T, template_fault>;

/// A JSON value whose texts hold expressions: "Found ${steps.search.count} in ${params.repo}". A
/// text that is one ${…} and nothing else becomes the value itself, with its type. $${ is a plain
/// ${. Keys are taken as they are. Read once, rendered often; cheap to copy.
class value_template {
public:
    /// Null.
    value_template() = default;
    static template_result<value_template> read(const boost::json::value& value,
                                                const expression_limits& limits = {});

    [[nodiscard]] template_result<boost::json::value> render(const expression_scope& scope) const;
    /// The value as it was written.
    [[nodiscard]] const boost::json::value& written() const { return *written_; }
    /// Nothing in it depends on a scope.
    [[nodiscard]] bool is_constant() const { return parts_ == nullptr; }
    /// All expressions in it, in their order, with where they stand.
    struct place {
        std::string pointer;
        const expression* says;
    };
    [[nodiscard]] std::vector<place> expressions() const;

private:
    struct piece {
        std::string text;                     ///< before it
        std::unique_ptr<const expression> is; ///< null: that was the last
    };
    /// A value with expressions somewhere in it.
    struct part {
        const boost::json::value* written = nullptr;
        std::vector<piece> pieces; ///< of a text
        struct child {
            std::string key; ///< of a map
            std::size_t index;
            std::unique_ptr<const part> is;
        };
        std::vector<child> children; ///< of a list or a map: those that are no constants
    };
    class reader;
    class renderer;

    std::shared_ptr<const boost::json::value> written_ =
        std::make_shared<const boost::json::value>();
    std::shared_ptr<const part> parts_;
};

} // namespace mcpgw
