// SPDX-License-Identifier: Apache-2.0
// What a client sends and accepts: the second part of http_rules.
#include "protocol/http/http_rules.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/text/http_text.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

/// Takes the text up to the next `separator` that is not inside a quoted string.
std::string_view take_part(std::string_view& text, char separator) {
    bool is_quoted = false;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (is_quoted && text[at] == '\\') {
            ++at;
            continue;
        }
        if (text[at] == '"') is_quoted = !is_quoted;
        if (!is_quoted && text[at] == separator) break;
    }
    at = std::min(at, text.size());
    const auto part = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return trim(part);
}

enum class weight : unsigned char { malformed, zero, positive };

// RFC 9110, 12.4.2, and ".2" without the leading zero, which old Java clients send.
weight parse_weight(std::string_view text) {
    const auto dot = text.find('.');
    const auto whole = text.substr(0, dot);
    const auto fraction = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
    if (whole.empty() && fraction.empty()) return weight::malformed;
    if (!whole.empty() && whole != "0" && whole != "1") return weight::malformed;
    if (!std::ranges::all_of(fraction, is_digit)) return weight::malformed;
    const bool has_fraction = fraction.find_first_not_of('0') != std::string_view::npos;
    if (whole == "1") return has_fraction ? weight::malformed : weight::positive;
    return has_fraction ? weight::positive : weight::zero;
}

weight weight_of(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto parameter = take_part(parameters, ';');
        const auto equals = parameter.find('=');
        if (equals == std::string_view::npos) continue;
        if (iequals(trim(parameter.substr(0, equals)), "q"))
            return parse_weight(trim(parameter.substr(equals + 1)));
    }
    return weight::positive;
}

/// How exactly `range` names `type`: 3 the type itself, 2 `type/*`, 1 `*/*`, 0 not at all.
int specificity(std::string_view range, std::string_view type) {
    if (iequals(range, type)) return 3;
    if (range == "*/*" || range == "*") return 1; // the second one of old Java clients
    if (!range.ends_with("/*")) return 0;
    return iequals(range.substr(0, range.size() - 1), type.substr(0, type.find('/') + 1)) ? 2 : 0;
}

// The most exact range decides (RFC 9110, 12.5.1): "*/*, text/event-stream;q=0" excludes streams.
bool accepts(const request_head& head, std::string_view type) {
    bool has_range = false; // an empty field says nothing
    bool is_accepted = false;
    int best = 0;
    for (const auto& field : head.fields) {
        if (!iequals(field.name, header_name::accept)) continue;
        auto list = field.value;
        while (!list.empty()) {
            auto element = take_part(list, ',');
            const auto range = take_part(element, ';');
            has_range = has_range || !range.empty();
            const int found = specificity(range, type);
            if (found == 0 || found < best) continue;
            // Whoever names a type with a weight that is none still names it.
            const bool is_positive = weight_of(element) != weight::zero;
            is_accepted = found > best ? is_positive : is_accepted || is_positive;
            best = found;
        }
    }
    return !has_range || is_accepted;
}

/// application/json and what else can only be JSON: text/json, application/json-rpc, …+json.
bool is_json_type(std::string_view type) {
    for (const std::string_view name : {"application/json", "text/json", "application/json-rpc",
                                        "application/jsonrequest", "application/x-json"})
        if (iequals(type, name)) return true;
    constexpr std::string_view suffix = "+json"; // RFC 6839, 3.1
    return type.size() > suffix.size() && type.find('/') != std::string_view::npos &&
           iequals(type.substr(type.size() - suffix.size()), suffix);
}

fault unsupported(std::string_view sent) {
    constexpr std::size_t shown_max = 80;
    const auto shown = sanitize_utf8(sent.substr(0, shown_max));
    return {errc::unsupported_media_type,
            "Content-Type must be application/json, not \"" + shown + '"'};
}

} // namespace

result<reply_form> check_post(const request_head& head) {
    constexpr std::string_view usual_accept = "application/json, text/event-stream"; // of SDKs
    auto content_type = head.find(header_name::content_type).value_or(std::string_view{});
    if (!content_type.empty() && content_type != "application/json" &&
        !is_json_type(take_part(content_type, ';')))
        return unsupported(head.find(header_name::content_type).value_or(std::string_view{}));
    if (head.count(header_name::accept) == 1 && head.find(header_name::accept) == usual_accept)
        return reply_form::either;
    const bool takes_json = accepts(head, "application/json");
    const bool takes_events = accepts(head, "text/event-stream");
    if (takes_json && takes_events) return reply_form::either;
    if (takes_json) return reply_form::json;
    if (takes_events) return reply_form::events;
    return errc::not_acceptable;
}

result<void> check_get_stream(const request_head& head) {
    if (!accepts(head, "text/event-stream"))
        return fault{errc::not_acceptable,
                     "the answer is an event stream: Accept must allow text/event-stream"};
    return {};
}

bool wants_page(const request_head& head) {
    for (const auto& field : head.fields) {
        if (!iequals(field.name, header_name::accept)) continue;
        auto list = field.value;
        while (!list.empty()) {
            auto element = take_part(list, ',');
            const auto range = take_part(element, ';');
            if (iequals(range, "text/html")) return weight_of(element) != weight::zero;
        }
    }
    return false;
}

} // namespace mcpgw
