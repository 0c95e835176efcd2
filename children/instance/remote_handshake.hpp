// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/era_agreement.hpp"

#include <memory>

namespace mcpgw {

/// The first words with a remote server, in the era of the session (2026-07-28, basic/versioning,
/// "Backward Compatibility"). What was agreed stands in the session afterwards. Errors: why nothing
/// was agreed on. All must live until then.
task<result<void>> shake_hands_remotely(era_agreement& agreement, const peer_session& session,
                                        std::shared_ptr<link> peer);

} // namespace mcpgw
