// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/search/search_options.hpp"
#include "server/search/tool_finder.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What a client is told of a search: for people and models as a text of one line for each tool,
/// for programs the same as an object.
struct search_answer {
    std::string text;
    std::string structured; ///< raw object (search_tools' outputSchema)
};

/// What the answer says beside the tools that were found.
struct answer_frame {
    std::string_view question;
    std::size_t results_max = 10;
    std::size_t schemas = 1;       ///< the best so many come with their whole inputSchema
    std::size_t tokens_max = 1500; ///< of the text, about; the best tool's line always fits
    bool names_servers = false;    ///< tools are known by their servers' names for them
    /// Raw object: servers whose tools are not known yet, with their states; empty: there are none.
    std::string_view missing;
};

/// Pure.
search_answer make_search_answer(const found_tools& found, const answer_frame& frame);

/// How many tokens a text is for a model, about: a quarter of its ASCII characters, and each other
/// one.
std::size_t estimated_tokens(std::string_view text);

/// The first sentence of a description, or of its first line, on one line and not too long.
std::string first_sentence(std::string_view description);

/// The arguments of a tool by their names, the required ones first; optional ones end in `?`.
std::vector<std::string> argument_names(std::string_view tool_json);

} // namespace mcpgw
