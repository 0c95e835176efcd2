// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/result_repair.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/repair/shapes.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t shown_type_bytes_max = 64;

/// An absent resultType means "complete" (2026-07-28, basic/index, "ResultType").
std::string without_type(std::string_view body) {
    member_writer kept{body.size()};
    member_reader members{body};
    while (const auto member = members.next())
        if (member->key != "resultType") kept.add(member->key, member->value);
    return kept.take_object();
}

result<std::optional<std::string>> fitted_body(std::string_view method_name,
                                               std::string_view body) {
    using outcome = std::optional<std::string>;
    const auto* const known = result_shape(method_name);
    if (known == nullptr || fits(body, *known)) return outcome{};
    auto fitted = fit(body, *known, "result");
    if (fitted.has_error()) return fitted.error();
    return outcome{std::move(fitted->text)};
}

} // namespace

result<std::optional<std::string>>
repair_result(std::string_view method_name, std::string_view line, const response_spans& spans) {
    using outcome = std::optional<std::string>;
    const auto body = spans.result.of(line);
    if (!is_json_object(body))
        return fault{errc::server_failed, fmt::format("the result of {} is {}, not an object",
                                                      method_name, kind_of(body))};
    const auto& in = spans.in_result;
    const auto type = in.result_type.of(line);
    const bool is_of_others = type == "\"input_required\"" || type == "\"task\"";
    const bool is_task = type == "\"task\"";
    if (is_task || in.task) {
        const auto id = find_member(is_task ? body : in.task.of(line), "taskId");
        if (is_json_string(id) && id.size() > 2) return outcome{};
        if (is_task || is_json_object(in.task.of(line)))
            return fault{errc::server_failed,
                         fmt::format("the result of {} is a task without an id", method_name)};
    }
    if (is_of_others) return outcome{};
    if (is_json_string(type) && type != "\"complete\"")
        return fault{errc::server_failed,
                     fmt::format("the result of {} has the type {}, which MCP does not know",
                                 method_name, type.substr(0, shown_type_bytes_max))};
    if (!type.empty() && !is_json_string(type)) {
        auto made = without_type(body);
        auto fitted = fitted_body(method_name, made);
        if (fitted.has_error()) return fitted.error();
        return *fitted ? std::move(*fitted) : outcome{std::move(made)};
    }
    if (method_name == method::tools_call) {
        const auto failed = in.is_error.of(line);
        const auto meta = in.meta.of(line);
        const bool is_plain = in.content && !in.has_odd_content &&
                              (failed.empty() || failed == "true" || failed == "false");
        if (is_plain && (meta.empty() || result_meta_rule.is_kept(meta))) return outcome{};
    }
    return fitted_body(method_name, body);
}

} // namespace mcpgw
