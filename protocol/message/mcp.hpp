// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace mcpgw {

/// Legacy revisions open with `initialize` and have sessions; the modern one is stateless
/// (2026-07-28, basic/versioning, "Terminology").
enum class era : unsigned char { legacy, modern };

template <>
inline constexpr auto enum_words<era> = std::array{
    enum_word{era::legacy, "legacy"},
    enum_word{era::modern, "modern"},
};

/// "legacy", "modern".
std::string_view to_string(era e);

/// Protocol revisions, oldest first, so that they can be compared.
enum class revision : unsigned char {
    r2024_11_05,
    r2025_03_26,
    r2025_06_18,
    r2025_11_25,
    r2026_07_28,
};

inline constexpr revision newest_legacy = revision::r2025_11_25;
inline constexpr revision newest_modern = revision::r2026_07_28;

std::string_view to_string(revision r);
std::optional<revision> parse_revision(std::string_view text);
era era_of(revision r);

/// Every revision we speak, newest first; for error texts and `supported` lists.
inline constexpr std::array all_revisions{
    revision::r2026_07_28, revision::r2025_11_25, revision::r2025_06_18,
    revision::r2025_03_26, revision::r2024_11_05,
};

namespace method {
inline constexpr std::string_view initialize = "initialize";
inline constexpr std::string_view ping = "ping";
inline constexpr std::string_view discover = "server/discover";
inline constexpr std::string_view tools_list = "tools/list";
inline constexpr std::string_view tools_call = "tools/call";
inline constexpr std::string_view prompts_list = "prompts/list";
inline constexpr std::string_view prompts_get = "prompts/get";
inline constexpr std::string_view resources_list = "resources/list";
inline constexpr std::string_view resources_templates_list = "resources/templates/list";
inline constexpr std::string_view resources_read = "resources/read";
inline constexpr std::string_view resources_subscribe = "resources/subscribe";
inline constexpr std::string_view resources_unsubscribe = "resources/unsubscribe";
inline constexpr std::string_view complete = "completion/complete";
inline constexpr std::string_view set_level = "logging/setLevel";
inline constexpr std::string_view listen = "subscriptions/listen";
// core tasks of 2025-11-25, and the extension io.modelcontextprotocol/tasks
inline constexpr std::string_view tasks_get = "tasks/get";
inline constexpr std::string_view tasks_cancel = "tasks/cancel";
inline constexpr std::string_view tasks_result = "tasks/result"; // core only
inline constexpr std::string_view tasks_list = "tasks/list";     // core only
inline constexpr std::string_view tasks_update = "tasks/update"; // extension only
// server to client (legacy) or embedded in input requests (modern)
inline constexpr std::string_view sampling = "sampling/createMessage";
inline constexpr std::string_view elicitation = "elicitation/create";
inline constexpr std::string_view roots_list = "roots/list";
} // namespace method

namespace notification {
inline constexpr std::string_view initialized = "notifications/initialized";
inline constexpr std::string_view cancelled = "notifications/cancelled";
inline constexpr std::string_view progress = "notifications/progress";
inline constexpr std::string_view message = "notifications/message";
inline constexpr std::string_view tools_changed = "notifications/tools/list_changed";
inline constexpr std::string_view prompts_changed = "notifications/prompts/list_changed";
inline constexpr std::string_view resources_changed = "notifications/resources/list_changed";
inline constexpr std::string_view resource_updated = "notifications/resources/updated";
inline constexpr std::string_view roots_changed = "notifications/roots/list_changed";
inline constexpr std::string_view acknowledged = "notifications/subscriptions/acknowledged";
inline constexpr std::string_view task_status = "notifications/tasks/status"; // core tasks
inline constexpr std::string_view tasks = "notifications/tasks";              // the extension
} // namespace notification

/// Reserved `_meta` keys (2026-07-28, basic/index, "_meta").
namespace meta_key {
inline constexpr std::string_view progress_token = "progressToken";
inline constexpr std::string_view reserved_prefix = "io.modelcontextprotocol/";
inline constexpr std::string_view protocol_version = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view client_info = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view client_capabilities =
    "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view log_level = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view server_info = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view subscription_id = "io.modelcontextprotocol/subscriptionId";
/// Of core tasks (2025-11-25, basic/utilities/tasks, "Related Task Metadata").
inline constexpr std::string_view related_task = "io.modelcontextprotocol/related-task";
/// Ours: how many attempts a call took, in the result of one that was tried again.
inline constexpr std::string_view attempts = "mcp-gateway/attempts";
/// Ours: {"server","tool","because"}, in a result that another server gave than the one called.
inline constexpr std::string_view answered_by = "mcp-gateway/answered_by";
/// Ours: {"server":"state",…}, in a list that lacks what these servers offer, because they have not
/// told it yet.
inline constexpr std::string_view partial = "mcp-gateway/partial";
/// Ours: names the session of a client that has none, for servers with an instance per session.
inline constexpr std::string_view session = "mcp-gateway/session";
} // namespace meta_key

/// Identifiers of extensions that the gateway knows (2026-07-28, basic/versioning, "Extension
/// Negotiation").
namespace extension {
inline constexpr std::string_view tasks = "io.modelcontextprotocol/tasks"; // SEP-2663
} // namespace extension

/// Log levels in ascending severity (RFC 5424 names); nothing for an unknown name.
std::optional<int> parse_log_level(std::string_view name);

/// Methods that clients of that era may call and that we know. Used to tell "unknown method" (404
/// for modern clients) before anything else is checked.
bool is_client_method(std::string_view name, era e);

/// The member of `params` that `Mcp-Name` mirrors for this method ("name", "uri", "taskId"), or
/// empty (2026-07-28, basic/transports/streamable-http, "Standard Request Headers"; SEP-2663,
/// "Streamable HTTP: Routing Headers").
std::string_view mirrored_param(std::string_view method_name);

} // namespace mcpgw
