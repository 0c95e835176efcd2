// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

struct shape;

/// What a member of an object may be.
enum class wanted : std::uint8_t {
    text,
    filled_text, ///< not empty
    boolean,
    number,
    whole_number,
    share,        ///< a number from 0 to 1
    base64,       ///< a text; other spellings of Base64 are mended
    timestamp,    ///< a text
    absolute_uri, ///< a text
    uri_template, ///< a text
    word,         ///< a text that is one of `words`
    object,
    array,
    schema,        ///< a JSON schema of an object: `type` is "object"
    output_schema, ///< a JSON schema of anything, of which a validator can be made
    any
};

/// What a value must be that no shape can tell, as a block of content: its type says the rest.
struct value_rule {
    bool (*is_kept)(std::string_view value); ///< good as it stands
    result<std::string> (*mend)(std::string_view value, std::string_view place);
};

/// One member that the schema of a revision names.
struct member_shape {
    std::string_view key;
    wanted type = wanted::text;
    bool is_required = false;
    /// Of an object: its own members. Of an array: those of each entry, or for an array of values,
    /// `entries`.
    const shape* inner = nullptr;
    std::optional<wanted> entries{};
    std::span<const std::string_view> words{}; ///< raw, of this member or its entries
    const value_rule* rule = nullptr;          ///< of the value, of whatever type it is
    /// A text to take from another member where this one is missing.
    std::string_view instead{};
    std::string_view otherwise{}; ///< a raw value where it is missing
    bool is_vital = false;        ///< may be absent, but not be left out
};

struct shape {
    std::span<const member_shape> members;
    /// What the members alone cannot say; null: nothing. The fault names the place.
    std::optional<fault> (*check)(std::string_view object, std::string_view place) = nullptr;
};

/// An object as its shape wants it.
struct fitted_object {
    std::string text;
    std::vector<std::string> left_out; ///< places of members that were of no use, for people
};

/// Whether an object has its shape as it stands. Allocates nothing.
bool fits(std::string_view object, const shape& into);

/// Fits a JSON object into a shape. Optional members that are null or of the wrong type are left
/// out; what is required and cannot be told with certainty is a fault that names its place
/// (`place`.key) and what stands there. Members that the shape does not name stay as they are. Of
/// two members of one name the last counts, as for most readers.
/// `object` was scanned before.
result<fitted_object> fit(std::string_view object, const shape& into, std::string_view place);

/// Kind of a raw JSON value in words: "a number", "null", …
std::string_view kind_of(std::string_view value);

} // namespace mcpgw
