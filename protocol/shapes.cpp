#include "protocol/shapes.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "protocol/mcp.hpp"

#include <fmt/format.h>

#include <array>

namespace mcpgw {

namespace {

std::optional<fault> check_contents(std::string_view contents, std::string_view place) {
    if (is_json_string(find_member(contents, "text")) ||
        is_json_string(find_member(contents, "blob")))
        return std::nullopt;
    return fault{errc::server_failed, fmt::format("{} has neither text nor blob", place)};
}

// Optional members first, as all of them have; then what each adds.

constexpr std::array annotation_members{
    member_shape{"audience", wanted::array, false, nullptr, wanted::role},
    member_shape{"priority", wanted::number},
    member_shape{"lastModified", wanted::text},
};
constexpr shape annotations{annotation_members};

constexpr std::array icon_members{
    member_shape{"src", wanted::text, true},
    member_shape{"mimeType", wanted::text},
    member_shape{"sizes", wanted::array, false, nullptr, wanted::text},
    member_shape{"theme", wanted::text},
};
constexpr shape icon{icon_members};

constexpr std::array tool_annotation_members{
    member_shape{"title", wanted::text},
    member_shape{"readOnlyHint", wanted::boolean},
    member_shape{"destructiveHint", wanted::boolean},
    member_shape{"idempotentHint", wanted::boolean},
    member_shape{"openWorldHint", wanted::boolean},
};
constexpr shape tool_annotations{tool_annotation_members};

constexpr std::array execution_members{member_shape{"taskSupport", wanted::text}};
constexpr shape execution{execution_members};

constexpr std::array tool_members{
    member_shape{"name", wanted::filled_text, true},
    member_shape{"inputSchema", wanted::schema, true},
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"outputSchema", wanted::object},
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

constexpr std::array resource_members{
    member_shape{"uri", wanted::filled_text, true},
    member_shape{.key = "name", .is_required = true, .instead = "uri"},
    member_shape{"title", wanted::text},
    member_shape{"description", wanted::text},
    member_shape{"mimeType", wanted::text},
    member_shape{"size", wanted::number},
    member_shape{"annotations", wanted::object, false, &annotations},
    member_shape{"icons", wanted::array, false, &icon},
    member_shape{"_meta", wanted::object},
};
constexpr shape resource{resource_members};

constexpr std::array template_members{
    member_shape{"uriTemplate", wanted::filled_text, true},
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
    member_shape{"uri", wanted::text, true},   member_shape{"mimeType", wanted::text},
    member_shape{"text", wanted::text},        member_shape{"blob", wanted::text},
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
    member_shape{"data", wanted::text, true},
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
    member_shape{"_meta", wanted::object},
};
constexpr shape read_result{read_members};

constexpr std::array message_members{
    member_shape{"role", wanted::role, true},
    member_shape{"content", wanted::any, true},
};
constexpr shape message{message_members};

constexpr std::array prompt_result_members{
    member_shape{"messages", wanted::array, true, &message},
    member_shape{"description", wanted::text},
    member_shape{"_meta", wanted::object},
};
constexpr shape prompt_result{prompt_result_members};

constexpr std::array completion_members{
    member_shape{"values", wanted::array, true, nullptr, wanted::text},
    member_shape{"total", wanted::number},
    member_shape{"hasMore", wanted::boolean},
};
constexpr shape completion{completion_members};

constexpr std::array complete_result_members{
    member_shape{"completion", wanted::object, true, &completion},
    member_shape{"_meta", wanted::object},
};
constexpr shape complete_result{complete_result_members};

constexpr std::array call_result_members{
    member_shape{"isError", wanted::boolean},
    member_shape{"_meta", wanted::object},
};
constexpr shape call_result{call_result_members};

} // namespace

const shape& list_item_shape(list_kind kind) {
    switch (kind) {
    case list_kind::tools:
        return tool;
    case list_kind::prompts:
        return prompt;
    case list_kind::resources:
        return resource;
    case list_kind::templates:
        break;
    }
    return resource_template;
}

const shape* block_shape(std::string_view block) {
    const auto type = find_member(block, "type");
    if (type == "\"text\"") return &text_block;
    if (type == "\"image\"" || type == "\"audio\"") return &data_block;
    if (type == "\"resource_link\"") return &resource;
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
