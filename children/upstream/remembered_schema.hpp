// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "children/policy/question_record.hpp"
#include "protocol/catalog/catalog.hpp"
#include "protocol/error.hpp"
#include "protocol/message/mcp.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// Which eras a server spoke when it was last asked.
struct remembered_eras {
    bool is_modern = false;
    bool is_legacy = false;
    std::int64_t asked_at = 0; ///< seconds since 1970
    /// Whether one that names the modern era alone took `initialize` as well, and when that was
    /// tried (seconds since 1970). Nothing: nobody has tried.
    std::optional<bool> takes_initialize{};
    std::int64_t tried_at = 0;

    bool operator==(const remembered_eras&) const = default;
};

/// What a server offered when it last ran. Good for listing it while it does not run, and for
/// nothing else: at its next start it says itself what it offers.
struct remembered_schema {
    /// Without hints of how long they may be kept: nobody knows whether they are still true.
    upstream_lists lists;
    revision spoken = newest_modern;
    std::string server_info; ///< raw object with the server's version; empty: it gave none
    question_record questions{};
    /// How its next start begins: with the words that it understands.
    std::optional<remembered_eras> eras{};
};

/// Which server that was: a digest of what is started or called, and in which era. Holds no secret,
/// although arguments may.
std::string schema_key(const child_options& options);

/// As JSON text. The parts stay byte for byte what they were.
std::string encode_schema(const remembered_schema& schema, std::string_view key);
/// Errors say why the text is of no use: it is not whole, of another format, of another server, or
/// has more than `items_max` entries in a list.
result<remembered_schema> decode_schema(std::string_view text, std::string_view key,
                                        std::size_t items_max);

} // namespace mcpgw
