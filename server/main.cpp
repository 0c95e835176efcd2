#include "children/launcher.hpp"
#include "children/process_guard.hpp"
#include "server/cli.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string_view>

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view{argv[1]} == mcpgw::guard_argument)
        return mcpgw::run_process_guard();
    if (argc == 2 && std::string_view{argv[1]} == mcpgw::launcher_argument)
        return mcpgw::run_launcher();
    try {
        return mcpgw::run_cli(argc, argv);
    } catch (const std::exception& e) {
        fmt::print(stderr, "mcp-gateway: {}\n", e.what());
        return mcpgw::exit_failure;
    }
}
