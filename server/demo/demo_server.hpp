// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mcpgw {

/// `mcp-gateway demo-server`: a real MCP server over stdin and stdout, both eras, in the same
/// binary. The embedded default starts it as a child like any other; tests and benchmarks use it as
/// their fixture. Runs until end of file on stdin and returns the exit code.
int run_demo_server();

/// The same over two descriptors, which stay open and may be one. Returns 0 at the end of `input`
/// or when nobody reads `output` any more, 1 after an error of the operating system, 3 after a call
/// of `crash`. SIGPIPE must be ignored. Throws std::runtime_error if there are no random bytes.
int serve_demo(int input, int output);

} // namespace mcpgw
