// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/catalog/catalog_entry.hpp"

#include <map>
#include <string>
#include <vector>

namespace mcpgw::bench {

/// Tools, and questions of which it is known which of them serve.
struct question_set {
    struct question {
        std::string text;
        std::vector<std::string> wanted; ///< SERVER:TOOL; empty: nothing serves
    };
    std::map<std::string, std::vector<list_item>> servers;
    std::vector<question> questions;

    [[nodiscard]] std::size_t tools() const;
};

/// The golden set of mcpproxy-go: `corpus_v1.tools.json` and `retrieval_golden_v1.json`.
/// `distractors`: with the tools of `livemcptool_tools.json` beside them.
question_set read_golden(const std::string& folder, bool distractors);

/// The Berkeley function calling leaderboard: the files `BFCL_v4_*.json` of the folder whose
/// questions are answered by one call or several, and `possible_answer/`. All functions are one
/// server's, those with a name that was there before left out.
question_set read_bfcl(const std::string& folder);

/// Tools of no use, of servers with a hundred each: their texts are as long as real ones.
question_set make_tools(std::size_t count, unsigned seed);

} // namespace mcpgw::bench
