// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/batch.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/message/mcp.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cassert>
#include <utility>

namespace mcpgw {

namespace {

result<envelope> scan_item(std::string_view text, const scan_limits& limits) {
    auto scanned = scan_envelope(text, limits);
    if (scanned.has_error()) return scanned;
    if (scanned->method.of(text) == method::initialize)
        return fault{errc::invalid_request, "initialize must not be part of a batch"};
    if (scanned->in_meta.protocol_version)
        return fault{errc::invalid_request,
                     "A request with a protocol version in _meta must not be part of a batch"};
    return scanned;
}

} // namespace

bool is_batch(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '[';
}

result<std::vector<batch_item>> split_batch(std::string_view text, std::size_t messages_max,
                                            const scan_limits& limits) {
    // One more level than a message has: the array itself.
    if (auto checked = check_json(text, {limits.depth_max + 1}); checked.has_error())
        return checked.error();
    std::vector<batch_item> items;
    element_reader elements{text};
    while (const auto element = elements.next()) {
        if (items.size() == messages_max)
            return fault{errc::invalid_request,
                         fmt::format("A batch must not have more than {} messages "
                                     "(limits.batch_messages_max)",
                                     messages_max)};
        auto& item = items.emplace_back();
        item.text = *element;
        item.message = scan_item(item.text, limits);
        if (item.message.has_value() && item.message->has_newline)
            item.text = flatten_newlines(item.text);
    }
    if (items.empty()) return fault{errc::invalid_request, "A batch must not be empty"};
    return items;
}

void batch_answers::add(std::string answer) {
    assert(missing_ > 0 && "every request is answered once");
    --missing_;
    if (!answer.empty()) answers_.push_back(std::move(answer));
}

std::string batch_answers::array() const {
    if (answers_.empty()) return {};
    return fmt::format("[{}]", fmt::join(answers_, ","));
}

} // namespace mcpgw
