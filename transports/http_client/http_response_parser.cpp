// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/http_response_parser.hpp"

#include <algorithm>
#include <charconv>

namespace mcpgw {

namespace {

constexpr std::size_t chunk_line_bytes_max = 16 * 1024; // a size and its extensions
constexpr std::size_t trailer_bytes_max = 64 * 1024;

fault malformed(std::string_view problem) {
    return {errc::bad_http_request, "malformed HTTP response: " + std::string{problem}};
}

} // namespace

bool http_response_parser::keeps_connection() const {
    return is_done() && keeps_alive_ && pending_.empty();
}

bool http_response_parser::take_line(std::string_view& line) {
    const auto end = pending_.find('\n', used_);
    if (end == std::string::npos) return false;
    line = std::string_view{pending_}.substr(used_, end - used_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    used_ = end + 1;
    return true;
}

result<void> http_response_parser::feed(std::string_view bytes) {
    if (bytes.empty()) return {};
    has_started_ = true;
    pending_.append(bytes);
    used_ = 0;
    result<void> outcome;
    for (auto before = place::done; !is_done() && outcome.has_value();) {
        const auto used_before = used_;
        before = at_;
        std::string_view line;
        if (at_ == place::head)
            outcome = take_head();
        else if (at_ == place::body || at_ == place::chunk)
            take_body_bytes();
        else if (take_line(line))
            outcome = take_chunk_line(line);
        if (at_ == before && used_ == used_before) break; // there is more to come first
    }
    if (outcome.has_error()) return outcome;
    pending_.erase(0, used_);
    const bool is_in_line = at_ == place::chunk_size || at_ == place::trailer;
    if (is_in_line && pending_.size() > chunk_line_bytes_max)
        return malformed("endless chunk header");
    return {};
}

result<void> http_response_parser::take_head() {
    // Line ends before the status line are left over from the body before (RFC 9112, 2.2). Blanks
    // are overlooked in whole heads, and so must be in one of which only the begin has come.
    const auto begin = pending_.find_first_not_of("\r\n \t", used_);
    if (begin == std::string::npos) return {};
    const auto text = std::string_view{pending_}.substr(begin);
    const auto end = find_head_end(text);
    if (end.value_or(text.size()) > header_bytes_max_)
        return malformed("its header is larger than the limit");
    constexpr std::string_view usual_begin = "HTTP/";
    const auto compared = std::min(text.size(), usual_begin.size());
    if (!end && text.substr(0, compared) == usual_begin.substr(0, compared)) return {};
    // Where it cannot become HTTP any more, waiting for its end would be waiting for nothing.
    auto parsed = parse_response_head(text.substr(0, end.value_or(text.size())));
    if (parsed.has_error()) return parsed.error();
    if (!end) return {};
    used_ = begin + *end;
    const int status = parsed->head.status;
    if (status >= 100 && status < 200) return {}; // the response itself is still to come
    head_ = std::move(parsed->head);
    framing_ = parsed->framing;
    left_ = parsed->length;
    keeps_alive_ = parsed->keeps_alive;
    begin_body();
    return {};
}

void http_response_parser::begin_body() {
    const bool is_empty =
        framing_ == body_framing::none || (framing_ == body_framing::length && left_ == 0);
    at_ = is_empty                            ? place::done
          : framing_ == body_framing::chunked ? place::chunk_size
                                              : place::body;
}

void http_response_parser::take_body_bytes() {
    auto bytes = std::string_view{pending_}.substr(used_);
    const bool is_bounded = framing_ != body_framing::to_the_end;
    if (is_bounded) bytes = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), left_));
    body_.append(bytes);
    used_ += bytes.size();
    if (!is_bounded) return;
    left_ -= bytes.size();
    if (left_ == 0) at_ = at_ == place::chunk ? place::chunk_end : place::done;
}

/// A line between chunks: a size, the end of a chunk, or a trailer.
result<void> http_response_parser::take_chunk_line(std::string_view line) {
    if (at_ == place::trailer) {
        trailer_bytes_ += line.size();
        if (trailer_bytes_ > trailer_bytes_max) return malformed("endless trailers");
        if (line.empty()) at_ = place::done;
        return {};
    }
    if (at_ == place::chunk_end) {
        if (!line.empty()) return malformed("a chunk is longer than it says");
        at_ = place::chunk_size;
        return {};
    }
    // Blanks around the size and whatever extensions: RFC 9112, 7.1.1, has them ignored.
    const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
    const auto* const end = line.data() + line.size();
    const auto [stop, ec] = std::from_chars(line.data() + begin, end, left_, 16);
    const bool is_ended = stop == end || *stop == ';' || *stop == ' ' || *stop == '\t';
    if (ec != std::errc{} || !is_ended) return malformed("a chunk without a size");
    at_ = left_ == 0 ? place::trailer : place::chunk;
    return {};
}

result<void> http_response_parser::feed_end() {
    if (is_done()) return {};
    keeps_alive_ = false;
    // The last chunk has come; the line after it, which says nothing, is left out by some.
    const bool is_whole =
        at_ == place::trailer || (at_ == place::body && framing_ == body_framing::to_the_end);
    if (!is_whole)
        return fault{errc::connection_lost, has_started_
                                                ? "the connection ended inside the response"
                                                : "the connection ended without a response"};
    at_ = place::done;
    return {};
}

} // namespace mcpgw
