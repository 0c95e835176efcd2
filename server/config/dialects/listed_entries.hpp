// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace mcpgw {

/// An entry that does not stand in its file as others write one: it was made of what does.
struct listed_entry {
    std::string name; ///< may be empty
    std::size_t line = 0;
    config_node node;
    std::string path; ///< of what it was made of
};

/// OpenHands: lists for each way to reach a server (`sse_servers`, `shttp_servers`,
/// `stdio_servers`), whose members may be addresses alone.
std::vector<listed_entry> entries_by_transport(const config_node& root, problem_log& problems);

/// Requests to the API of OpenAI: those of the `tools` that are MCP servers.
std::vector<listed_entry> entries_among_tools(const config_node& root);

/// The registry of MCP servers: server.json, and what the registry's API answers. One entry for
/// each server, however many ways there are to reach it: the first package that can be run, else
/// the first address. The other ways, and what cannot be kept, are told.
std::vector<listed_entry> entries_of_registry(const config_node& root, problem_log& problems);

} // namespace mcpgw
