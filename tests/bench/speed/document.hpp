// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/parts.hpp"

namespace mcpgw::bench {

/// Writes the whole document to the file that the options name, and its picture beside it. Throws
/// std::runtime_error if that cannot be written.
void write_document(const bench_run& run);

} // namespace mcpgw::bench
