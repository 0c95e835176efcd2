// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/shapes.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace mcpgw {

namespace {

std::optional<fault> check_contents(std::string_view contents, std::string_view place) {
    if (is_json_string(find_member(contents, "text")) ||
        is_json_string(find_member(contents, "blob")))
        return std::nullopt;
    return fault{errc::server_failed, fmt::format("{} has neither text nor blob", place)};
}

constexpr std::array<std::string_view, 2> roles{R"("user")", R"("assistant")"};
constexpr std::array<std::string_view, 2> themes{R"("light")", R"("dark")"};
constexpr std::array<std::string_view, 3> task_support{R"("forbidden")", R"("optional")",
                                                       R"("required")"};

// Optional members first, as all of them have; then what each adds.

constexpr std::array annotation_members{
    member_shape{"audience", wanted::array, false, nullptr, wanted::word, roles},
    member_shape{"priority", wanted::share},
    member_shape{"lastModified", wanted::timestamp},
};
constexpr shape annotations{annotation_members};

constexpr std::array icon_members{
    member_shape{"src", wanted::text, true},
    member_shape{"mimeType", wanted::text},
    member_shape{"sizes", wanted::array, false, nullptr, wanted::text},
    member_shape{.key = "theme", .type = wanted::word, .words = themes},
};
constexpr shape icon{icon_members};

constexpr std::array implementation_members{
    member_shape{"name", wanted::text, true}, member_shape{"version", wanted::text, true},
    member_shape{"title", wanted::text},      member_shape{"description", wanted::text},
    member_shape{"websiteUrl", wanted::text}, member_shape{"icons", wanted::array, false, &icon},
};
constexpr shape implementation{implementation_members};

constexpr std::array tool_annotation_members{
    member_shape{"title", wanted::text},
    member_shape{"readOnlyHint", wanted::boolean},
    member_shape{"destructiveHint", wanted::boolean},
    member_shape{"idempotentHint", wanted::boolean},
    member_shape{"openWorldHint", wanted::boolean},
};
constexpr shape tool_annotations{tool_annotation_members};

constexpr std::array execution_members{
    member_shape{.key = "taskSupport", .type = wanted::word, .words = task_support}};
constexpr shape execution{execution_members};

constexpr std::array tool_members{
    member_shape{"name", wanted::filled_text, true},
    member_shape{"inputSchema", wanted::schema, true},
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"outputSchema", wanted::output_schema},
    member_shape{"annotations", wanted::object, false, &tool_annotations},
    member_shape{"execution", wanted::object, false, &execution},
    member_shape{"icons", wanted::array, false, &icon},
    member_shape{"_meta", wanted::object},
};
constexpr shape tool{tool_members};

constexpr std::array prompt_argument_members{
    member_shape{"name", wanted::text, true},
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"required", wanted::boolean},
};
constexpr shape prompt_argument{prompt_argument_members};

constexpr std::array prompt_members{
    member_shape{"name", wanted::filled_text, true},
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"arguments", wanted::array, false, &prompt_argument},
    member_shape{"icons", wanted::array, false, &icon},
    member_shape{"_meta", wanted::object},
};
constexpr shape prompt{prompt_members};

/// Of a list or a link: what cannot be read at all is no use in a list, where stricter readers
/// would lose the other entries with it.
constexpr auto resource_members_with(wanted uri) {
    return std::array{
        member_shape{"uri", uri, true},
        member_shape{.key = "name", .is_required = true, .instead = "uri"},
        member_shape{"title", wanted::text},
        member_shape{"description", wanted::text},
        member_shape{"mimeType", wanted::text},
        member_shape{"size", wanted::whole_number},
        member_shape{"annotations", wanted::object, false, &annotations},
        member_shape{"icons", wanted::array, false, &icon},
        member_shape{"_meta", wanted::object},
    };
}
constexpr auto listed_members = resource_members_with(wanted::absolute_uri);
constexpr shape listed_resource{listed_members};
constexpr auto linked_members = resource_members_with(wanted::filled_text);
constexpr shape linked_resource{linked_members};

constexpr std::array template_members{
    member_shape{"uriTemplate", wanted::uri_template, true},
    member_shape{.key = "name", .is_required = true, .instead = "uriTemplate"},
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"mimeType", wanted::text},
    member_shape{"annotations", wanted::object, false, &annotations},
    member_shape{"icons", wanted::array, false, &icon},
    member_shape{"_meta", wanted::object},
};
constexpr shape resource_template{template_members};

constexpr std::array contents_members{
    member_shape{"uri", wanted::text, true}, member_shape{"mimeType", wanted::text},
    member_shape{"text", wanted::text},      member_shape{"blob", wanted::base64},
    member_shape{"_meta", wanted::object},
};
constexpr shape contents{contents_members, check_contents};

constexpr std::array text_members{
    member_shape{"text", wanted::text, true},
    member_shape{"annotations", wanted::object, false, &annotations},
    member_shape{"_meta", wanted::object},
};
constexpr shape text_block{text_members};

constexpr std::array data_members{
    member_shape{"data", wanted::base64, true},
    member_shape{"mimeType", wanted::text, true},
    member_shape{"annotations", wanted::object, false, &annotations},
    member_shape{"_meta", wanted::object},
};
constexpr shape data_block{data_members};

constexpr std::array embedded_members{
    member_shape{"resource", wanted::object, true, &contents},
    member_shape{"annotations", wanted::object, false, &annotations},
    member_shape{"_meta", wanted::object},
};
constexpr shape embedded_block{embedded_members};

constexpr std::array read_members{
    member_shape{"contents", wanted::array, true, &contents},
    member_shape{.key = "_meta", .type = wanted::object, .rule = &result_meta_rule},
};
constexpr shape read_result{read_members};

bool says_who_it_is(std::string_view meta) {
    if (!is_json_object(meta)) return false;
    if (meta.find('\\') != meta.npos) { // PHP: "io.modelcontextprotocol\/serverInfo"
        member_reader members{meta};
        while (const auto member = members.next())
            if (member->key.find('\\') != member->key.npos) return false;
    }
    const auto info = find_member(meta, meta_key::server_info);
    return info.empty() || (is_json_object(info) && fits(info, implementation));
}

/// A modern server says with each result who it is, and mostly what it said last time: then it is
/// compared instead of read. The outcome depends on the text alone.
bool is_meta_kept(std::string_view meta) {
    constexpr std::size_t remembered_bytes_max = 1024;
    thread_local std::string last_kept;
    if (meta == last_kept) return true;
    const bool is_kept = says_who_it_is(meta);
    if (is_kept && meta.size() <= remembered_bytes_max) last_kept = meta;
    return is_kept;
}

/// What a server says wrong of itself is left out: the gateway knows from the start who it is.
result<std::string> mend_meta(std::string_view meta, std::string_view place) {
    if (!is_json_object(meta))
        return fault{errc::server_failed, fmt::format("{} is {}", place, kind_of(meta))};
    member_writer kept;
    member_reader members{meta};
    while (const auto member = members.next()) {
        const auto key = respelt_key(member->key);
        if (key != meta_key::server_info) {
            kept.add(key, member->value);
        } else if (is_json_object(member->value)) {
            const auto fitted = fit(member->value, implementation, place);
            if (fitted.has_value()) kept.add(key, fitted->text);
        }
    }
    return kept.take_object();
}

bool is_block_kept(std::string_view block) {
    if (!is_json_object(block)) return false;
    const auto* const known = block_shape(block);
    return known != nullptr && fits(block, *known);
}

result<std::string> mend_block(std::string_view block, std::string_view place) {
    auto fitted = fit_block(block, place);
    if (fitted.has_error()) return fitted.error();
    return std::move(fitted->text);
}

bool are_blocks_kept(std::string_view content) {
    if (!is_json_array(content)) return false;
    element_reader blocks{content};
    while (const auto block = blocks.next())
        if (!is_block_kept(*block)) return false;
    return true;
}

/// A block or a text alone stands for an array of one.
result<std::string> mend_blocks(std::string_view content, std::string_view place) {
    std::string made;
    if (!is_json_array(content)) {
        auto only = mend_block(content, place);
        if (only.has_error()) return only.error();
        return fmt::format("[{}]", *only);
    }
    std::size_t index = 0;
    element_reader blocks{content};
    while (const auto block = blocks.next()) {
        auto mended = mend_block(*block, fmt::format("{}[{}]", place, index++));
        if (mended.has_error()) return mended.error();
        if (!made.empty()) made += ',';
        made += *mended;
    }
    return fmt::format("[{}]", made);
}

constexpr std::array message_members{
    member_shape{.key = "role", .type = wanted::word, .is_required = true, .words = roles},
    member_shape{
        .key = "content", .type = wanted::any, .is_required = true, .rule = &content_block_rule},
};
constexpr shape message{message_members};

constexpr std::array prompt_result_members{
    member_shape{"messages", wanted::array, true, &message},
    member_shape{"description", wanted::text},
    member_shape{.key = "_meta", .type = wanted::object, .rule = &result_meta_rule},
};
constexpr shape prompt_result{prompt_result_members};

constexpr std::array completion_members{
    member_shape{"values", wanted::array, true, nullptr, wanted::text},
    member_shape{"total", wanted::whole_number},
    member_shape{"hasMore", wanted::boolean},
};
constexpr shape completion{completion_members};

constexpr std::array complete_result_members{
    member_shape{"completion", wanted::object, true, &completion},
    member_shape{.key = "_meta", .type = wanted::object, .rule = &result_meta_rule},
};
constexpr shape complete_result{complete_result_members};

constexpr std::array call_result_members{
    member_shape{.key = "content",
                 .type = wanted::array,
                 .is_required = true,
                 .rule = &content_blocks_rule,
                 .otherwise = "[]"},
    member_shape{"isError", wanted::boolean},
    member_shape{.key = "_meta", .type = wanted::object, .rule = &result_meta_rule},
};
constexpr shape call_result{call_result_members};

} // namespace

constinit const value_rule result_meta_rule{is_meta_kept, mend_meta};
constinit const value_rule content_block_rule{is_block_kept, mend_block};
constinit const value_rule content_blocks_rule{are_blocks_kept, mend_blocks};

const shape& list_item_shape(list_kind kind) {
    switch (kind) {
    case list_kind::tools:
        return tool;
    case list_kind::prompts:
        return prompt;
    case list_kind::resources:
        return listed_resource;
    case list_kind::templates:
        break;
    }
    return resource_template;
}

const shape& implementation_shape() {
    return implementation;
}

const shape* block_shape(std::string_view block) {
    const auto type = find_member(block, "type");
    if (type == "\"text\"") return &text_block;
    if (type == "\"image\"" || type == "\"audio\"") return &data_block;
    if (type == "\"resource_link\"") return &linked_resource;
    if (type == "\"resource\"") return &embedded_block;
    return nullptr;
}

const shape* result_shape(std::string_view method_name) {
    if (method_name == method::tools_call) return &call_result;
    if (method_name == method::prompts_get) return &prompt_result;
    if (method_name == method::resources_read) return &read_result;
    if (method_name == method::complete) return &complete_result;
    return nullptr;
}

result<fitted_object> fit_block(std::string_view block, std::string_view place) {
    if (is_json_string(block))
        return fitted_object{fmt::format(R"({{"type":"text","text":{}}})", block), {}};
    if (!is_json_object(block))
        return fault{errc::server_failed,
                     fmt::format("{} is {}, not a block of content", place, kind_of(block))};
    const auto* const known = block_shape(block);
    if (known != nullptr) return fit(block, *known, place);
    const auto type = find_member(block, "type");
    return fault{errc::server_failed,
                 type.empty() ? fmt::format("{} has no type", place)
                              : fmt::format("{} has the type {}, which MCP does not know", place,
                                            type.substr(0, 64))};
}

} // namespace mcpgw
