// SPDX-License-Identifier: Apache-2.0
// Stands in for the gateway where a test kills it: starts a guard and children that would stay.
#include "children/process/process.hpp"
#include "children/process/process_guard.hpp"
#include "children/sandbox/launcher.hpp"
#include "tests/fakes/line_port.hpp"

#include <array>

#include <csignal>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <unistd.h>

/// A report that ends with its line: the child has taken over from its launcher.
std::string await_report(mcpgw::process& child) {
    std::string report;
    std::array<char, 256> chunk{};
    for (char last = 0; last != '\n';) {
        boost::system::error_code ec;
        const auto n = child.stdout_stream().read_some(mcpgw::asio::buffer(chunk), ec);
        if (ec) break;
        report.append(chunk.data(), n);
        last = chunk.at(n - 1);
    }
    return report;
}

/// The process that the child has left behind, by its report.
std::string grandchild_in(const std::string& report) {
    constexpr std::string_view key = "\"grandchild\":";
    const auto at = report.find(key);
    if (at == std::string::npos) return "0";
    const auto begin = at + key.size();
    return report.substr(begin, report.find_first_not_of("0123456789", begin) - begin);
}

/// guard_host FAKE_CHILD COUNT [isolated|setsid]: writes the children's ids on one line, then waits
/// to be killed; at the end of its input it forgets the first child (as if it had ended) and ends
/// in good order. `isolated`: the children come from the launcher, and there is no guard. `setsid`:
/// the ids are those of what the children have left in sessions of their own, too.
int main(int argc, char** argv) {
    using namespace mcpgw;
    if (argc == 2 && std::string_view{argv[1]} == guard_argument) return run_process_guard();
    if (argc == 2 && std::string_view{argv[1]} == launcher_argument) return run_launcher();
    if (argc != 3 && argc != 4) return 64;
    const bool is_isolated = argc == 4 && std::string_view{argv[3]} == "isolated";
    const bool is_setsid = argc == 4 && !is_isolated;
    std::signal(SIGPIPE, SIG_IGN);
    process_guard guard{is_isolated ? "" : argv[0]};
    if (guard.is_running() == is_isolated) return 65;
    asio::io_context io{1};
    launch_options options;
    options.path = argv[1];
    options.args = {"--ignore-eof", "--ignore-sigterm", "--report"};
    if (is_isolated)
        options.isolation.umask = 022;
    else
        options.args.emplace_back(is_setsid ? "--grandchild=setsid" : "--grandchild=group");
    std::vector<std::unique_ptr<process>> children;
    std::string ids;
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
        auto launched = process::launch(io.get_executor(), options, &guard);
        if (launched.has_error()) return 66;
        ids += std::to_string((*launched)->pid()) + ' ';
        if (is_isolated || is_setsid) {
            const auto report = await_report(**launched);
            if (is_setsid) ids += grandchild_in(report) + ' ';
        }
        children.push_back(std::move(*launched));
    }
    fake::write_all(STDOUT_FILENO, ids + '\n');
    fake::line_port port{false};
    while (port.read_line()) {
    }
    return 0;
}
