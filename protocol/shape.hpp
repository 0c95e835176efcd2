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
    object,
    array,
    role,    ///< "user" or "assistant"
    schema,  ///< a JSON schema of an object: `type` is "object"
    any
};

/// One member that the schema of a revision names.
struct member_shape {
    std::string_view key;
    wanted type = wanted::text;
    bool is_required = false;
    /// Of an object: its own members. Of an array: those of each entry, or for an array of texts
    /// or roles, `entries`.
    const shape* inner = nullptr;
    std::optional<wanted> entries{};
    /// A text to take from another member where this one is missing.
    std::string_view instead{};
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

/// Fits a JSON object into a shape. Optional members that are null or of the wrong type are left
/// out; what is required and cannot be told with certainty is a fault that names its place
/// (`place`.key) and what stands there. Members that the shape does not name stay as they are.
/// `object` was scanned before.
result<fitted_object> fit(std::string_view object, const shape& into, std::string_view place);

/// Kind of a raw JSON value in words: "a number", "null", …
std::string_view kind_of(std::string_view value);

} // namespace mcpgw
