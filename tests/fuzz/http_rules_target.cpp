// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "protocol/http/header_value.hpp"
#include "protocol/http/http_rules.hpp"
#include "protocol/http/modern_headers.hpp"
#include "protocol/http/param_headers.hpp"
#include "protocol/message/mcp.hpp"
#include "tests/fuzz/json_oracle.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace mcpgw::test {

namespace {

namespace json = boost::json;

constexpr std::size_t fields_max = 64;

struct request {
    request_head head;
    std::string_view body;
};

/// Removes the text up to `end` and `end` itself; all of it where there is no `end`.
std::string_view take_until(std::string_view& text, std::string_view end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const auto taken = text.substr(0, at);
    text.remove_prefix(std::min(at + end.size(), text.size()));
    return taken;
}

/// "METHOD target 11", lines "Name: value", an empty line, the body. Takes anything, also what no
/// HTTP parser would hand on.
request read_request(std::string_view text) {
    request out;
    auto line = take_until(text, "\n");
    out.head.method = take_until(line, " ");
    out.head.target = take_until(line, " ");
    out.head.version = line == "11" ? 11 : line == "10" ? 10 : 9;
    while (!text.empty() && out.head.fields.size() < fields_max) {
        line = take_until(text, "\n");
        if (line.empty()) break;
        const auto name = take_until(line, ":");
        out.head.fields.push_back({name, line});
    }
    out.body = text;
    return out;
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// What check_framing() promises, told by counting.
std::string check_accepted_framing(const request_head& head) {
    std::map<std::string, int> counts;
    for (const auto& field : head.fields) {
        ++counts[lower(field.name)];
        if (field.name.find_first_of(" \t\r\n:\"") != field.name.npos || field.name.empty())
            return "a name that is no token";
        for (const char c : field.value)
            if ((c >= 0 && c < ' ' && c != '\t') || c == 0x7F) return "a control character";
    }
    const std::set<std::string_view> singles{
        "host",           "content-length",       "content-type", "transfer-encoding", "origin",
        "mcp-session-id", "mcp-protocol-version", "mcp-method",   "mcp-name"};
    for (const auto& [name, count] : counts)
        if (count > 1 && (singles.contains(name) || name.starts_with("mcp-param-")))
            return name + " is accepted twice";
    if (counts.contains("content-length") && counts.contains("transfer-encoding"))
        return "two framings are accepted";
    if (counts.contains("trailer")) return "a trailer is accepted";
    if (head.version == 11 && !counts.contains("host")) return "a missing Host is accepted";
    return {};
}

/// Only loopback names get in where nothing else is allowed.
std::string check_accepted_access(const request_head& head) {
    const auto host = head.find(header_name::host);
    if (!host) return "access without a Host";
    const std::string name = lower(*host);
    const bool is_loopback = name.find("localhost") != name.npos || name.starts_with("127.") ||
                             name.starts_with("[::1]");
    return is_loopback && name.find_first_of("@/\\%#? ") == name.npos ? "" : "a foreign Host";
}

const json::string* find_string(const json::object& around, std::string_view name) {
    const json::value* const found = around.if_contains(name);
    return found == nullptr ? nullptr : found->if_string();
}

bool is_same(std::optional<std::string_view> sent, const json::string* written) {
    return sent && written != nullptr && *sent == std::string_view{*written};
}

/// A request that check_modern() accepted, against the body as Boost.JSON reads it.
std::string check_accepted_request(const request_head& head, const json::object& top) {
    const json::object* const params = find_object(top, "params");
    const json::object* const meta = params == nullptr ? nullptr : find_object(*params, "_meta");
    if (meta == nullptr) return "a request without _meta is accepted";
    const json::string* const version = find_string(*meta, meta_key::protocol_version);
    if (!is_same(head.find(header_name::protocol_version), version)) return "version";
    if (std::string_view{*version} != to_string(newest_modern)) return "an unknown version";
    if (find_object(*meta, meta_key::client_capabilities) == nullptr) return "capabilities";
    const json::string* const method_name = find_string(top, "method");
    if (!is_same(head.find(header_name::mcp_method), method_name)) return "method";
    const std::string_view member = mirrored_param(std::string_view{*method_name});
    if (member.empty()) return {};
    const auto sent = head.find(header_name::mcp_name);
    const auto decoded = sent ? decode_header_value(*sent) : std::nullopt;
    return is_same(decoded, find_string(*params, member)) ? "" : "name";
}

/// The schema of the corpus: a flat parameter of each type, and one inside an object.
const std::vector<param_header>& annotated_params() {
    static const std::vector<param_header> headers =
        read_param_headers(R"({"type":"object","properties":{
            "region":{"type":"string","x-mcp-header":"Region"},
            "count":{"type":"integer","x-mcp-header":"Count"},
            "dry":{"type":"boolean","x-mcp-header":"Dry-Run"},
            "in":{"type":"object","properties":{"deep":{"type":"string","x-mcp-header":"Deep"}}}}})")
            .value();
    return headers;
}

/// Mcp-Param-* fields that were accepted say what the arguments say; ours are always accepted.
std::string check_params(const request_head& head, std::string_view text, const envelope& message) {
    const auto arguments = message.in_params.arguments.of(text);
    if (!arguments.empty() && arguments.front() != '{') return {};
    const auto made = make_param_headers(annotated_params(), arguments);
    const bool accepts_sent =
        check_param_headers(annotated_params(), find_params(head), arguments).has_value();
    const auto tree = arguments.empty() ? json::value(json::object{}) : parse_json(arguments);
    if (!tree) return {};
    const json::string* const region = find_string(tree->get_object(), "region");
    const auto sent = head.find("Mcp-Param-Region");
    const auto decoded = sent ? decode_header_value(*sent) : std::nullopt;
    if (accepts_sent && region != nullptr && !is_same(decoded, region)) return "a parameter";
    if (accepts_sent && !tree->get_object().contains("region") && sent)
        return "a parameter that is not there";
    for (const auto& [name, value] : made)
        if (!is_plain_header_value(value)) return "a header value of ours";
    return {};
}

std::string check_body(const request& in) {
    const auto message = scan_envelope(in.body);
    if (!message) return {};
    const auto tree = parse_json(in.body);
    if (!tree) return {};
    const json::object& top = tree->get_object();

    const bool has_version = message->in_meta.protocol_version.size() != 0;
    const bool is_claimed = claims_modern(in.head, *message, in.body);
    if (has_version && !is_claimed) return "a body that names its version is not modern";
    const bool accepts_meta = check_modern_meta(*message, in.body).has_value();
    const bool is_accepted = check_modern(in.head, *message, in.body).has_value();
    if (auto problem = check_params(in.head, in.body, *message); !problem.empty()) return problem;
    if (!is_accepted || message->kind != message_kind::request) return {};
    if (!is_claimed) return "an accepted request is not modern";
    if (!accepts_meta) return "accepted with headers, refused without";
    return check_accepted_request(in.head, top);
}

} // namespace

std::string check_http_rules_invariants(std::string_view text) {
    const request in = read_request(text);
    if (check_framing(in.head))
        if (auto problem = check_accepted_framing(in.head); !problem.empty()) return problem;
    if (check_access(in.head, {}))
        if (auto problem = check_accepted_access(in.head); !problem.empty()) return problem;
    const access_policy listed{.origins_allowed = {"https://app.example", "null"},
                               .hosts_allowed = {"gateway.example", "::2"}};
    const access_policy all{.origins_allowed = {"*"}, .hosts_allowed = {"*"}};
    if (check_access(in.head, {}) && !check_access(in.head, listed)) return "a longer list refuses";
    if (check_access(in.head, listed) && !check_access(in.head, all)) return "'*' refuses";
    const auto form = check_post(in.head);
    const bool takes_events = form && *form != reply_form::json;
    if (form && takes_events != check_get_stream(in.head).has_value())
        return "streams for POST and not for GET, or the reverse";
    return check_body(in);
}

} // namespace mcpgw::test
