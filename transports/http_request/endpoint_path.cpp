// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/endpoint_path.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace mcpgw {

namespace {

using kind = endpoint_path::kind;

kind kind_of(std::string_view path, const http_options& options) {
    if (path == options.sse_path) return kind::sse_stream;
    if (path == options.messages_path) return kind::sse_messages;
    return path == options.path ? kind::streamable : kind::none;
}

/// The same behind the name of a view.
kind kind_behind_view(std::string_view path, const http_options& options) {
    static const http_options defaults;
    const auto as_configured = kind_of(path.empty() ? "/" : path, options);
    return as_configured != kind::none ? as_configured : kind_of(path, defaults);
}

/// Name in /servers/{name}/mcp, or empty.
std::string_view server_of(std::string_view path) {
    constexpr std::string_view prefix = "/servers/";
    constexpr std::string_view suffix = "/mcp";
    if (!path.starts_with(prefix) || !path.ends_with(suffix)) return {};
    if (path.size() <= prefix.size() + suffix.size()) return {};
    return path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
}

/// Nothing: a % is not followed by two digits.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const auto digits = text.substr(i + 1, 2);
        constexpr int base = 16;
        unsigned value = 0;
        const auto [end, ec] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
        if (digits.size() != 2 || ec != std::errc{} || end != digits.data() + 2)
            return std::nullopt;
        decoded += static_cast<char>(value);
        i += 2;
    }
    return decoded;
}

} // namespace

endpoint_path endpoint_path::of(std::string_view path, const http_options& options) {
    if (const auto at = kind_of(path, options); at != kind::none) return {at};
    if (const auto server = server_of(path); !server.empty())
        return {kind::streamable, std::string{server}};
    constexpr std::array<std::string_view, 3> tables{"/views/", "/layers/", "/tags/"};
    for (const auto table : tables) {
        if (!path.starts_with(table)) continue;
        const auto name_end = std::min(path.find('/', table.size()), path.size());
        const auto name = percent_decoded(path.substr(table.size(), name_end - table.size()));
        const auto at = kind_behind_view(path.substr(name_end), options);
        if (!name || name->empty() || at == kind::none) return {};
        return {at, std::string{table.substr(1)} + *name, path.substr(0, name_end)};
    }
    return {};
}

} // namespace mcpgw
