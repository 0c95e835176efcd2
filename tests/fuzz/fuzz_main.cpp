// SPDX-License-Identifier: Apache-2.0
// MCPGW_FUZZ_TARGET: the function of targets.hpp that this program runs.
#include "tests/fuzz/targets.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Not copied: the fuzzer's buffer ends where the input ends, so a sanitizer sees any overrun.
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const std::string problem = mcpgw::test::MCPGW_FUZZ_TARGET(text);
    if (!problem.empty()) {
        std::fprintf(stderr, "does not fit: %s\n", problem.c_str());
        std::abort();
    }
    return 0;
}
