// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/gateway_world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <fstream>
#include <string>
#include <string_view>

#include <sys/stat.h>

namespace mcpgw::gateway_test {

/// The fake server, which starts when start() is called.
class held_back {
public:
    held_back() : gate_(directory_.str() + "/gate") { REQUIRE(::mkfifo(gate_.c_str(), 0600) == 0); }
    [[nodiscard]] child_options options(const std::string& name, const char* era) const {
        auto options = gateway_world::demo(name);
        options.command = "sh";
        options.args = {"-c",     R"(read go < "$0"; exec "$@")", gate_, MCPGW_FAKE_SERVER, era,
                        "prompts"};
        options.start_timeout = options.probe_timeout = std::chrono::seconds{60};
        if (std::string_view{era} == "legacy") options.only_era = mcpgw::era::legacy;
        return options;
    }
    void start() const { std::ofstream{gate_} << "go\n"; }

private:
    temporary_directory directory_;
    std::string gate_;
};

} // namespace mcpgw::gateway_test
