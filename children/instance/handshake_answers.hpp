// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/first_words.hpp"
#include "children/link/upstream_call.hpp"
#include "protocol/message/mcp.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace mcpgw {

/// What the answers to the first words say of eras and revisions.

/// An error that only a server of the modern era makes (2026-07-28, basic/versioning).
bool is_modern_refusal(const upstream_answer& answer);
/// Raw array of such an error; empty: it has none.
std::string_view supported_versions(const upstream_answer& answer);
/// Raw array of a DiscoverResult; empty: it is none.
std::string_view discovered_versions(const upstream_answer& answer);
bool names_revision(std::string_view versions_array, revision wanted);
/// Any of the legacy era.
bool names_legacy(std::string_view versions_array);
/// What an answer to the probe is for the first words.
first_words::probe_answer kind_of_discovery(const upstream_answer& answer);
/// What an answer to `initialize` is for them.
first_words::hello_answer kind_of_welcome(const upstream_answer& answer);
/// Members of the params of initialize.
std::string hello_members();

/// For an answer to `initialize` of a server that need not know it. Its program has been started
/// before, so that nothing is downloaded now.
inline constexpr std::chrono::seconds trial_time{20};

} // namespace mcpgw
