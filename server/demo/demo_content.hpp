// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "server/demo/demo_arguments.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// The demo server's resources, its resource template, its prompt and its completions.
///
/// Functions that answer return the members of a result, one line.

const std::string& demo_resource_list();
const std::string& demo_template_list();
const std::string& demo_prompt_list();

/// The PNG image of the tool `image` and of the resource demo://logo.
std::string_view demo_logo_base64();

/// `"contents":[…]`, or nothing for a URI that does not exist.
std::optional<std::string> read_demo_resource(std::string_view uri);

/// Result of prompts/get. Faults: prompt_not_found, and invalid_arguments for wrong arguments.
result<std::string> get_demo_prompt(std::string_view name, const demo_arguments& arguments);

/// Result of completion/complete from its raw `params`. Fault invalid_params for an unknown
/// reference or argument and for anything malformed.
result<std::string> complete_demo_argument(std::string_view params_json);

} // namespace mcpgw
