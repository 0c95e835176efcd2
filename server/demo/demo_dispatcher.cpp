// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_dispatcher.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"
#include "server/demo/demo_content.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t listens_max = 1000;

// resources/subscribe in the legacy eras, resourceSubscriptions of a listen in the modern one. The
// lists never change, so there is no listChanged.
constexpr std::string_view capabilities_and_instructions =
    R"("capabilities":{"completions":{},"logging":{},"prompts":{},)"
    R"("resources":{"subscribe":true},"tools":{}},)"
    R"("instructions":"A demo server: call echo to check the connection, wait to see progress, )"
    R"(and ask to answer a question.")";

/// Whether client capabilities allow an elicitation by form. An empty object means form only
/// (client/elicitation, "Capabilities").
bool can_elicit_form(std::string_view capabilities) {
    const auto elicitation = find_member(capabilities, "elicitation");
    if (!is_json_object(elicitation)) return false;
    if (!member_reader{elicitation}.next()) return true;
    return !find_member(elicitation, "form").empty();
}

bool has_modern_keys(const envelope& parts) {
    const auto& meta = parts.in_meta;
    return meta.protocol_version || meta.client_capabilities || meta.client_info || meta.log_level;
}

fault method_unknown(std::string_view name, era spoken) {
    return {errc::method_not_found,
            fmt::format("Method '{}' is not known in the {} era", name, to_string(spoken))};
}

fault id_in_use() {
    return {errc::invalid_request, "Another request with this id is open"};
}

/// A member of params that must be a string.
result<std::string> required_text(std::string_view raw, std::string_view key) {
    auto text = unquote_json(raw);
    if (!text) return fault{errc::invalid_params, fmt::format("'{}' must be a string", key)};
    return std::move(*text);
}

std::string uri_data(std::string_view uri) {
    return R"({"uri":)" + quote_json(uri) + "}";
}

/// "Not found" moved from -32002 to -32602 with the modern era (server/resources, "Error
/// Handling").
void append_resource_not_found(std::string& out, const demo_address& to, std::string_view uri) {
    const std::string text = fmt::format("Resource not found: {}", uri);
    if (to.spoken == era::modern) {
        append_error(out, to.id, {errc::resource_not_found, text, uri_data(uri)});
        return;
    }
    out += make_raw_error_response(to.id, R"({"code":-32002,"message":)" + quote_json(text) +
                                              R"(,"data":)" + uri_data(uri) + "}");
    out += '\n';
}

/// The member of the list that this method returns, or null.
const std::string* find_list(std::string_view name) {
    if (name == method::tools_list) return &demo_tool_list();
    if (name == method::prompts_list) return &demo_prompt_list();
    if (name == method::resources_list) return &demo_resource_list();
    if (name == method::resources_templates_list) return &demo_template_list();
    return nullptr;
}

} // namespace

demo_dispatcher::demo_dispatcher(demo_surroundings surroundings,
                                 const demo_questions::key& state_key)
    : tools_(std::move(surroundings), state_key) {}

void demo_dispatcher::on_line(std::string_view line, time_point now, std::string& out) {
    const auto parts = scan_envelope(line);
    if (!parts) {
        append_error(out, find_id(line), parts.error());
        return;
    }
    switch (parts->kind) {
    case message_kind::request:
        on_request(line, *parts, now, out);
        break;
    case message_kind::notification:
        on_notification(line, *parts, out);
        break;
    case message_kind::response:
        tools_.on_response(line, *parts, out);
        break;
    }
}

void demo_dispatcher::on_line_too_long(std::string& out) {
    append_error(out, {}, {errc::message_too_large, "The line is longer than this server accepts"});
}

void demo_dispatcher::on_end_of_input(std::string& out) {
    for (const auto& id : listens_)
        out += R"({"jsonrpc":"2.0","id":)" + id +
               R"(,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/)"
               R"(subscriptionId":)" +
               id + "}}}\n";
    listens_.clear();
}

void demo_dispatcher::on_request(std::string_view line, const envelope& parts, time_point now,
                                 std::string& out) {
    const era spoken = has_modern_keys(parts) ? era::modern : era::legacy;
    const request r{line, parts, spoken, now};
    const auto done = dispatch(r, out);
    if (!done) append_error(out, r.address().id, done.error());
}

void demo_dispatcher::on_notification(std::string_view line, const envelope& parts,
                                      std::string& out) {
    if (parts.method.of(line) != notification::cancelled) return;
    const auto id = parts.in_params.request_id.of(line);
    if (!tools_.cancel(id, out)) listens_.erase(std::string{id});
}

result<void> demo_dispatcher::check_modern(const request& r) const {
    const auto& meta = r.parts.in_meta;
    const auto version = unquote_json(r.raw(meta.protocol_version));
    if (!version)
        return fault{errc::invalid_params,
                     fmt::format("'_meta' needs the string '{}'", meta_key::protocol_version)};
    if (!is_json_object(r.raw(meta.client_capabilities)))
        return fault{errc::invalid_params,
                     fmt::format("'_meta' needs the object '{}'", meta_key::client_capabilities)};
    const auto spoken = parse_revision(*version);
    if (!spoken || era_of(*spoken) != era::modern)
        return fault{errc::unsupported_protocol_version, "Unsupported protocol version",
                     fmt::format(R"({{"supported":["{}"],"requested":{}}})",
                                 to_string(newest_modern), quote_json(*version))};
    if (meta.log_level) {
        const auto level = unquote_json(r.raw(meta.log_level));
        if (!level || !parse_log_level(*level))
            return fault{errc::invalid_params,
                         fmt::format("'{}' is no log level", meta_key::log_level)};
    }
    return {};
}

result<void> demo_dispatcher::dispatch(const request& r, std::string& out) {
    const auto name = r.raw(r.parts.method);
    if (r.spoken == era::modern) {
        if (const auto checked = check_modern(r); !checked) return checked.error();
    } else if (!session_ && name != method::initialize && name != method::ping) {
        return fault{errc::invalid_params,
                     fmt::format("Send initialize first, or give every request '{}' and '{}' in "
                                 "params._meta",
                                 meta_key::protocol_version, meta_key::client_capabilities)};
    }
    if (!is_client_method(name, r.spoken)) return method_unknown(name, r.spoken);

    if (name == method::tools_call) return call_tool(r, out);
    if (const auto* const list = find_list(name)) {
        if (r.parts.in_params.cursor)
            return fault{errc::invalid_params, "This list has one page: leave out 'cursor'"};
        append_cacheable_result(out, r.address(), *list);
        return {};
    }
    if (name == method::resources_read) return read_resource(r, out);
    if (name == method::prompts_get) return get_prompt(r, out);
    if (name == method::complete) {
        const auto members = complete_demo_argument(r.raw(r.parts.params));
        if (!members) return members.error();
        append_result(out, r.address(), *members);
        return {};
    }
    if (r.spoken == era::legacy) return dispatch_legacy(r, out);
    if (name == method::listen) return listen(r, out);
    if (name != method::discover) return method_unknown(name, r.spoken);
    append_cacheable_result(out, r.address(),
                            fmt::format(R"("supportedVersions":["{}"],{})",
                                        to_string(newest_modern), capabilities_and_instructions));
    return {};
}

result<void> demo_dispatcher::dispatch_legacy(const request& r, std::string& out) {
    const auto name = r.raw(r.parts.method);
    if (name == method::initialize) return initialize(r, out);
    if (name == method::set_level) return set_level(r, out);
    if (name == method::resources_subscribe || name == method::resources_unsubscribe)
        return subscribe(r, out);
    if (name != method::ping) return method_unknown(name, r.spoken);
    append_result(out, r.address(), {});
    return {};
}

result<void> demo_dispatcher::initialize(const request& r, std::string& out) {
    const auto params = r.raw(r.parts.params);
    const auto asked = required_text(find_member(params, "protocolVersion"), "protocolVersion");
    if (!asked) return asked.error();
    legacy_session session;
    const auto known = parse_revision(*asked);
    if (known && era_of(*known) == era::legacy) session.spoken = *known;
    session.can_elicit = can_elicit_form(find_member(params, "capabilities"));
    session_ = session;
    append_result(out, r.address(),
                  fmt::format(R"("protocolVersion":"{}","serverInfo":{},{})",
                              to_string(session.spoken), demo_server_info(),
                              capabilities_and_instructions));
    return {};
}

result<void> demo_dispatcher::set_level(const request& r, std::string& out) {
    const auto level = required_text(r.raw(r.parts.in_params.level), "level");
    if (!level) return level.error();
    const auto severity = parse_log_level(*level);
    if (!severity) return fault{errc::invalid_params, "'level' is no log level"};
    session_->severity_min = *severity;
    append_result(out, r.address(), {});
    return {};
}

result<void> demo_dispatcher::listen(const request& r, std::string& out) {
    const auto id = r.address().id;
    const auto filter = find_member(r.raw(r.parts.params), "notifications");
    if (!is_json_object(filter))
        return fault{errc::invalid_params, "'notifications' must be an object"};
    if (tools_.has(id) || listens_.contains(std::string{id})) return id_in_use();
    if (listens_.size() >= listens_max)
        return fault{errc::server_busy, fmt::format("{} listens are open already", listens_max)};
    // Only what exists is acknowledged; the lists never change.
    std::string honoured = "{";
    const auto wanted = find_member(filter, "resourceSubscriptions");
    if (is_json_array(wanted)) {
        honoured += R"("resourceSubscriptions":[)";
        element_reader uris{wanted};
        while (const auto raw = uris.next()) {
            const auto uri = unquote_json(*raw);
            if (!uri || !read_demo_resource(*uri)) continue;
            if (honoured.back() != '[') honoured += ',';
            honoured += *raw;
        }
        honoured += ']';
    }
    listens_.emplace(id);
    append_notification(out, notification::acknowledged,
                        fmt::format(R"({{"_meta":{{"{}":{}}},"notifications":{}}}}})",
                                    meta_key::subscription_id, id, honoured));
    return {};
}

result<void> demo_dispatcher::call_tool(const request& r, std::string& out) {
    const auto& params = r.parts.in_params;
    const auto raw_name = r.raw(params.name);
    const auto raw_arguments = r.raw(params.arguments);
    if (raw_name == R"("echo")" && is_json_object(raw_arguments)) {
        // The hot path: the message is passed on as it was written, whatever its size.
        const auto message = find_member(raw_arguments, "message");
        if (is_json_string(message)) {
            append_text_result(out, r.address(), message);
            return {};
        }
    }
    // Two open requests with one id could not be told apart when one is cancelled.
    if (!listens_.empty() && listens_.contains(std::string{r.address().id})) return id_in_use();
    const auto& meta = r.parts.in_meta;
    demo_call call{};
    call.from = r.address();
    call.name = raw_name;
    call.arguments = raw_arguments;
    call.progress_token = r.raw(meta.progress_token);
    call.now = r.now;
    if (r.spoken == era::modern) {
        call.round = {r.raw(params.input_responses), r.raw(params.request_state)};
        call.can_elicit = can_elicit_form(r.raw(meta.client_capabilities));
        if (const auto level = unquote_json(r.raw(meta.log_level)))
            call.severity_min = parse_log_level(*level);
    } else {
        call.can_elicit = session_->can_elicit;
        call.has_elicitation_modes = session_->spoken >= revision::r2025_11_25;
        call.severity_min = session_->severity_min;
    }
    return tools_.call(call, out);
}

result<void> demo_dispatcher::get_prompt(const request& r, std::string& out) const {
    const auto name = required_text(r.raw(r.parts.in_params.name), "name");
    if (!name) return name.error();
    const auto arguments = demo_arguments::parse(r.raw(r.parts.in_params.arguments));
    if (!arguments) return arguments.error();
    const auto members = get_demo_prompt(*name, *arguments);
    if (!members) return members.error();
    append_result(out, r.address(), *members);
    return {};
}

result<void> demo_dispatcher::read_resource(const request& r, std::string& out) const {
    const auto uri = required_text(r.raw(r.parts.in_params.uri), "uri");
    if (!uri) return uri.error();
    const auto members = read_demo_resource(*uri);
    if (members)
        append_cacheable_result(out, r.address(), *members);
    else
        append_resource_not_found(out, r.address(), *uri);
    return {};
}

result<void> demo_dispatcher::subscribe(const request& r, std::string& out) const {
    const auto uri = required_text(r.raw(r.parts.in_params.uri), "uri");
    if (!uri) return uri.error();
    if (read_demo_resource(*uri))
        append_result(out, r.address(), {});
    else
        append_resource_not_found(out, r.address(), *uri);
    return {};
}

} // namespace mcpgw
