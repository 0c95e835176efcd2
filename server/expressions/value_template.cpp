// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/value_template.hpp"

#include "server/expressions/expression_operand.hpp"
#include "server/expressions/expression_parser.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr std::string_view opening = "${";
constexpr std::size_t nesting_max = 64;

std::string pointer_to(const std::string& outer, std::string_view key) {
    return fmt::format("{}.{}", outer, key);
}
std::string pointer_to(const std::string& outer, std::size_t index) {
    return fmt::format("{}[{}]", outer, index);
}

} // namespace

std::string template_fault::message() const {
    if (pointer.empty()) return why.in(text);
    return fmt::format("{}: {}", pointer.starts_with('.') ? pointer.substr(1) : pointer,
                       why.in(text));
}

/// Finds the expressions in a value.
class value_template::reader {
public:
    explicit reader(const expression_limits& limits) : limits_(limits) {}
    using found = template_result<std::unique_ptr<const part>>;

    /// Null: there is none in it.
    found read(const json::value& value, const std::string& pointer, std::size_t depth) {
        if (depth > nesting_max)
            return template_fault{
                pointer, {}, {expression_error::over_limit, 0, "the value is nested too deeply"}};
        if (const auto* const text = value.if_string()) return read_text(value, *text, pointer);
        auto made = std::make_unique<part>();
        made->written = &value;
        if (const auto* const list = value.if_array())
            for (std::size_t i = 0; i < list->size(); ++i) {
                auto inner = read((*list)[i], pointer_to(pointer, i), depth + 1);
                if (inner.has_error()) return inner;
                if (*inner) made->children.push_back({{}, i, std::move(*inner)});
            }
        if (const auto* const map = value.if_object())
            for (const auto& [key, each] : *map) {
                auto inner = read(each, pointer_to(pointer, key), depth + 1);
                if (inner.has_error()) return inner;
                if (*inner) made->children.push_back({std::string{key}, 0, std::move(*inner)});
            }
        if (made->children.empty()) return std::unique_ptr<const part>{};
        return std::unique_ptr<const part>{std::move(made)};
    }

private:
    found read_text(const json::value& value, std::string_view text, const std::string& pointer) {
        auto made = std::make_unique<part>();
        made->written = &value;
        std::string plain;
        while (true) {
            const auto at = text.find(opening);
            if (at == std::string_view::npos) break;
            if (at > 0 && text[at - 1] == '$') { // $${
                plain.append(text.substr(0, at)).append("{");
                text.remove_prefix(at + opening.size());
                has_escape_ = true;
                continue;
            }
            plain.append(text.substr(0, at));
            auto parsed = parse_expression(text, limits_, at + opening.size(), true);
            if (parsed.has_error())
                return template_fault{pointer, std::string{text}, parsed.error()};
            const auto end = parsed->end;
            auto is = std::make_unique<expression>();
            const auto from = at + opening.size();
            is->text_ = text.substr(from, end - from);
            for (auto& node : parsed->tree.nodes) node.place -= static_cast<std::uint32_t>(from);
            is->tree_ = std::make_shared<const expression_tree>(std::move(parsed->tree));
            is->limits_ = limits_;
            made->pieces.push_back({std::exchange(plain, {}), std::move(is)});
            text.remove_prefix(end + 1);
        }
        plain.append(text);
        const bool has_escape = std::exchange(has_escape_, false);
        if (made->pieces.empty() && !has_escape) return std::unique_ptr<const part>{};
        made->pieces.push_back({std::move(plain), nullptr});
        return std::unique_ptr<const part>{std::move(made)};
    }

    const expression_limits& limits_;
    bool has_escape_ = false; ///< of the text that is read
};

/// Fills one in.
class value_template::renderer {
public:
    explicit renderer(const expression_scope& scope) : scope_(scope) {}

    template_result<json::value> render(const part& of, const std::string& pointer) {
        if (!of.pieces.empty()) return render_text(of, pointer);
        auto made = *of.written;
        for (const auto& [key, index, is] : of.children) {
            const bool is_list = made.is_array();
            auto value =
                render(*is, is_list ? pointer_to(pointer, index) : pointer_to(pointer, key));
            if (value.has_error()) return value;
            auto& place = is_list ? made.get_array()[index] : made.get_object()[key];
            place = std::move(*value);
        }
        return made;
    }

private:
    template_result<json::value> render_text(const part& of, const std::string& pointer) {
        std::string text;
        const auto& pieces = of.pieces;
        const bool is_value =
            pieces.size() == 2 && pieces[0].text.empty() && !pieces[1].is && pieces[1].text.empty();
        for (const auto& [before, is] : pieces) {
            text += before;
            if (!is) break;
            auto value = is->evaluate(scope_);
            if (value.has_error()) return template_fault{pointer, is->text(), value.error()};
            if (is_value) return std::move(*value);
            text += shown_text(*value);
        }
        return json::value(json::string{text});
    }

    const expression_scope& scope_;
};

template_result<value_template> value_template::read(const json::value& value,
                                                     const expression_limits& limits) {
    value_template made;
    made.written_ = std::make_shared<const json::value>(value);
    auto parts = reader{limits}.read(*made.written_, {}, 0);
    if (parts.has_error()) return parts.error();
    made.parts_ = std::move(*parts);
    return made;
}

template_result<json::value> value_template::render(const expression_scope& scope) const {
    if (is_constant()) return *written_;
    return renderer{scope}.render(*parts_, {});
}

std::vector<value_template::place> value_template::expressions() const {
    std::vector<place> all;
    struct waiting {
        std::string pointer;
        const part* is;
    };
    std::vector<waiting> todo;
    if (parts_) todo.push_back({{}, parts_.get()});
    while (!todo.empty()) {
        const auto [pointer, is] = std::move(todo.back());
        todo.pop_back();
        for (const auto& each : is->pieces)
            if (each.is) all.push_back({pointer, each.is.get()});
        for (auto child = is->children.rbegin(); child != is->children.rend(); ++child)
            todo.push_back({is->written->is_array() ? pointer_to(pointer, child->index)
                                                    : pointer_to(pointer, child->key),
                            child->is.get()});
    }
    return all;
}

} // namespace mcpgw
