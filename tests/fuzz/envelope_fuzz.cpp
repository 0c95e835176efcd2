#include "tests/fuzz/envelope_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return mcpgw::test::run_envelope_target(data, size);
}
