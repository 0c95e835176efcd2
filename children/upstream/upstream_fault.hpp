// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <utility>

namespace mcpgw {

/// An upstream's error object (or one in its form) on its way up: the client gets it as it is.
inline fault upstream_fault(std::string error_json) {
    fault wrapped{errc::internal_error};
    wrapped.data_json = std::move(error_json);
    wrapped.is_error_object = true;
    return wrapped;
}

} // namespace mcpgw
