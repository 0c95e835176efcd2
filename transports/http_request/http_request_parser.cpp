// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/http_request_parser.hpp"

#include "transports/async/asio.hpp"

#include <algorithm>
#include <cstring>

namespace mcpgw {

namespace {
constexpr std::size_t first_bytes = 16 * 1024; // of a body
}

http_request_parser::http_request_parser(request_head_cache& into) : into_(into) {
    into.clear();
}

void http_request_parser::on_request_impl(boost::beast::http::verb, text_view method_text,
                                          text_view target, int version, error_code&) {
    into_.text.append(method_text);
    method_end_ = into_.text.size();
    into_.text.append(target);
    target_end_ = into_.text.size();
    into_.head.version = version;
}

void http_request_parser::on_field_impl(boost::beast::http::field, text_view name_text,
                                        text_view value, error_code&) {
    if (has_head_) return;
    auto& text = into_.text;
    request_head_cache::extent where{};
    where.name = text.size();
    text.append(name_text);
    where.value = text.size();
    text.append(value);
    where.end = text.size();
    into_.extents.push_back(where);
}

// Only now the text stays where it is.
void http_request_parser::on_header_impl(error_code&) {
    has_head_ = true;
    const std::string_view text = into_.text;
    into_.head.method = text.substr(0, method_end_);
    into_.head.target = text.substr(method_end_, target_end_ - method_end_);
    for (const auto& [name, value, end] : into_.extents)
        into_.head.fields.push_back(
            {text.substr(name, value - name), text.substr(value, end - value)});
}

std::size_t http_request_parser::on_body_impl(text_view bytes, error_code& ec) {
    return append_body(bytes, ec);
}

std::size_t http_request_parser::on_chunk_body_impl(std::uint64_t, text_view bytes,
                                                    error_code& ec) {
    return append_body(bytes, ec);
}

std::size_t http_request_parser::append_body(text_view bytes, error_code& ec) {
    const auto needed = body_bytes_ + bytes.size();
    if (memory_ && !memory_->make_room(bytes.size(), needed)) {
        ec = asio::error::no_memory;
        return 0;
    }
    if (body_.capacity() < needed) body_.grow(std::max({needed, 2 * body_bytes_, first_bytes}));
    std::memcpy(body_.data() + body_bytes_, bytes.data(), bytes.size());
    body_bytes_ = needed;
    body_.count(memory_, needed);
    return bytes.size();
}

shared_text http_request_parser::take_body() {
    return body_.share({body_.data(), body_bytes_});
}

} // namespace mcpgw
