#include "children/remote_reply.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "protocol/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::size_t shown_bytes_max = 200;

std::string shown(std::string_view text) {
    auto clean = sanitize_utf8(text);
    for (char& c : clean)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    clean.resize(utf8_prefix(clean, shown_bytes_max));
    return clean;
}

/// The raw `error` member of a JSON-RPC error response, or empty.
std::string error_of(std::string_view body) {
    const auto message = scan_envelope(body);
    if (message.has_error() || !message->is_error) return {};
    return std::string{message->error.of(body)};
}

/// Where a redirect leads, without its query.
std::string target_of(const http_response_head& head, const http_url& where) {
    const auto location = head.find("Location").value_or(std::string_view{});
    const auto target = resolve_http_url(where, location);
    return target.has_value() ? shown_url(*target) : "nowhere";
}

} // namespace

bool is_event_stream(const http_response_head& head) {
    return head.status >= 200 && head.status < 300 && head.media_type() == "text/event-stream";
}

bool is_nothing_here(int status) {
    return status == 400 || status == 404 || status == 405;
}

std::string shown_url(const http_url& url) {
    return shown(url.origin() + url.target.substr(0, url.target.find('?')));
}

fault reply_fault(const http_response_head& head, const http_url& where, bool is_opening) {
    const int status = head.status;
    const auto at = shown_url(where);
    if (is_nothing_here(status))
        return {
            is_opening ? errc::method_not_found : errc::server_failed,
            fmt::format("HTTP {} from {}: no MCP server answers there; check `url`", status, at)};
    if (status == 401)
        return {errc::server_failed, fmt::format("HTTP 401 from {}: it wants to know who calls; "
                                                 "set `bearer_token` or `headers`",
                                                 at)};
    if (status == 403)
        return {errc::server_failed,
                fmt::format("HTTP 403 from {}: access is refused; check `bearer_token` and "
                            "`headers`",
                            at)};
    if (status == 429)
        return {errc::server_busy, fmt::format("HTTP 429 from {}: too many requests", at)};
    if (status >= 300 && status < 400)
        return {errc::server_failed,
                fmt::format("HTTP {} from {}: redirects are not followed; set `url` to {}", status,
                            at, target_of(head, where))};
    if (status >= 200 && status < 300)
        return {errc::server_failed,
                fmt::format("HTTP {} from {} with {} instead of an MCP message; is `url` right?",
                            status, at,
                            head.media_type().empty() ? "nothing" : shown(head.media_type()))};
    return {errc::server_failed, fmt::format("HTTP {} from {}", status, at)};
}

result<std::vector<std::string>> split_messages(std::string text) {
    std::vector<std::string> messages;
    const auto begin = text.find_first_not_of(" \t\r\n");
    const bool is_batch = begin != std::string::npos && text[begin] == '[';
    const auto checked = is_batch ? check_json(text) : result<void>{};
    if (checked.has_error()) return checked.error();
    if (is_batch) {
        element_reader elements{text};
        while (const auto element = elements.next()) messages.emplace_back(*element);
    } else {
        messages.push_back(std::move(text));
    }
    for (auto& each : messages) {
        const auto message = scan_envelope(each);
        if (message.has_error()) return message.error();
        if (message->has_newline) each = flatten_newlines(each);
    }
    return messages;
}

std::string error_text(std::string_view body) {
    return shown(unquote_json(find_member(error_of(body), "message")).value_or(""));
}

bool is_modern_error(std::string_view body) {
    return is_modern_error(error_code(error_of(body)));
}

bool is_session_refusal(int status, std::string_view body) {
    if (status == 404) return true;
    if (status != 400) return false;
    const auto error = error_of(body);
    auto text = unquote_json(find_member(error, "message")).value_or("");
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text.find("session") != std::string::npos;
}

} // namespace mcpgw
