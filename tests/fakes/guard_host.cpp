// Stands in for the gateway where a test kills it: starts a guard and children that would stay.
#include "children/process.hpp"
#include "children/process_guard.hpp"
#include "tests/fakes/line_port.hpp"

#include <csignal>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <unistd.h>

/// guard_host FAKE_CHILD COUNT: writes the children's ids on one line, then waits to be killed; at
/// the end of its input it forgets the first child (as if it had ended) and ends in good order.
int main(int argc, char** argv) {
    using namespace mcpgw;
    if (argc == 2 && std::string_view{argv[1]} == guard_argument) return run_process_guard();
    if (argc != 3) return 64;
    std::signal(SIGPIPE, SIG_IGN);
    process_guard guard{argv[0]};
    if (!guard.is_running()) return 65;
    asio::io_context io{1};
    launch_options options;
    options.path = argv[1];
    options.args = {"--ignore-eof", "--ignore-sigterm", "--grandchild=group", "--report"};
    std::vector<std::unique_ptr<process>> children;
    std::string ids;
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
        auto launched = process::launch(io.get_executor(), options, &guard);
        if (launched.has_error()) return 66;
        ids += std::to_string((*launched)->pid()) + ' ';
        children.push_back(std::move(*launched));
    }
    fake::write_all(STDOUT_FILENO, ids + '\n');
    fake::line_port port{false};
    while (port.read_line()) {
    }
    return 0;
}
