// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/http_rules.hpp"
#include "transports/http_request/head_meaning.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// The head of a request, apart from the bytes that it came in. Owned by the connection; its memory
/// serves one request after the other.
///
/// A client sends the same head again and again, and only the length of its bodies changes. What
/// was parsed and checked for the first of these requests holds for the others, which saves a sixth
/// of what a small call costs.
struct request_head_cache {
    /// Of what is kept to be compared with the next request; a longer head is parsed each time.
    static constexpr std::size_t kept_bytes_max = 4 * 1024;

    request_head head; ///< views into `text`
    std::string text;
    struct extent {
        std::size_t name, value, end; ///< offsets in `text`
    };
    std::vector<extent> extents;
    /// Found by whoever asks first.
    std::optional<head_meaning> meaning;

    request_head_cache() = default;
    request_head_cache(const request_head_cache&) = delete;
    request_head_cache& operator=(const request_head_cache&) = delete;

    /// Nothing is stored any more.
    void clear();
    /// `raw`: the bytes that the stored head came in, to its end; all the checks passed.
    void keep(std::string_view raw);
    /// Whether `bytes` begin with the head that was kept, but for the digits of its Content-Length
    /// (as many, so that both are equally long). If so, `head` is the head of these bytes.
    [[nodiscard]] bool matches(std::string_view bytes);
    /// Of the head that was kept, in bytes as it came.
    [[nodiscard]] std::size_t raw_size() const { return raw_.size(); }

private:
    std::string raw_; ///< empty: none was kept
    // Where the digits of Content-Length are; none if there are no digits.
    std::size_t digits_in_raw_ = 0;
    std::size_t digits_in_text_ = 0;
    std::size_t digits_ = 0;
};

} // namespace mcpgw
