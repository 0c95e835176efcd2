// SPDX-License-Identifier: Apache-2.0
#include "children/remote/remote_reply.hpp"

#include "protocol/ascii.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"
#include "protocol/text/secret_mask.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::size_t shown_bytes_max = 200;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view white_space = " \t\r\n";

std::string shown(std::string_view text) {
    auto clean = sanitize_utf8(text);
    for (char& c : clean)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    clean.resize(utf8_prefix(clean, shown_bytes_max));
    return clean;
}

/// The begin of a body for people: on one line, and none of `secrets` in it.
std::string shown_words(std::string_view body, const std::vector<std::string>& secrets) {
    constexpr std::size_t read_bytes_max = 4 * shown_bytes_max; // blanks and secrets shrink it
    std::string words;
    bool is_blank = true; // in front
    for (const char c : body.substr(0, utf8_prefix(body, read_bytes_max))) {
        const bool is_control = static_cast<unsigned char>(c) <= 0x20;
        if (!is_control || !is_blank) words += is_control ? ' ' : c;
        is_blank = is_control;
    }
    while (words.ends_with(' ')) words.pop_back();
    return shown(mask_secrets(std::move(words), secrets));
}

/// Those that are not empty.
std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of("\r\n"), text.size());
        if (end > 0) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
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

bool is_event_stream(const http_response_head& head, std::string_view begin) {
    const bool is_good = head.status >= 200 && head.status < 300;
    if (begin.starts_with(byte_order_mark)) begin.remove_prefix(byte_order_mark.size());
    begin.remove_prefix(std::min(begin.find_first_not_of(white_space), begin.size()));
    if (begin.starts_with('{') || begin.starts_with('[')) return false;
    for (const std::string_view field : {"data:", "event:", "id:", "retry:", ":"})
        if (begin.starts_with(field)) return is_good;
    return is_event_stream(head);
}

bool is_nothing_here(int status) {
    return status == 400 || status == 404 || status == 405;
}

bool is_other_transport_likely(int status) {
    return is_nothing_here(status) || status == 406 || status == 410 || status == 415 ||
           status == 422 || status == 426 || status == 501;
}

std::string shown_url(const http_url& url) {
    return shown(url.origin() + url.target.substr(0, url.target.find('?')));
}

fault reply_fault(const http_response_head& head, const http_url& where, bool is_opening,
                  std::string_view body, const std::vector<std::string>& secrets) {
    const int status = head.status;
    const auto at = shown_url(where);
    const auto words = shown_words(body, secrets);
    const auto with = [&](errc code, std::string text) {
        if (!words.empty()) text += "; it said: " + words;
        return fault{code, std::move(text)};
    };
    if (is_nothing_here(status))
        return with(
            is_opening ? errc::method_not_found : errc::server_failed,
            fmt::format("HTTP {} from {}: no MCP server answers there; check `url`", status, at));
    if (status == 401)
        return with(errc::server_failed, fmt::format("HTTP 401 from {}: it wants to know who "
                                                     "calls; set `bearer_token` or `headers`",
                                                     at));
    if (status == 403)
        return with(errc::server_failed,
                    fmt::format("HTTP 403 from {}: access is refused; check `bearer_token` and "
                                "`headers`",
                                at));
    if (status == 407)
        return with(errc::server_failed,
                    fmt::format("HTTP 407 from {}: the proxy on the way wants to know who calls; "
                                "write its user and password into `proxy`",
                                at));
    if (status == 429)
        return with(errc::server_busy, fmt::format("HTTP 429 from {}: too many requests", at));
    if (status >= 300 && status < 400)
        return with(errc::server_failed,
                    fmt::format("HTTP {} from {}: it sends the request elsewhere, and that is not "
                                "followed; if the place is to be trusted, set `url` to {}",
                                status, at, target_of(head, where)));
    if (status >= 200 && status < 300)
        return with(
            errc::server_failed,
            fmt::format("HTTP {} from {} with {} instead of an MCP message; is `url` right?",
                        status, at,
                        head.media_type().empty() ? "nothing" : shown(head.media_type())));
    return with(errc::server_failed, fmt::format("HTTP {} from {}", status, at));
}

result<std::vector<std::string>> split_messages(std::string text) {
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    std::vector<std::string> messages;
    const auto begin = text.find_first_not_of(white_space);
    const bool is_batch = begin != std::string::npos && text[begin] == '[';
    const auto checked = is_batch ? check_json(text) : result<void>{};
    if (checked.has_error()) return checked.error();
    if (is_batch) {
        element_reader elements{text};
        while (const auto element = elements.next()) messages.emplace_back(*element);
    } else if (const auto one = scan_envelope(text); one.has_error()) {
        messages = lines_of(text);
        if (messages.size() < 2) return one.error();
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
    constexpr std::size_t read_bytes_max = 1024;
    const auto error = error_of(body);
    // Some answer in plain words instead of JSON-RPC.
    const auto text = error.empty() ? std::string{body.substr(0, read_bytes_max)}
                                    : unquote_json(find_member(error, "message")).value_or("");
    return lower_case(text).find("session") != std::string::npos;
}

} // namespace mcpgw
