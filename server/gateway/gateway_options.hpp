// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/catalog/public_names.hpp"
#include "server/calls/parking_limits.hpp"
#include "server/catalog/exposure.hpp"
#include "server/catalog/view.hpp"
#include "server/flows/workflow_options.hpp"
#include "server/search/search_options.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace mcpgw {

struct gateway_options {
    exposure expose = exposure::gateway;
    naming_options naming;
    std::size_t list_page_items = 1'000; ///< entries of one page of a list
    /// A list waits so long for servers that have never told what they offer, from when the first
    /// list wanted to know.
    std::chrono::milliseconds list_wait{2'000};
    std::string instructions; ///< shown to clients before the children's own; may be empty
    /// Seals what travels through clients; empty: a random one, forgotten when the gateway ends.
    std::string state_secret;
    /// How long a client of 2026-07-28 may take to answer a server's questions.
    std::chrono::milliseconds question_timeout{600'000};
    parking_limits parking;
    workflow_options workflows;
    search_options search;
    std::vector<view_options> views; ///< in the file's order; disabled ones included
    /// Texts by child name, from --children-abstract.
    std::map<std::string, std::string> abstracts;
};

} // namespace mcpgw
