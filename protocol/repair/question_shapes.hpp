// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// The parameters of a question to a client (sampling, elicitation, roots) as the schema of the
/// newest revisions wants them. Nothing: they are good as they stand. Optional members that are of
/// no use are left out; what is required and cannot be told is a fault (invalid_params), which
/// names the place. Other methods are let through.
result<std::optional<std::string>> fit_question(std::string_view method, std::string_view params);

/// A result that asks for input (2026-07-28, InputRequiredResult), in the same way; the fault is
/// server_failed.
result<std::optional<std::string>> fit_input_required(std::string_view result_json);

} // namespace mcpgw
