#pragma once

#include "protocol/error.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace mcpgw {

/// Marks a fault whose `data_json` is the whole error object of an upstream (or one in its form):
/// the client gets that as it is.
inline constexpr std::string_view upstream_error_mark = "\x01upstream";

/// An upstream's error object on its way up.
inline fault upstream_fault(std::string error_json) {
    return {errc::internal_error, std::string{upstream_error_mark}, std::move(error_json)};
}

} // namespace mcpgw
