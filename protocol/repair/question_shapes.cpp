// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/question_shapes.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/repair/shapes.hpp"
#include "protocol/text/value_rules.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace mcpgw {

namespace {

using outcome = result<std::optional<std::string>>;

/// A rule of values that each have the shape that `find` knows for them.
template <const shape* (*find)(std::string_view value)>
bool is_kept_by(std::string_view value) {
    const auto* const known = is_json_object(value) ? find(value) : nullptr;
    return known != nullptr && fits(value, *known);
}

template <const shape* (*find)(std::string_view value)>
result<std::string> mend_by(std::string_view value, std::string_view place) {
    if (!is_json_object(value))
        return fault{errc::server_failed,
                     fmt::format("{} is {}, not an object", place, kind_of(value))};
    const auto* const known = find(value);
    if (known == nullptr)
        return fault{errc::server_failed,
                     fmt::format("{} is of a kind that MCP does not know", place)};
    auto fitted = fit(value, *known, place);
    if (fitted.has_error()) return fitted.error();
    return std::move(fitted->text);
}

/// The same of each member of an object.
template <bool (*is_kept)(std::string_view value)>
bool are_members_kept(std::string_view object) {
    if (!is_json_object(object)) return false;
    member_reader members{object};
    while (const auto member = members.next())
        if (!is_kept(member->value)) return false;
    return true;
}

template <result<std::string> (*mend)(std::string_view value, std::string_view place)>
result<std::string> mend_members(std::string_view object, std::string_view place) {
    if (!is_json_object(object))
        return fault{errc::server_failed,
                     fmt::format("{} is {}, not an object", place, kind_of(object))};
    member_writer made;
    member_reader members{object};
    while (const auto member = members.next()) {
        auto mended = mend(member->value, fmt::format("{}.{}", place, member->key));
        if (mended.has_error()) return mended.error();
        made.add(member->key, *mended);
    }
    return made.take_object();
}

// ---- forms (2025-11-25, schema, PrimitiveSchemaDefinition) ------------------------------------

constexpr std::array<std::string_view, 4> formats{R"("email")", R"("uri")", R"("date")",
                                                  R"("date-time")"};

constexpr std::array text_members{
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"minLength", wanted::whole_number},
    member_shape{"maxLength", wanted::whole_number},
    member_shape{.key = "format", .type = wanted::word, .words = formats},
    member_shape{"default", wanted::text},
};
constexpr shape text_field{text_members};

constexpr std::array number_members{
    member_shape{"title", wanted::text},     member_shape{"description", wanted::text},
    member_shape{"minimum", wanted::number}, member_shape{"maximum", wanted::number},
    member_shape{"default", wanted::number},
};
constexpr shape number_field{number_members};

constexpr std::array boolean_members{
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"default", wanted::boolean},
};
constexpr shape boolean_field{boolean_members};

constexpr std::array option_members{
    member_shape{"const", wanted::text, true},
    member_shape{"title", wanted::text, true},
};
constexpr shape option{option_members};

constexpr std::array choice_members{
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"enum", wanted::array, true, nullptr, wanted::text},
    member_shape{"enumNames", wanted::array, false, nullptr, wanted::text},
    member_shape{"default", wanted::text},
};
constexpr shape choice_field{choice_members};

constexpr std::array titled_choice_members{
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"oneOf", wanted::array, true, &option},
    member_shape{"default", wanted::text},
};
constexpr shape titled_choice_field{titled_choice_members};

constexpr std::array<std::string_view, 1> text_type{R"("string")"};
constexpr std::array item_members{
    member_shape{.key = "type",
                 .type = wanted::word,
                 .is_required = true,
                 .words = text_type,
                 .otherwise = text_type[0]},
    member_shape{"enum", wanted::array, true, nullptr, wanted::text},
};
constexpr shape choice_items{item_members};
constexpr std::array titled_item_members{member_shape{"anyOf", wanted::array, true, &option}};
constexpr shape titled_choice_items{titled_item_members};

const shape* items_shape(std::string_view items) {
    return find_member(items, "anyOf").empty() ? &choice_items : &titled_choice_items;
}
constexpr value_rule items_rule{is_kept_by<items_shape>, mend_by<items_shape>};

constexpr std::array choices_members{
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"minItems", wanted::whole_number},
    member_shape{"maxItems", wanted::whole_number},
    member_shape{.key = "items", .type = wanted::object, .is_required = true, .rule = &items_rule},
    member_shape{"default", wanted::array, false, nullptr, wanted::text},
};
constexpr shape choices_field{choices_members};

const shape* field_shape(std::string_view field) {
    const auto type = find_member(field, "type");
    if (type == "\"number\"" || type == "\"integer\"") return &number_field;
    if (type == "\"boolean\"") return &boolean_field;
    if (type == "\"array\"") return &choices_field;
    if (type != "\"string\"") return nullptr;
    if (!find_member(field, "oneOf").empty()) return &titled_choice_field;
    return find_member(field, "enum").empty() ? &text_field : &choice_field;
}
constexpr value_rule fields_rule{are_members_kept<is_kept_by<field_shape>>,
                                 mend_members<mend_by<field_shape>>};

constexpr std::array<std::string_view, 1> object_type{R"("object")"};
constexpr std::array form_schema_members{
    member_shape{"$schema", wanted::text},
    member_shape{.key = "type",
                 .type = wanted::word,
                 .is_required = true,
                 .words = object_type,
                 .otherwise = object_type[0]},
    member_shape{
        .key = "properties", .type = wanted::object, .is_required = true, .rule = &fields_rule},
    member_shape{"required", wanted::array, false, nullptr, wanted::text},
};
constexpr shape form_schema{form_schema_members};

constexpr std::array<std::string_view, 1> form_mode{R"("form")"};
constexpr std::array form_members{
    member_shape{.key = "mode", .type = wanted::word, .words = form_mode, .is_vital = true},
    member_shape{"message", wanted::text, true},
    // Without fields it is a question that is answered by yes or no.
    member_shape{.key = "requestedSchema",
                 .type = wanted::object,
                 .is_required = true,
                 .inner = &form_schema,
                 .otherwise = R"({"type":"object","properties":{}})"},
    member_shape{"_meta", wanted::object},
};
constexpr shape form{form_members};

constexpr std::array visit_members{
    member_shape{"mode", wanted::text, true},        member_shape{"message", wanted::text, true},
    member_shape{"url", wanted::absolute_uri, true}, member_shape{"elicitationId", wanted::text},
    member_shape{"_meta", wanted::object},
};
constexpr shape visit{visit_members};

// ---- sampling (2025-11-25, schema, CreateMessageRequestParams) --------------------------------

constexpr std::array use_members{
    member_shape{"id", wanted::text, true},
    member_shape{"name", wanted::text, true},
    member_shape{.key = "input", .type = wanted::object, .is_required = true, .otherwise = "{}"},
    member_shape{"_meta", wanted::object},
};
constexpr shape tool_use{use_members};

constexpr std::array result_members{
    member_shape{"toolUseId", wanted::text, true},
    member_shape{.key = "content",
                 .type = wanted::array,
                 .is_required = true,
                 .rule = &content_blocks_rule,
                 .otherwise = "[]"},
    member_shape{"structuredContent", wanted::object},
    member_shape{"isError", wanted::boolean},
    member_shape{"_meta", wanted::object},
};
constexpr shape tool_result{result_members};

/// Null: no block of a sampling message, which has no resources.
const shape* sampling_block_shape(std::string_view block) {
    const auto type = find_member(block, "type");
    if (type == "\"tool_use\"") return &tool_use;
    if (type == "\"tool_result\"") return &tool_result;
    const bool is_known = type == "\"text\"" || type == "\"image\"" || type == "\"audio\"";
    return is_known ? block_shape(block) : nullptr;
}

bool is_content_kept(std::string_view content) {
    if (!is_json_array(content)) return is_kept_by<sampling_block_shape>(content);
    element_reader blocks{content};
    while (const auto block = blocks.next())
        if (!is_kept_by<sampling_block_shape>(*block)) return false;
    return true;
}

/// A text alone stands for a block.
result<std::string> mend_content_block(std::string_view block, std::string_view place) {
    if (is_json_string(block)) return fmt::format(R"({{"type":"text","text":{}}})", block);
    return mend_by<sampling_block_shape>(block, place);
}

result<std::string> mend_content(std::string_view content, std::string_view place) {
    if (!is_json_array(content)) return mend_content_block(content, place);
    std::string made;
    std::size_t index = 0;
    element_reader blocks{content};
    while (const auto block = blocks.next()) {
        auto mended = mend_content_block(*block, fmt::format("{}[{}]", place, index++));
        if (mended.has_error()) return mended.error();
        if (!made.empty()) made += ',';
        made += *mended;
    }
    return fmt::format("[{}]", made);
}
constexpr value_rule content_rule{is_content_kept, mend_content};

constexpr std::array<std::string_view, 2> roles{R"("user")", R"("assistant")"};
constexpr std::array message_members{
    member_shape{.key = "role", .type = wanted::word, .is_required = true, .words = roles},
    member_shape{.key = "content", .type = wanted::any, .is_required = true, .rule = &content_rule},
    member_shape{"_meta", wanted::object},
};
constexpr shape message{message_members};

constexpr std::array hint_members{member_shape{"name", wanted::text}};
constexpr shape hint{hint_members};
constexpr std::array preference_members{
    member_shape{"hints", wanted::array, false, &hint},
    member_shape{"costPriority", wanted::share},
    member_shape{"speedPriority", wanted::share},
    member_shape{"intelligencePriority", wanted::share},
};
constexpr shape preferences{preference_members};

constexpr std::array<std::string_view, 3> modes{R"("auto")", R"("required")", R"("none")"};
constexpr std::array tool_choice_members{
    member_shape{.key = "mode", .type = wanted::word, .words = modes}};
constexpr shape tool_choice{tool_choice_members};

const shape* tool_shape(std::string_view /*tool*/) {
    return &list_item_shape(list_kind::tools);
}

result<std::string> mend_tools(std::string_view tools, std::string_view place) {
    std::string made;
    std::size_t index = 0;
    if (!is_json_array(tools))
        return fault{errc::server_failed,
                     fmt::format("{} is {}, not an array", place, kind_of(tools))};
    element_reader elements{tools};
    while (const auto tool = elements.next()) {
        auto mended = mend_by<tool_shape>(*tool, fmt::format("{}[{}]", place, index++));
        if (mended.has_error()) return mended.error();
        if (!made.empty()) made += ',';
        made += *mended;
    }
    return fmt::format("[{}]", made);
}
constexpr value_rule tools_rule{[](std::string_view) { return false; }, mend_tools};

bool is_metadata(std::string_view value) {
    return is_json_object(value) && are_numbers_finite(value);
}
result<std::string> refuse_metadata(std::string_view /*value*/, std::string_view place) {
    return fault{errc::server_failed, fmt::format("{} is not what a client can hold", place)};
}
constexpr value_rule metadata_rule{is_metadata, refuse_metadata};

constexpr std::array<std::string_view, 3> contexts{R"("none")", R"("thisServer")",
                                                   R"("allServers")"};
constexpr std::array sampling_members{
    member_shape{"messages", wanted::array, true, &message},
    member_shape{"maxTokens", wanted::whole_number, true},
    member_shape{"modelPreferences", wanted::object, false, &preferences},
    member_shape{"systemPrompt", wanted::text},
    member_shape{.key = "includeContext", .type = wanted::word, .words = contexts},
    member_shape{"temperature", wanted::number},
    member_shape{"stopSequences", wanted::array, false, nullptr, wanted::text},
    member_shape{.key = "metadata", .type = wanted::object, .rule = &metadata_rule},
    member_shape{.key = "tools", .type = wanted::array, .rule = &tools_rule, .is_vital = true},
    member_shape{"toolChoice", wanted::object, false, &tool_choice},
    member_shape{"_meta", wanted::object},
};
constexpr shape sampling{sampling_members};

// ---- requests for input (2026-07-28) ----------------------------------------------------------

constexpr std::array roots_members{member_shape{"_meta", wanted::object}};
constexpr shape roots{roots_members};

const shape* question_shape(std::string_view method_name, std::string_view params) {
    if (method_name == method::sampling) return &sampling;
    if (method_name == method::roots_list) return &roots;
    if (method_name != method::elicitation) return nullptr;
    return find_member(params, "mode") == "\"url\"" ? &visit : &form;
}

bool is_request_kept(std::string_view request) {
    if (!is_json_object(request)) return false;
    const auto name = find_member(request, "method");
    const auto params = find_member(request, "params");
    if (!is_json_string(name)) return false;
    const auto* const known = question_shape(name.substr(1, name.size() - 2), params);
    if (params.empty() && known == &roots) return true; // they are optional there
    if (!is_json_object(params)) return false;
    return known != nullptr && fits(params, *known);
}

result<std::string> mend_request(std::string_view request, std::string_view place) {
    const auto name = is_json_object(request)
                          ? unquote_json(find_member(request, "method")).value_or("")
                          : std::string{};
    auto params = is_json_object(request) ? find_member(request, "params") : std::string_view{};
    if (!is_json_object(params)) params = "{}";
    const auto* const known = question_shape(name, params);
    if (known == nullptr)
        return fault{errc::server_failed, fmt::format("{} is no question that MCP knows", place)};
    auto fitted = fit(params, *known, fmt::format("{}.params", place));
    if (fitted.has_error()) return fitted.error();
    return fmt::format(R"({{"method":{},"params":{}}})", quote_json(name), fitted->text);
}
constexpr value_rule requests_rule{are_members_kept<is_request_kept>, mend_members<mend_request>};

std::optional<fault> check_input(std::string_view object, std::string_view place) {
    if (!find_member(object, "inputRequests").empty() ||
        !find_member(object, "requestState").empty())
        return std::nullopt;
    return fault{errc::server_failed,
                 fmt::format("{} has neither inputRequests nor requestState", place)};
}

constexpr std::array input_members{
    member_shape{
        .key = "inputRequests", .type = wanted::object, .rule = &requests_rule, .is_vital = true},
    member_shape{.key = "requestState", .type = wanted::text, .is_vital = true},
    member_shape{.key = "_meta", .type = wanted::object, .rule = &result_meta_rule},
};
constexpr shape input_required{input_members, check_input};

outcome fit_unless_good(std::string_view object, const shape& into, std::string_view place) {
    if (fits(object, into)) return outcome{std::nullopt};
    auto fitted = fit(object, into, place);
    if (fitted.has_error()) return fitted.error();
    return outcome{std::move(fitted->text)};
}

} // namespace

outcome fit_question(std::string_view method_name, std::string_view params) {
    const auto* const known = question_shape(method_name, params);
    if (known == nullptr || (params.empty() && known == &roots)) return outcome{std::nullopt};
    auto fitted = fit_unless_good(params.empty() ? "{}" : params, *known, "params");
    if (fitted.has_error())
        return fault{errc::invalid_params,
                     fmt::format("{} cannot be asked: {}", method_name, fitted.error().detail)};
    return fitted;
}

outcome fit_input_required(std::string_view result_json) {
    return fit_unless_good(result_json, input_required, "result");
}

} // namespace mcpgw
