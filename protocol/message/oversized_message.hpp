// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mcpgw {

/// The raw id of a request that was too long to keep, from its first and its last bytes: clients
/// write the id first or last. Empty: it is not known, or the message is an answer, to which nobody
/// answers.
std::string_view id_of_oversized(std::string_view beginning, std::string_view ending);

} // namespace mcpgw
