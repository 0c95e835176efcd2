// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/mcp.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

struct revision_name {
    revision value;
    std::string_view text;
};

// The newest first: it is looked for with each request.
constexpr std::array revision_names{
    revision_name{revision::r2026_07_28, "2026-07-28"},
    revision_name{revision::r2025_11_25, "2025-11-25"},
    revision_name{revision::r2025_06_18, "2025-06-18"},
    revision_name{revision::r2025_03_26, "2025-03-26"},
    revision_name{revision::r2024_11_05, "2024-11-05"},
};

constexpr std::array<std::string_view, 8> log_levels{
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
};

constexpr std::array common_methods{
    method::complete,       method::prompts_get,    method::prompts_list,
    method::resources_list, method::resources_read, method::resources_templates_list,
    method::tools_call,     method::tools_list,
};

constexpr std::array legacy_methods{
    method::initialize,
    method::set_level,
    method::ping,
    method::resources_subscribe,
    method::resources_unsubscribe,
    method::tasks_get,
    method::tasks_cancel,
    method::tasks_result,
    method::tasks_list,
};

constexpr std::array modern_methods{
    method::discover, method::listen, method::tasks_get, method::tasks_update, method::tasks_cancel,
};

template <class Table>
bool contains(const Table& table, std::string_view name) {
    return std::ranges::find(table, name) != table.end();
}

} // namespace

std::string_view to_string(era e) {
    return word_of(e);
}

std::string_view to_string(revision r) {
    return std::ranges::find(revision_names, r, &revision_name::value)->text;
}

std::optional<revision> parse_revision(std::string_view text) {
    const auto* const found = std::ranges::find(revision_names, text, &revision_name::text);
    if (found == revision_names.end()) return std::nullopt;
    return found->value;
}

era era_of(revision r) {
    return r <= newest_legacy ? era::legacy : era::modern;
}

std::optional<int> parse_log_level(std::string_view name) {
    const auto* const found = std::ranges::find(log_levels, name);
    if (found == log_levels.end()) return std::nullopt;
    return static_cast<int>(found - log_levels.begin());
}

bool is_client_method(std::string_view name, era e) {
    if (contains(common_methods, name)) return true;
    if (e == era::legacy) return contains(legacy_methods, name);
    return contains(modern_methods, name);
}

std::string_view mirrored_param(std::string_view method_name) {
    if (method_name == method::tools_call || method_name == method::prompts_get) return "name";
    if (method_name == method::resources_read) return "uri";
    if (method_name == method::tasks_get || method_name == method::tasks_update ||
        method_name == method::tasks_cancel)
        return "taskId";
    return {};
}

} // namespace mcpgw
