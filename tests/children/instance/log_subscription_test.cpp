// SPDX-License-Identifier: Apache-2.0
// Log messages that some client wants; the code under test is
// children/instance/log_subscription.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("a_legacy_server_is_told_the_log_level_once_and_again_after_a_restart") {
    child_world world{fake_options()};
    world.must_start();
    CHECK(text_of(world.call("received")).find("logging/setLevel") == std::string::npos);
    world.get().pools().want_logs();
    world.get().pools().want_logs();
    const auto count = [&world] {
        const auto lines = json_of(world.call("received"));
        return std::ranges::count_if(lines.as_array(), [](const json::value& line) {
            const auto* const name = line.as_object().if_contains("method");
            return name != nullptr && *name == "logging/setLevel";
        });
    };
    CHECK(count() == 1);
    world.stop();
    world.must_start();
    CHECK(count() == 1);
}
