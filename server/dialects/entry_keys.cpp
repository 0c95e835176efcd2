#include "server/dialects/entry_keys.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

using enum entry_meaning;
using time_unit::milliseconds;
using time_unit::seconds;

constexpr std::array keys{
    entry_key{"command", program},
    entry_key{"cmd", program},
    entry_key{"args", arguments},
    entry_key{"arguments", arguments},
    entry_key{"env", environment},
    entry_key{"envs", environment},
    entry_key{"environment", environment},
    entry_key{"env_vars", environment_of},
    entry_key{"env_keys", key_chain},
    entry_key{"envFile", environment_file},
    entry_key{"env_file", environment_file},
    entry_key{"cwd", directory},
    entry_key{"workingDirectory", directory},
    entry_key{"working_directory", directory},
    entry_key{"working_dir", directory},
    entry_key{"workingDir", directory},
    entry_key{"workdir", directory},
    entry_key{"url", address},
    entry_key{"serverUrl", address},
    entry_key{"httpUrl", address},
    entry_key{"baseUrl", address},
    entry_key{"uri", address},
    entry_key{"endpoint", address},
    entry_key{"headers", headers},
    entry_key{"http_headers", headers},
    entry_key{"httpHeaders", headers},
    entry_key{"env_http_headers", header_values},
    entry_key{"bearer_token", token},
    entry_key{"bearerToken", token},
    entry_key{"authorization_token", token},
    entry_key{"access_token", token},
    entry_key{"bearer_token_env_var", token_variable},
    entry_key{"type", kind},
    entry_key{"transport", kind},
    entry_key{"transportType", kind},
    entry_key{"transport_type", kind},
    entry_key{"protocol", kind},
    entry_key{"serverType", kind},
    entry_key{"enabled", enabled},
    entry_key{"isActive", enabled},
    entry_key{"active", enabled},
    entry_key{"disabled", disabled},
    entry_key{"quarantined", disabled},
    entry_key{"start_on_launch", eager},
    entry_key{"startup", eager},
    entry_key{"autoStart", eager},
    entry_key{"timeout", time, "timeout"},
    entry_key{"requestTimeout", time, "timeout", milliseconds},
    entry_key{"request_timeout", time, "timeout"},
    entry_key{"callTimeout", time, "timeout"},
    entry_key{"call_tool_timeout", time, "timeout"},
    entry_key{"toolTimeout", time, "timeout"},
    entry_key{"timeoutMs", time, "timeout", milliseconds, true},
    entry_key{"timeout_ms", time, "timeout", milliseconds, true},
    entry_key{"timeoutSeconds", time, "timeout", seconds, true},
    entry_key{"timeout_seconds", time, "timeout", seconds, true},
    entry_key{"tool_timeout_sec", time, "timeout", seconds, true},
    entry_key{"tool_timeout_ms", time, "timeout", milliseconds, true},
    entry_key{"read_timeout_seconds", time, "timeout", seconds, true},
    entry_key{"maxTotalTimeout", time, "total_timeout", milliseconds},
    entry_key{"startup_timeout_sec", time, "start_timeout", seconds, true},
    entry_key{"startup_timeout_ms", time, "start_timeout", milliseconds, true},
    entry_key{"startupTimeout", time, "start_timeout", milliseconds},
    entry_key{"initTimeout", time, "start_timeout", milliseconds},
    entry_key{"connectionTimeout", time, "start_timeout", milliseconds},
    entry_key{"enabled_tools", tools_allowed},
    entry_key{"enabledTools", tools_allowed},
    entry_key{"includeTools", tools_allowed},
    entry_key{"allowedTools", tools_allowed},
    entry_key{"allowed_tools", tools_allowed},
    entry_key{"available_tools", tools_allowed},
    entry_key{"disabled_tools", tools_denied},
    entry_key{"disabledTools", tools_denied},
    entry_key{"excludeTools", tools_denied},
    entry_key{"excludedTools", tools_denied},
    entry_key{"blockedTools", tools_denied},
    entry_key{"deny_tools", tools_denied},
    entry_key{"tools", tool_rules},
    entry_key{"toolFilter", tool_rules},
    entry_key{"description", description},
    entry_key{"oauth", login},
    entry_key{"oauth2", login},
    entry_key{"auth", login},
    entry_key{"apiKey", login},
    entry_key{"headersHelper", login},
    entry_key{"authProviderType", login},
    entry_key{"oauth_resource", login},
    entry_key{"scopes", login},
};

/// What only the client does with it.
constexpr std::array<std::string_view, 45> of_clients{"autoApprove",
                                                      "alwaysAllow",
                                                      "autoAllow",
                                                      "trust",
                                                      "disabledAutoApproveTools",
                                                      "default_tools_approval_mode",
                                                      "sandbox",
                                                      "sandboxEnabled",
                                                      "required",
                                                      "debug",
                                                      "useInstructions",
                                                      "serverInstructions",
                                                      "chatMenu",
                                                      "customUserVars",
                                                      "sampling",
                                                      "longRunning",
                                                      "sseReadTimeout",
                                                      "sse_read_timeout",
                                                      "connectTimeout",
                                                      "restartOnExit",
                                                      "maxRestarts",
                                                      "restartDelay",
                                                      "inheritParentEnv",
                                                      "envFilter",
                                                      "disabledPrompts",
                                                      "disabled_prompts",
                                                      "disabledResources",
                                                      "disabled_resources",
                                                      "disabled_resourceTemplates",
                                                      "disabledInstructions",
                                                      "custom_instructions",
                                                      "remote",
                                                      "requiresOAuth",
                                                      "proxy",
                                                      "isolation",
                                                      "panicIfInvalid",
                                                      "logEnabled",
                                                      "authTokens",
                                                      "disable_proxy",
                                                      "experimental_environment",
                                                      "reconnect",
                                                      "configSchema",
                                                      "supports_parallel_tool_calls",
                                                      "shared",
                                                      "watch"};

constexpr std::array<std::string_view, 37> without_meaning{
    "name",          "id",           "key",        "title",
    "displayName",   "display_name", "icon",       "iconPath",
    "iconUrl",       "faviconUrl",   "logoUrl",    "gallery",
    "fromGalleryId", "version",      "dev",        "note",
    "notes",         "comment",      "$schema",    "source",
    "author",        "homepage",     "repository", "license",
    "provider",      "providerUrl",  "reference",  "createdAt",
    "updatedAt",     "created",      "updated",    "installSource",
    "installedAt",   "trustedAt",    "isTrusted",  "searchKey",
    "bundled"};

} // namespace

entry_key find_entry_key(std::string_view name) {
    if (const auto* const key = std::ranges::find(keys, name, &entry_key::name); key != keys.end())
        return *key;
    if (std::ranges::find(of_clients, name) != of_clients.end()) return {name, clients};
    const bool is_comment = name.starts_with('_') || name.starts_with("//");
    if (is_comment || std::ranges::find(without_meaning, name) != without_meaning.end())
        return {name, cosmetic};
    return {name, unknown};
}

} // namespace mcpgw
