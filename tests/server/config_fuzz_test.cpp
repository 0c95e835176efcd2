// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"
#include "tests/support/fuzz_corpus.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw::test;

TEST_CASE("configurations_of_the_corpus_keep_every_invariant") {
    replay("config", check_config_invariants, 200);
}
