// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/keys/config_keys.hpp"

#include <span>
#include <string_view>

namespace mcpgw {

/// Rows of one section.
struct row_table {
    std::string_view section;
    std::span<const config_key> rows;
};

// Static tables, each in a file of its own.
std::span<const row_table> client_rows();   ///< what clients see and meet
std::span<const row_table> view_rows();     ///< and at the endpoints of views
std::span<const row_table> workflow_rows(); ///< tools that are made of several
std::span<const row_table> process_rows();  ///< how a server is started or reached, and kept from
std::span<const row_table> child_rows();    ///< what else a server may be given
std::span<const row_table> care_rows();     ///< how it is kept well, and what when it fails

} // namespace mcpgw
