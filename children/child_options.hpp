// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/circuit_breaker.hpp"
#include "children/policy/health_watch.hpp"
#include "children/policy/pool_options.hpp"
#include "children/policy/restart_policy.hpp"
#include "children/policy/retry_policy.hpp"
#include "children/policy/tool_filter.hpp"
#include "children/remote_options.hpp"
#include "children/sandbox/isolation.hpp"
#include "children/tool_options.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/text/enum_words.hpp"
#include "protocol/text/truncation.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

enum class start_policy : unsigned char {
    automatic,  ///< pre_warm where the gateway lists the children's tools itself, else lazy
    lazy,       ///< at first use, until it is idle
    keep_alive, ///< at first use, and then for good
    pre_warm,   ///< when the gateway starts, and for good
};
template <>
inline constexpr auto enum_words<start_policy> = std::array{
    enum_word{start_policy::automatic, "auto"},
    enum_word{start_policy::lazy, "lazy"},
    enum_word{start_policy::keep_alive, "keep_alive"},
    enum_word{start_policy::pre_warm, "pre_warm"},
};

/// Whether a server asks its clients in the middle of their calls (elicitation, sampling, roots).
/// Over pipes a question names no call, so such a server gets one client's calls at a time for each
/// of its processes.
enum class interactivity : unsigned char {
    automatic, ///< no, until it asks for the first time
    yes,
    no,
};
template <>
inline constexpr auto enum_words<interactivity> = std::array{
    enum_word{interactivity::automatic, "auto"},
    enum_word{interactivity::yes, "yes"},
    enum_word{interactivity::no, "no"},
};

/// Limits of one child. Over a limit we refuse with a clear error; we never grow without bound.
struct child_limits {
    std::size_t line_bytes_max = 64U << 20U;        ///< longest message accepted from the child
    std::size_t write_queue_bytes_max = 64U << 20U; ///< waiting for the child's stdin
    std::size_t calls_in_flight_max = 1024;
    std::size_t stderr_lines_max = 50; ///< kept for the status
    std::size_t stderr_line_bytes_max = 1024;
    std::size_t list_pages_max = 100;
    std::size_t list_items_max = 10'000;
    std::size_t garbage_lines_max = 100; ///< lines in a row on stdout that are no messages
};

/// What a child inherits by default: who and where it is, and how the network is reached from here
/// (proxies, the certificates to trust), without which nothing works behind a company's proxy.
std::vector<std::string> default_inherited();

/// One configured child: an MCP server that we start as a process over stdio.
struct child_options {
    std::string name;
    std::string command; ///< looked up on PATH unless it contains a slash
    std::vector<std::string> args;
    /// The child's environment: these, and `inherit_env` from ours. Nothing else is passed on.
    std::map<std::string, std::string> env;
    std::vector<std::string> inherit_env = default_inherited();
    std::vector<std::string>
        required_env; ///< must be set in one of them; checked when they are read
    /// Values that no output may show.
    std::vector<std::string> secrets;
    std::string cwd; ///< empty: ours
    isolation_options isolation;
    std::string description; ///< what it is for; clients see it
    std::string layer;
    std::vector<std::string> tags;
    bool is_enabled = true;
    /// Why it cannot be started at all, for the one who configured it; empty: it can. Such a server
    /// is shown as failed and never started, and the others are none the worse for it.
    std::string defect;
    start_policy start = start_policy::automatic;
    remote_options remote;
    interactivity interactive = interactivity::automatic;
    /// URIs for a server that asks for roots outside of any call.
    std::vector<std::string> roots;
    /// Eras to speak to it; automatic where nothing is set.
    std::optional<era> only_era;

    /// From the start of the process to the end of the handshake. Long enough for a program that is
    /// fetched over the network at its first start.
    std::chrono::milliseconds start_timeout{120'000};
    /// For an answer to server/discover, once the server has read it.
    std::chrono::milliseconds probe_timeout{10'000};
    std::chrono::milliseconds call_timeout{60'000};   ///< without progress
    std::chrono::milliseconds total_timeout{600'000}; ///< of a call with all that belongs to it
    std::vector<fallback_target> fallbacks;           ///< of all tools that have none of their own
    std::map<std::string, tool_options, std::less<>> tools;       ///< by the tool's own name
    tool_filter offered;                                          ///< which of them clients see
    std::map<std::string, entry_override, std::less<>> prompts;   ///< by the prompt's own name
    std::map<std::string, entry_override, std::less<>> resources; ///< by URI, or template
    std::chrono::milliseconds list_timeout{15'000};
    /// A question that could be meant for several clients is held back for so long.
    std::chrono::milliseconds question_hold_timeout{5'000};
    std::chrono::milliseconds stop_grace{2'000}; ///< each step of the stop ladder

    truncation truncate;                   ///< default for execute_child_tool
    adaptive_truncation truncate_adaptive; ///< used where `truncate` is not set

    pool_options pool;
    restart_options restart;
    health_options health;
    retry_options retry;
    breaker_options breaker;

    child_limits limits;

    /// How long a call waits for a start. A second process may be needed, and the reason of a
    /// failure is worth a moment.
    [[nodiscard]] std::chrono::milliseconds start_wait() const {
        return 2 * start_timeout + 2 * stop_grace + std::chrono::seconds{1};
    }
};

} // namespace mcpgw
