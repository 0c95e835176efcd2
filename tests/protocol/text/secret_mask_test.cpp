// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/secret_mask.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using mcpgw::mask_secrets;

TEST_CASE("secrets_are_masked_wherever_they_stand") {
    const std::vector<std::string> secrets{"hunter2-and-more", "hunter2", ""};
    CHECK(mask_secrets("a hunter2 b hunter2-and-more", secrets) == "a *** b ***");
    CHECK(mask_secrets("hunter2hunter2", secrets) == "******");
    CHECK(mask_secrets("nothing", secrets) == "nothing");
    CHECK(mask_secrets("", secrets).empty());
}
