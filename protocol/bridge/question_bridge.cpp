// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/question_bridge.hpp"

#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/elicitation_form.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/repair/question_shapes.hpp"

#include <fmt/format.h>

#include <optional>

namespace mcpgw {

namespace {

using outcome = result<std::string>;

fault lacks(errc code, std::string_view what, std::string_view capability) {
    return {code, fmt::format("the client does not support {}", what),
            fmt::format(R"({{"requiredCapabilities":{}}})", capability)};
}

fault too_old(errc code, revision client, std::string_view what) {
    return {code,
            fmt::format("the client speaks MCP {}, which has no {}", to_string(client), what)};
}

/// `_meta` of a question or an answer on the next hop; a modern one has none.
std::string meta_for(std::string_view meta, revision to) {
    if (era_of(to) == era::modern) return {};
    const auto members = meta_for_upstream(meta);
    return members.empty() ? std::string{} : "{" + members + "}";
}

/// The members that every question keeps, `_meta` and `task` seen to.
template <class Replace>
std::string copy_params(std::string_view params, revision client, Replace replace) {
    member_writer kept;
    member_reader reader{params};
    while (const auto member = reader.next()) {
        if (member->key == "task") continue; // client-side tasks are never declared
        const std::string value = member->key == "_meta" ? meta_for(member->value, client)
                                                         : replace(member->key, member->value);
        if (!value.empty()) kept.add(member->key, value);
    }
    return kept.object();
}

std::string_view lacking_content(std::string_view block, revision to) {
    const auto type = unquote_json(find_member(block, "type")).value_or("");
    if (type == "audio" && to < revision::r2025_03_26) return "audio";
    if (type == "tool_use" && to < revision::r2025_11_25) return "tool use in sampling";
    if (type == "tool_result" && to < revision::r2025_11_25) return "tool results in sampling";
    return {};
}

/// `content` of a sampling message in revision `to`: one block before 2025-11-25, which has also
/// arrays. Nothing: that revision has no such content.
std::optional<std::string> content_for(std::string_view content, revision to) {
    if (!is_json_array(content)) {
        if (!lacking_content(content, to).empty()) return std::nullopt;
        return std::string{content};
    }
    std::size_t count = 0;
    std::string_view first;
    element_reader blocks{content};
    while (const auto block = blocks.next()) {
        if (!lacking_content(*block, to).empty()) return std::nullopt;
        if (count++ == 0) first = *block;
    }
    if (to >= revision::r2025_11_25) return std::string{content};
    if (count != 1) return std::nullopt;
    return std::string{first};
}

/// A message (or a sampling result, which is one) with its content in revision `to`.
std::optional<std::string> message_for(std::string_view message, revision to) {
    member_writer kept;
    member_reader reader{message};
    while (const auto member = reader.next()) {
        if (member->key != "content") {
            kept.add(member->key, member->value);
            continue;
        }
        const auto content = content_for(member->value, to);
        if (!content) return std::nullopt;
        kept.add(member->key, *content);
    }
    return kept.object();
}

outcome sampling_for_client(std::string_view params, const question_route& route) {
    const auto can = abilities_of(route.client_capabilities, route.client);
    if (!can.sampling) return lacks(errc::method_not_found, "sampling", R"({"sampling":{}})");
    const bool wants_tools =
        !find_member(params, "tools").empty() || !find_member(params, "toolChoice").empty();
    if (wants_tools && route.client < revision::r2025_11_25)
        return too_old(errc::invalid_params, route.client, "tools in sampling");
    if (wants_tools && !can.sampling_tools)
        return lacks(errc::invalid_params, "tools in sampling", R"({"sampling":{"tools":{}}})");
    std::string messages;
    element_reader reader{find_member(params, "messages")};
    while (const auto message = reader.next()) {
        const auto known = message_for(*message, route.client);
        if (!known)
            return fault{errc::invalid_params,
                         fmt::format("the client speaks MCP {}, where the content of a sampling "
                                     "message is one block of text, image{}",
                                     to_string(route.client),
                                     route.client < revision::r2025_03_26 ? "" : " or audio")};
        if (!messages.empty()) messages += ',';
        messages += *known;
    }
    return copy_params(params, route.client, [&](std::string_view key, std::string_view value) {
        return key == "messages" ? "[" + messages + "]" : std::string{value};
    });
}

outcome form_for_client(std::string_view params, const question_route& route) {
    const bool is_plain = route.client < revision::r2025_11_25;
    std::string schema{find_member(params, "requestedSchema")};
    if (is_plain) {
        auto known = form_schema_of_2025_06(schema);
        if (known.has_error()) return known.error();
        schema = std::move(*known);
    }
    return copy_params(params, route.client, [&](std::string_view key, std::string_view value) {
        if (key == "mode" && is_plain) return std::string{};
        return key == "requestedSchema" ? schema : std::string{value};
    });
}

outcome url_for_client(std::string_view params, const question_route& route) {
    const bool is_legacy = era_of(route.client) == era::legacy;
    bool has_id = false;
    auto kept =
        copy_params(params, route.client, [&](std::string_view key, std::string_view value) {
            if (key != "elicitationId") return std::string{value};
            has_id = is_legacy;
            return is_legacy ? std::string{value} : std::string{};
        });
    if (is_legacy && !has_id) {
        kept.pop_back();
        kept += fmt::format(R"(,"elicitationId":{}}})", quote_json(route.unique_id));
    }
    return kept;
}

outcome elicitation_for_client(std::string_view params, const question_route& route) {
    const auto can = abilities_of(route.client_capabilities, route.client);
    if (route.client < revision::r2025_06_18 && !can.form)
        return too_old(errc::method_not_found, route.client, "elicitation");
    const auto mode = unquote_json(find_member(params, "mode")).value_or("form");
    if (!can.form && !can.url)
        return lacks(errc::method_not_found, "elicitation",
                     mode == "url" ? R"({"elicitation":{"url":{}}})"
                                   : R"({"elicitation":{"form":{}}})");
    if (mode == "form") {
        if (!can.form)
            return lacks(errc::invalid_params, "elicitation with a form",
                         R"({"elicitation":{"form":{}}})");
        return form_for_client(params, route);
    }
    if (mode != "url")
        return fault{errc::invalid_params, fmt::format("elicitation mode '{}' is not known",
                                                       mode.substr(0, utf8_prefix(mode, 40)))};
    if (route.client < revision::r2025_11_25)
        return too_old(errc::invalid_params, route.client, "elicitation by URL");
    if (!can.url)
        return lacks(errc::invalid_params, "elicitation by URL", R"({"elicitation":{"url":{}}})");
    return url_for_client(params, route);
}

outcome roots_for_client(std::string_view params, const question_route& route) {
    if (!abilities_of(route.client_capabilities, route.client).roots)
        return lacks(errc::method_not_found, "roots", R"({"roots":{}})");
    const auto meta = meta_for(find_member(params, "_meta"), route.client);
    return meta.empty() ? std::string{} : fmt::format(R"({{"_meta":{}}})", meta);
}

outcome translate(std::string_view method_name, std::string_view params,
                  const question_route& route) {
    if (method_name == method::sampling) return sampling_for_client(params, route);
    if (method_name == method::elicitation) return elicitation_for_client(params, route);
    if (method_name == method::roots_list) return roots_for_client(params, route);
    return fault{
        errc::method_not_found,
        fmt::format("Method not found: {}", method_name.substr(0, utf8_prefix(method_name, 80)))};
}

} // namespace

outcome question_for_client(std::string_view method_name, std::string_view params,
                            const question_route& route) {
    const auto fitted = fit_question(method_name, params);
    if (!fitted.has_error()) return translate(method_name, *fitted ? **fitted : params, route);
    // That the client cannot be asked at all says more than what is wrong with the question.
    auto refused = translate(method_name, params, route);
    return refused.has_error() ? refused.error() : fitted.error();
}

outcome answer_for_server(std::string_view method_name, std::string_view answer,
                          const question_route& route) {
    if (!is_json_object(answer))
        return fault{
            errc::session_error,
            fmt::format("the client answered {} with something that is no object", method_name)};
    member_writer kept;
    member_reader reader{answer};
    while (const auto member = reader.next()) {
        if (member->key == "resultType") continue;
        if (member->key == "_meta") {
            const auto meta = meta_for(member->value, route.server);
            if (!meta.empty()) kept.add(member->key, meta);
            continue;
        }
        kept.add(member->key, member->value);
    }
    if (method_name != method::sampling) return kept.object();
    const auto message = message_for(kept.object(), route.server);
    if (!message)
        return fault{errc::session_error,
                     fmt::format("the client answered with several content blocks or with a kind "
                                 "of content that MCP {}, which the server speaks, does not have",
                                 to_string(route.server))};
    return *message;
}

} // namespace mcpgw
