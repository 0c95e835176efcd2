// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"
#include "tests/support/fuzz_corpus.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw::test;

TEST_CASE("http_responses_of_the_corpus_keep_every_invariant") {
    replay("http_response", check_http_response_invariants, 2'000);
}

TEST_CASE("http_requests_of_the_corpus_keep_every_invariant") {
    replay("http_server", check_http_server_invariants, 300);
}
