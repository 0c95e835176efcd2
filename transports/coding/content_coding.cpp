// SPDX-License-Identifier: Apache-2.0
#include "transports/coding/content_coding.hpp"

#include "protocol/ascii.hpp"
#include "transports/coding/content_stages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace mcpgw {

namespace {

constexpr std::size_t shown_bytes_max = 20;
constexpr int quality_max = 1000;

std::string_view take_element(std::string_view& list) {
    const auto comma = std::min(list.find(','), list.size());
    const auto element = trim(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    return element;
}

std::optional<content_coding> coding_named(std::string_view name) {
    const auto lower = lower_case(name);
    if (lower == "gzip" || lower == "x-gzip") return content_coding::gzip;
    if (lower == "deflate") return content_coding::deflate;
    if (lower == "br") return content_coding::br;
    if (lower == "zstd") return content_coding::zstd;
    // Not codings, but what some servers write there for "none".
    const bool means_none = lower.empty() || lower == "identity" || lower == "none" ||
                            lower == "utf-8" || lower == "utf8";
    if (means_none) return content_coding::identity;
    return std::nullopt;
}

/// Weight of an element of Accept-Encoding in thousandths (RFC 9110, 12.4.2); 1 where none is told.
int quality_of(std::string_view parameters) {
    const auto at = parameters.find("q=");
    if (at == std::string_view::npos) return quality_max;
    const auto value = trim(parameters.substr(at + 2));
    if (value.starts_with('1')) return quality_max;
    int thousandths = 0;
    int weight = quality_max / 10;
    for (const char c : value.substr(std::min<std::size_t>(2, value.size()))) {
        if (c < '0' || c > '9' || weight == 0) break;
        thousandths += (c - '0') * weight;
        weight /= 10;
    }
    return thousandths;
}

} // namespace

std::string_view to_string(content_coding coding) {
    switch (coding) {
    case content_coding::identity:
        return "identity";
    case content_coding::gzip:
        return "gzip";
    case content_coding::deflate:
        return "deflate";
    case content_coding::br:
        return "br";
    case content_coding::zstd:
        return "zstd";
    }
    return {};
}

result<std::unique_ptr<content_decoder>> content_decoder::make(std::string_view value,
                                                               expansion_limits limits) {
    std::unique_ptr<content_decoder> made{new content_decoder{limits}};
    while (!value.empty()) {
        const auto name = take_element(value);
        const auto coding = coding_named(name);
        if (!coding || made->stages_.size() == codings_max)
            return fault{errc::bad_http_request,
                         fmt::format("a Content-Encoding that was not asked for: {}",
                                     lower_case(name.substr(0, shown_bytes_max)))};
        if (*coding == content_coding::identity) continue;
        auto next = make_decoder_stage(*coding);
        if (!next) return fault{errc::internal_error, "no memory to decompress"};
        made->stages_.insert(made->stages_.begin(),
                             std::move(next)); // the last one was put on last
    }
    if (made->stages_.empty()) return std::unique_ptr<content_decoder>{};
    return made;
}

result<std::string> content_decoder::feed(std::string_view bytes) {
    bytes_in_ += bytes.size();
    const auto allowed = limits_.free_bytes + bytes_in_ * limits_.ratio_max;
    std::string current{bytes};
    for (const auto& each : stages_) {
        std::string next;
        const auto room = allowed - std::min(allowed, bytes_out_);
        const auto fed = each->feed(current, room, next);
        if (fed.has_error()) {
            if (fed.error().code != errc::message_too_large) return fed.error();
            return fault{errc::message_too_large,
                         fmt::format("a compressed body that grows to more than {} times its size",
                                     limits_.ratio_max)};
        }
        current = std::move(next);
    }
    bytes_out_ += current.size();
    return current;
}

bool content_decoder::is_whole() const {
    return std::ranges::all_of(stages_, [](const auto& each) { return each->is_whole(); });
}

content_coding choose_coding(std::string_view accept_encoding) {
    int gzip = -1;
    int zstd = -1;
    int identity = -1;
    int others = -1;
    while (!accept_encoding.empty()) {
        const auto element = take_element(accept_encoding);
        const auto semicolon = std::min(element.find(';'), element.size());
        const auto name = lower_case(trim(element.substr(0, semicolon)));
        const int quality = quality_of(lower_case(element.substr(semicolon)));
        if (name == "gzip" || name == "x-gzip") gzip = quality;
        if (name == "zstd") zstd = quality;
        if (name == "identity") identity = quality;
        if (name == "*") others = quality;
    }
    if (gzip < 0) gzip = others;
    // Not by "*" alone: a client that names no coding may not know zstd.
    const auto best = std::max(gzip, zstd);
    if (best <= 0 || identity > best) return content_coding::identity;
    return zstd >= gzip ? content_coding::zstd : content_coding::gzip;
}

} // namespace mcpgw
