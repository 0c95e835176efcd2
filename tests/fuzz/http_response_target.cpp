// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "transports/http_client/http_response_parser.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace mcpgw::test {

namespace {

/// All that a response is to who reads it.
struct reading {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    bool has_head = false;
    bool is_done = false;
    bool is_refused = false;
    bool is_cut = false; ///< the end of the connection came too early
    bool keeps_connection = false;

    bool operator==(const reading&) const = default;
};

reading read(std::string_view text, std::size_t size, std::size_t header_bytes_max) {
    http_response_parser parser{header_bytes_max};
    reading out;
    while (!text.empty() && !out.is_refused && !parser.is_done()) {
        out.is_refused = parser.feed(text.substr(0, size)).has_error();
        text.remove_prefix(std::min(size, text.size()));
        out.body += parser.take_body();
    }
    // What follows a response is not its own; here it may have come with it or not.
    out.keeps_connection = text.empty() && parser.keeps_connection();
    if (!out.is_refused) out.is_cut = parser.feed_end().has_error();
    out.has_head = parser.has_head();
    out.is_done = parser.is_done();
    out.status = parser.head().status;
    out.fields = parser.head().fields;
    return out;
}

} // namespace

std::string check_http_response_invariants(std::string_view text) {
    if (text.empty()) return {};
    const std::size_t choice = static_cast<unsigned char>(text.front());
    const auto header_bytes_max = 1 + 4 * choice;
    text.remove_prefix(1);
    const auto whole = read(text, text.size() + 1, header_bytes_max);
    if (whole.body.size() > text.size()) return "a body that is longer than what came";
    if (whole.is_done && !whole.has_head) return "a response without a head";
    if (whole.is_done == (whole.is_cut || whole.is_refused)) return "neither whole nor broken";
    if (whole.is_done && (whole.status < 200 || whole.status > 999)) return "an odd status";
    for (const std::size_t size : {1U, 2U, 3U, 7U, 64U}) {
        auto parts = read(text, size, header_bytes_max);
        // Of a response that is refused, some of the body may have been seen.
        if (whole.is_refused) {
            if (!parts.is_refused && !parts.is_done) return "a refusal that depends on the parts";
            continue;
        }
        if (parts.keeps_connection != whole.keeps_connection && !whole.is_done)
            return "a connection that is kept, or not";
        parts.keeps_connection = whole.keeps_connection;
        if (parts != whole) return "a response that depends on the parts";
    }
    return {};
}

} // namespace mcpgw::test
