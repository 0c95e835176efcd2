// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"
#include "tests/support/fuzz_corpus.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw::test;

TEST_CASE("expressions_of_the_corpus_keep_every_invariant") {
    replay("expression", check_expression_invariants, 2'000);
}
