#include "protocol/result_repair.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "protocol/mcp.hpp"
#include "protocol/shapes.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

/// `content` as an array of blocks. A block or a text alone stands for an array of one.
result<std::string> fit_blocks(std::string_view content, std::string_view place) {
    std::string blocks;
    if (!is_json_array(content)) {
        auto only = fit_block(content, place);
        if (only.has_error()) return only.error();
        return fmt::format("[{}]", only->text);
    }
    std::size_t index = 0;
    element_reader elements{content};
    while (const auto element = elements.next()) {
        auto block = fit_block(*element, fmt::format("{}[{}]", place, index++));
        if (block.has_error()) return block.error();
        if (!blocks.empty()) blocks += ',';
        blocks += block->text;
    }
    return fmt::format("[{}]", blocks);
}

/// The same with member `key`, which may not be there, as `value`.
std::string with(std::string_view object, std::string_view key, std::string_view value) {
    member_writer made{object.size() + value.size()};
    member_reader members{object};
    bool has_it = false;
    while (const auto member = members.next()) {
        const bool is_it = member->key == key;
        if (!is_it || !has_it) made.add(member->key, is_it ? value : member->value);
        has_it = has_it || is_it;
    }
    if (!has_it) made.add(key, value);
    return made.take_object();
}

result<std::string> repair_call(std::string_view body) {
    auto fitted = fit(body, *result_shape(method::tools_call), "result");
    if (fitted.has_error()) return fitted.error();
    const auto content = find_member(fitted->text, "content");
    if (content.empty() || content == "null") return with(fitted->text, "content", "[]");
    auto blocks = fit_blocks(content, "result.content");
    if (blocks.has_error()) return blocks.error();
    return with(fitted->text, "content", *blocks);
}

/// The messages of a prompt have one block each.
result<std::string> repair_messages(std::string_view body) {
    std::string messages;
    std::size_t index = 0;
    element_reader elements{find_member(body, "messages")};
    while (const auto element = elements.next()) {
        const auto place = fmt::format("result.messages[{}].content", index++);
        auto block = fit_block(find_member(*element, "content"), place);
        if (block.has_error()) return block.error();
        if (!messages.empty()) messages += ',';
        messages += with(*element, "content", block->text);
    }
    return with(body, "messages", fmt::format("[{}]", messages));
}

} // namespace

result<std::optional<std::string>> repair_result(std::string_view method_name,
                                                 std::string_view line,
                                                 const response_spans& spans) {
    using outcome = std::optional<std::string>;
    const auto body = spans.result.of(line);
    if (!is_json_object(body))
        return fault{errc::server_failed,
                     fmt::format("the result of {} is {}, not an object", method_name,
                                 kind_of(body))};
    const auto& in = spans.in_result;
    const auto type = in.result_type.of(line);
    if (in.task || (!type.empty() && type != "\"complete\"")) return outcome{};
    if (method_name == method::tools_call) {
        const auto failed = in.is_error.of(line);
        const bool is_plain = in.content && !in.has_odd_content &&
                              (failed.empty() || failed == "true" || failed == "false");
        if (is_plain) return outcome{};
        auto made = repair_call(body);
        if (made.has_error()) return made.error();
        return outcome{std::move(*made)};
    }
    const auto* const known = result_shape(method_name);
    if (known == nullptr) return outcome{};
    auto fitted = fit(body, *known, "result");
    if (fitted.has_error()) return fitted.error();
    if (method_name != method::prompts_get) return outcome{std::move(fitted->text)};
    auto made = repair_messages(fitted->text);
    if (made.has_error()) return made.error();
    return outcome{std::move(*made)};
}

} // namespace mcpgw
