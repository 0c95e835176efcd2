// How fast the gateway is, measured beside nginx and others. See tests/bench/README.md.
#include "tests/bench/speed/call_rates.hpp"
#include "tests/bench/speed/findings.hpp"
#include "tests/bench/speed/options.hpp"
#include "tests/bench/speed/stand.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace mcpgw::bench {

namespace {

void print(const findings& found) {
    for (const auto& one : found.sections)
        fmt::print("\n## {}\n\n{}\n{}", one.title, one.text, one.tables);
    for (const auto& remark : found.remarks) fmt::print("\n{}\n", remark);
}

int run(const speed_options& options) {
    findings found;
    const programs needed{options.gateway, options.echo, options.nginx};
    if (options.wants("calls")) {
        fmt::print("calls ...\n");
        std::fflush(stdout);
        const stand on{needed};
        call_rates rates;
        rates.run(options, on);
        rates.report_to(found);
    }
    print(found);
    found.targets.print(options.gateway);
    return found.targets.is_good() ? 0 : 1;
}

} // namespace

} // namespace mcpgw::bench

int main(int argc, char** argv) {
    const auto options = mcpgw::bench::read_speed_options(argc, argv);
    if (!options) return 2;
    try {
        return mcpgw::bench::run(*options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 2;
    }
}
