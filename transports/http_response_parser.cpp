#include "transports/http_response_parser.hpp"

#include "transports/asio.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>

namespace mcpgw {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t leftover_bytes_max = 64 * 1024; // chunk extensions, trailers

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

} // namespace

std::optional<std::string_view> http_response_head::find(std::string_view name) const {
    for (const auto& [key, value] : fields)
        if (is_same_field(key, name)) return trim(value);
    return std::nullopt;
}

bool is_same_field(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

std::string http_response_head::media_type() const {
    const auto value = find("Content-Type").value_or(std::string_view{});
    std::string type{trim(value.substr(0, value.find(';')))};
    std::ranges::transform(type, type.begin(), to_lower);
    return type;
}

/// Beast's parser, writing into ours: its own containers would keep the whole body of a stream.
class http_response_parser::beast_parser final : public http::basic_parser<false> {
public:
    explicit beast_parser(http_response_parser& owner) : owner_(owner) {
        header_limit(static_cast<std::uint32_t>(owner.header_bytes_max_));
        body_limit(boost::none); // the reader of the body has the limit
    }

private:
    using error_code = beast::error_code;

    void on_request_impl(http::verb, beast::string_view, beast::string_view, int,
                         error_code&) override {}
    void on_response_impl(int code, beast::string_view, int, error_code&) override {
        owner_.head_.status = code;
    }
    void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                       error_code&) override {
        if (is_header_done()) return; // a trailer
        owner_.head_.fields.emplace_back(std::string{name}, std::string{value});
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(beast::string_view body, error_code&) override {
        owner_.body_.append(body);
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
        owner_.body_.append(body);
        return body.size();
    }
    void on_finish_impl(error_code&) override {}

    http_response_parser& owner_;
};

http_response_parser::http_response_parser(std::size_t header_bytes_max)
    : header_bytes_max_(header_bytes_max) {
    reset();
}

http_response_parser::~http_response_parser() = default;

void http_response_parser::reset() {
    head_ = {};
    parser_ = std::make_unique<beast_parser>(*this);
}

bool http_response_parser::keeps_connection() const {
    return is_done_ && keeps_alive_ && pending_.empty();
}

result<void> http_response_parser::feed(std::string_view bytes) {
    if (bytes.empty()) return {};
    has_started_ = true;
    pending_.append(bytes);
    return parse();
}

result<void> http_response_parser::parse() {
    std::size_t used = 0;
    while (!is_done_ && used < pending_.size()) {
        boost::system::error_code ec;
        used += parser_->put(asio::buffer(pending_.data() + used, pending_.size() - used), ec);
        if (ec == http::error::need_more) break;
        if (ec == http::error::header_limit)
            return fault{errc::bad_http_request, "the header of the response is too large"};
        if (ec) return fault{errc::bad_http_request, "malformed HTTP response: " + ec.message()};
        if (!has_head_ && parser_->is_header_done()) {
            const bool is_interim = head_.status >= 100 && head_.status < 200;
            if (is_interim) {
                reset();
                continue;
            }
            has_head_ = true;
            keeps_alive_ = parser_->keep_alive();
        }
        is_done_ = parser_->is_done();
    }
    pending_.erase(0, used);
    if (pending_.size() > header_bytes_max_ + leftover_bytes_max)
        return fault{errc::bad_http_request, "malformed HTTP response: endless chunk header"};
    return {};
}

result<void> http_response_parser::feed_end() {
    if (is_done_) return {};
    boost::system::error_code ec;
    if (has_head_) parser_->put_eof(ec);
    if (!has_head_ || ec)
        return fault{errc::connection_lost, has_started_
                                                ? "the connection ended inside the response"
                                                : "the connection ended without a response"};
    is_done_ = true;
    keeps_alive_ = false;
    return {};
}

} // namespace mcpgw
