// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/buffers/byte_block.hpp"
#include "transports/http_request/request_head_cache.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Beast's parser without its containers, which allocate for each field. One request each; what it
/// finds goes to a request_head_cache. Used for the head, and for bodies that come in chunks.
class http_request_parser final : public boost::beast::http::basic_parser<true> {
public:
    explicit http_request_parser(request_head_cache& into);

    /// The body counts in it; where that has no room, no_memory is the error of put().
    void count_body_in(std::shared_ptr<memory_budget> memory) { memory_ = std::move(memory); }
    [[nodiscard]] std::size_t body_bytes() const { return body_bytes_; }
    /// Of a chunked request, once is_done().
    [[nodiscard]] shared_text take_body();

private:
    using error_code = boost::system::error_code;
    using text_view = boost::beast::string_view;

    void on_request_impl(boost::beast::http::verb method, text_view method_text, text_view target,
                         int version, error_code& ec) override;
    void on_response_impl(int, text_view, int, error_code&) override {}
    void on_field_impl(boost::beast::http::field name, text_view name_text, text_view value,
                       error_code& ec) override;
    void on_header_impl(error_code& ec) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(text_view bytes, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t, text_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t remain, text_view bytes, error_code& ec) override;
    void on_finish_impl(error_code&) override {}

    std::size_t append_body(text_view bytes, error_code& ec);

    request_head_cache& into_;
    std::size_t method_end_ = 0;
    std::size_t target_end_ = 0;
    bool has_head_ = false; ///< what comes now as fields are trailers
    byte_block body_;
    std::size_t body_bytes_ = 0;
    std::shared_ptr<memory_budget> memory_; ///< null: it counts nowhere
};

} // namespace mcpgw
