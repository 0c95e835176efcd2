// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/coding/content_coding.hpp"

#include <memory>

namespace mcpgw {

/// What the libraries of the codings do, one class for each; null where there is no memory. Used by
/// content_coding alone.
std::unique_ptr<content_decoder::stage> make_decoder_stage(content_coding coding);

} // namespace mcpgw
