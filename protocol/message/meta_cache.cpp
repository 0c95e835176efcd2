// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/meta_cache.hpp"

namespace mcpgw {

envelope::meta_spans meta_cache::spans(std::size_t begin) const {
    const auto moved = [this, begin](text_span kept) {
        return kept ? text_span{kept.begin - begin_ + begin, kept.end - begin_ + begin} : kept;
    };
    return {moved(spans_.progress_token), moved(spans_.protocol_version),
            moved(spans_.client_info),    moved(spans_.client_capabilities),
            moved(spans_.log_level),      moved(spans_.subscription_id)};
}

void meta_cache::keep(text_span meta, std::string_view text, place where, const envelope& message) {
    text_.clear();
    if (meta.size() > bytes_max) return;
    text_ = meta.of(text);
    begin_ = meta.begin;
    where_ = where;
    spans_ = message.in_meta;
    has_foreign_ = message.has_foreign_meta;
}

} // namespace mcpgw
