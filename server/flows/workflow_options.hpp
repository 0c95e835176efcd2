// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"
#include "server/workflows/workflow.hpp"

#include <memory>
#include <vector>

namespace mcpgw {

/// Where clients may run steps of their own (run_workflow).
enum class workflow_offer : unsigned char {
    automatic, ///< where the gateway's own tools are shown
    always,
    never,
};
template <>
inline constexpr auto enum_words<workflow_offer> = std::array{
    enum_word{workflow_offer::automatic, "auto"},
    enum_word{workflow_offer::always, "on"},
    enum_word{workflow_offer::never, "off"},
};

struct workflow_options {
    workflow_offer run_workflow = workflow_offer::automatic;
    /// In the file's order; disabled ones included.
    std::vector<std::shared_ptr<const workflow>> named;
};

} // namespace mcpgw
