// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/launch_orders.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;

namespace {

launch_orders full_orders() {
    launch_orders orders;
    orders.gateway = 4711;
    orders.path = "/usr/bin/a program";
    orders.args = {"", "-x", "two\nlines", "ends with .", "."};
    orders.environment = {"A=b=c", "EMPTY=", "TEXT=\xff\xfe"};
    orders.inherited = {"HOME"};
    auto& isolation = orders.isolation;
    std::size_t number = 0;
    for (const auto& kind : limit_kinds()) isolation.limits.*kind.value = number++;
    isolation.user = "nobody";
    isolation.group = "12";
    isolation.umask = mode_t{027};
    isolation.landlock = landlock_paths{{"/usr", "/my docs"}, {"/tmp"}};
    isolation.has_network = false;
    return orders;
}

} // namespace

TEST_CASE("orders_come_out_as_they_went_in") {
    const auto full = full_orders();
    CHECK(decode_orders(encode_orders(full)) == full);
    launch_orders plain;
    plain.path = "/bin/true";
    CHECK(decode_orders(encode_orders(plain)) == plain);
    launch_orders shut;
    shut.isolation.landlock.emplace(); // without any path is not the same as without Landlock
    CHECK(decode_orders(encode_orders(shut)) == shut);
}

TEST_CASE("orders_that_are_cut_off_anywhere_are_refused") {
    const auto bytes = encode_orders(full_orders());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        INFO(length);
        CHECK_FALSE(decode_orders(std::string_view{bytes}.substr(0, length)));
    }
}

TEST_CASE("orders_that_are_not_understood_are_refused") {
    const auto record = [](std::string text) {
        return text + '\0' + '.' + '\0';
    };
    CHECK(decode_orders(record("pPROGRAM")));
    for (const auto* bad : {"?", "Pten", "Lfiles", "Lfiles=", "Lfiles=x", "Lnothing=1", "m9x",
                            "r/usr", "w/tmp", ""}) {
        INFO(bad);
        CHECK_FALSE(decode_orders(record(bad)));
    }
    CHECK_FALSE(decode_orders(record("pPROGRAM") + "more"));
}
