// SPDX-License-Identifier: Apache-2.0
#include "server/config/keys/config_key_tables.hpp"

#include <array>

namespace mcpgw {

namespace {

using enum key_type;

constexpr std::array keys{
    // ---- children
    config_key{"children",
               "name",
               text,
               "",
               "Unique. 1 to 32 of A-Z a-z 0-9 _ - . and begins with a letter or a digit.",
               0,
               0,
               {},
               false,
               true},
    config_key{
        "children",
        "command",
        text,
        "",
        "The program, looked up on PATH unless it contains a slash. No shell is involved. Either "
        "this or url.",
        0,
        0,
        {},
        true},
    config_key{"children", "args", texts, "[]", "Its arguments, one text each.", 0, 0, {}, true},
    config_key{"children",
               "url",
               text,
               "",
               "Address of a server that is reached over HTTP: https://example.com/mcp.",
               0,
               0,
               {},
               true},
    config_key{"children", "transport", choice, R"("auto")",
               "How it is spoken to. streamable_http: of both eras. sse: HTTP+SSE of 2024-11-05. "
               "auto: the first, else the second.",
               0, 0, "auto|streamable_http|sse"},
    config_key{"children",
               "headers",
               text_map,
               "{}",
               "Sent to it with every request. The values are never shown.",
               0,
               0,
               {},
               true},
    config_key{"children",
               "bearer_token",
               text,
               R"("")",
               "Sent to it as Authorization: Bearer. Never shown; write ${NAME}.",
               0,
               0,
               {},
               true},
    config_key{
        "children",
        "ca_file",
        text,
        R"("")",
        "PEM file of the only CA that is trusted for it, relative to the configuration file. "
        "Empty: the system's.",
        0,
        0,
        {},
        true},
    config_key{"children",
               "proxy",
               text,
               R"("auto")",
               "The proxy on the way to its url: http://user:password@proxy.example:3128. auto: "
               "what HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say. none: no proxy.",
               0,
               0,
               {},
               true},
    config_key{"children", "connect_timeout", seconds, "10",
               "For a connection to a url: name and TCP.", 0.001, 3600},
    config_key{"children",
               "env",
               text_map,
               "{}",
               "The child's environment, beside inherit_env. Nothing else is passed on.",
               0,
               0,
               {},
               true},
    config_key{"children",
               "env_file",
               text,
               "",
               "A file of KEY=VALUE lines for the child's environment; env wins over it. Relative "
               "to the configuration file.",
               0,
               0,
               {},
               true},
    config_key{"children", "inherit_env", texts,
               R"(["ALL_PROXY","HOME","HTTPS_PROXY","HTTP_PROXY","LANG","LC_ALL","LOGNAME",)"
               R"("NODE_EXTRA_CA_CERTS","NO_PROXY","PATH","REQUESTS_CA_BUNDLE","SHELL",)"
               R"("SSL_CERT_DIR","SSL_CERT_FILE","TERM","TMPDIR","TZ","USER","all_proxy",)"
               R"("http_proxy","https_proxy","no_proxy"])",
               "Variables that the child gets from the gateway's own environment where they are "
               "set: who and where it is, proxies, certificates to trust. [] for none."},
    config_key{"children", "required_env", texts, "[]",
               "Variables that must be set and not empty, in env or in the gateway's environment. "
               "The child gets them."},
    config_key{"children",
               "cwd",
               text,
               R"("")",
               "Working directory, relative to the configuration file. Empty: the gateway's own.",
               0,
               0,
               {},
               true},
    config_key{"children", "description", text, "",
               "What the child is for, in a sentence or two. Clients see it."},
    config_key{"children", "layer", text, R"("")",
               "A word of yours that groups children: data, logic, integration."},
    config_key{"children", "tags", texts, "[]", "Words of yours, for lists and filters."},
    config_key{"children", "enabled", boolean, "true",
               "false: the child is listed, never started, and not checked beyond its types."},
    config_key{
        "children", "start", choice, R"("auto")",
        "lazy: at first use, until it is idle. keep_alive: at first use, and never stopped. "
        "pre_warm: with the gateway, and never stopped. auto: pre_warm where the gateway has "
        "to list the children's tools (expose all, both), else lazy.",
        0, 0, "auto|lazy|keep_alive|pre_warm"},
    config_key{
        "children", "sharing", choice, R"("shared")",
        "Who uses a process of it. shared: everybody. session: each client session has its "
        "own; a client of 2026-07-28 has none and names one in _meta (mcp-gateway/session), else "
        "each of its calls gets a process of its own. principal: each authenticated user; "
        "refused, since there is no authentication. call: each call, and it ends with "
        "the call.",
        0, 0, "shared|session|principal|call"},
    config_key{"children", "instances", table, "{}", "How many processes it has."},
    config_key{"children", "idle_timeout", seconds, "900",
               "A process that nobody has used for so long is stopped: of a lazy child, and beyond "
               "instances.min of any other. Calls, subscriptions and parked questions are uses. 0: "
               "never.",
               0, 30 * day_seconds},
    config_key{
        "children", "max_lifetime", seconds, "0",
        "A process that has run for so long is replaced; the new one starts first. 0: never.", 0,
        365 * day_seconds},
    config_key{"children", "drain_timeout", seconds, "600",
               "How long the calls on a process that is replaced may still take.", 0, day_seconds},
    config_key{"children", "era", choice, R"("auto")",
               "Protocol era to speak to it. legacy: initialize and sessions, up to 2025-11-25. "
               "modern: 2026-07-28. auto: what it speaks.",
               0, 0, "auto|legacy|modern"},
    config_key{
        "children", "interactive", choice, R"("auto")",
        "Whether it asks its clients in the middle of their calls (elicitation, sampling, roots). "
        "Such a server gets one client at a time for each of its processes. auto: no, until it "
        "asks for the first time; the first calls of each of its tools, by clients that can be "
        "asked, are made one client at a time. true and false mean yes and no.",
        0, 0, "auto|yes|no"},
    config_key{"children",
               "roots",
               texts,
               "[]",
               "URIs (file:///...) that it gets when it asks for roots outside of any call.",
               0,
               0,
               {},
               true},
    config_key{"children", "timeout", seconds, "60",
               "Longest time of a call without an answer or progress.", 0.001, 7 * day_seconds},
    config_key{"children", "total_timeout", seconds, "600",
               "Longest time of a call in all, whatever progress it reports: with the wait for a "
               "start and further attempts. It is never less than timeout.",
               0.001, 7 * day_seconds},
    config_key{"children", "start_timeout", seconds, "120",
               "From the start of the process to the end of the handshake. Where nothing is said, "
               "programs that fetch the server first (npx, uvx, docker run, ...) have 300.",
               0.001, day_seconds},
    config_key{"children", "probe_timeout", seconds, "10",
               "For an answer to server/discover, which tells modern servers from older ones. A "
               "process has "
               "so long from when it has read that; then it gets initialize, too.",
               0.001, day_seconds},
    config_key{"children", "list_timeout", seconds, "15",
               "For the lists of tools, prompts and resources.", 0.001, day_seconds},
    config_key{
        "children", "question_hold_timeout", seconds, "5",
        "A question that could be meant for several clients waits so long until one is left; "
        "then it is refused.",
        0.001, 3600},
    config_key{"children", "stop_grace", seconds, "2",
               "Between the steps of stopping: end of input, SIGTERM, SIGKILL.", 0, 3600},
    config_key{"children", "truncate", truncation, "",
               "What execute_child_tool keeps of a text where the caller does not say. \"adaptive\""
               ": by the text's length. \"none\": everything."},
    config_key{"children", "truncate_adaptive", truncation_steps, "",
               "The adaptive rule's steps, ascending by lines_min; used where truncate is no "
               "table."},
    config_key{"children", "restart", table, "{}", "How it comes back when it died."},
    config_key{"children", "health", table, "{}", "How it is asked whether it still answers."},
    config_key{"children", "retry", table, "{}", "When a failed call is tried again."},
    config_key{"children", "breaker", table, "{}", "When it is left alone."},
    config_key{"children", "limits", table, "{}", "Limits of this child."},
    config_key{"children", "fallback", tables, "[]",
               "Who answers calls of its tools when it fails, tried in this order."},
    config_key{"children", "tools", table_map, "{}",
               "What is different for single tools: tools.NAME is the table of one."},
    config_key{"children", "tools_only", texts, "",
               "Its tools that clients see, by its own names for them; * stands for any text. The "
               "others are neither listed nor called. []: none."},
    config_key{"children", "tools_except", texts, "[]",
               "Tools that clients do not see, in the same way; taken away from tools_only."},
    // ---- limits of children; also accepted in [limits]
    config_key{"children.limits", "line_bytes_max", integer, "67108864",
               "Longest message accepted from the child.", key_bytes_min, key_bytes_max},
    config_key{"children.limits", "write_queue_bytes_max", integer, "67108864",
               "What waits to be written to the child.", key_bytes_min, key_bytes_max},
    config_key{"children.limits", "calls_in_flight_max", integer, "1024",
               "Calls of clients that run on one process of the child at the same time.", 1,
               65'536},
    config_key{"children.limits", "stderr_lines_max", integer, "50",
               "Lines of the child's stderr kept for its status.", 0, 10'000},
    config_key{"children.limits", "stderr_line_bytes_max", integer, "1024",
               "Bytes kept of each of them.", 16, 65'536},
    config_key{"children.limits", "list_pages_max", integer, "100",
               "Pages read of one list of the child.", 1, 10'000},
    config_key{"children.limits", "list_items_max", integer, "10000",
               "Entries read of one list of the child.", 1, key_count_max},
    config_key{"children.limits", "garbage_lines_max", integer, "100",
               "Lines in a row on the child's stdout that are no messages, before it is restarted.",
               0, key_count_max},
    // ---- instances
    config_key{"children.instances", "min", integer, "1",
               "Processes that are kept ready where it is started ahead of its use.", 1, 1000},
    config_key{"children.instances", "max", integer, "",
               "Never more. The least busy gets the next call; where all are at work, another one "
               "is started. Default: 1 where everybody shares it and it asks nobody, else 8.",
               1, 1000},
    config_key{"children.instances", "queue_max", integer, "64",
               "Calls that wait for a place where all are taken; one more fails with SERVER_BUSY.",
               1, 65'536},
    config_key{"children.instances", "queue_timeout", seconds, "30",
               "How long a call waits for a place.", 0.001, day_seconds},
    // ---- restart
    config_key{"children.restart", "base", seconds, "0.2",
               "Longest pause after the first failure; doubles with each in a row.", 0.001,
               day_seconds},
    config_key{"children.restart", "max", seconds, "30", "Longest pause at all.", 0.001,
               day_seconds},
    config_key{"children.restart", "jitter", number, "1", "Share of each pause that is random.", 0,
               1},
    config_key{"children.restart", "stable_after", seconds, "10",
               "After a life of this length the pauses begin anew.", 0.001, day_seconds},
    config_key{"children.restart", "restarts_max", integer, "20",
               "Failures within window after which it is given up and tried at slow_retry only, "
               "until it is stable. 0: never.",
               0, 1000},
    config_key{"children.restart", "window", seconds, "600", "For restarts_max.", 0.001,
               30 * day_seconds},
    config_key{"children.restart", "slow_retry", seconds, "300",
               "Pause of a child that was given up.", 0.001, 30 * day_seconds},
    config_key{"children.restart", "calls", choice, R"("auto")",
               "What a call does during a pause. wait: it waits. fail: it fails at once and says "
               "when to come back. auto: it waits out a pause of at most base.",
               0, 0, "auto|wait|fail"},
    // ---- health
    config_key{"children.health", "interval", seconds, "30",
               "Silence after which a process is asked for a sign of life. 0: never.", 0,
               day_seconds},
    config_key{"children.health", "timeout", seconds, "5", "For its answer.", 0.001, 3600},
    config_key{"children.health", "misses_max", integer, "3",
               "Answers missing in a row after which it counts as unhealthy and is replaced.", 1,
               1000},
    // ---- retry
    config_key{"children.retry", "attempts", integer, "3", "Attempts in all; 1: no retry.", 1, 100},
    config_key{"children.retry", "base", seconds, "0.1", "Pause before the second attempt.", 0,
               3600},
    config_key{"children.retry", "factor", number, "2", "By which each further pause is longer.", 1,
               100},
    config_key{"children.retry", "max", seconds, "2", "Longest pause.", 0, 3600},
    config_key{"children.retry", "jitter", number, "0.5", "Share of each pause that is random.", 0,
               1},
    config_key{"children.retry", "budget", number, "0.2",
               "Retries per call that the child gets on average, so that a bad day does not become "
               "a storm; 0: none.",
               0, 10},
    config_key{"children.retry", "codes", texts, R"(["TIMEOUT","CONNECTION_LOST","SERVER_BUSY"])",
               "Failures after which a call is tried again."},
    config_key{"children.retry", "tools", texts, "[]",
               "Tools that may be called twice although they do not say so (readOnlyHint, "
               "idempotentHint). \"*\": all of them."},
    // ---- single tools
    config_key{"children.tools", "enabled", boolean, "",
               "false: clients do not see the tool and cannot call it."},
    config_key{"children.tools", "timeout", seconds, "", "As the child's timeout.", 0.001,
               7 * day_seconds},
    config_key{"children.tools", "total_timeout", seconds, "", "As the child's total_timeout.",
               0.001, 7 * day_seconds},
    config_key{"children.tools", "repeatable", boolean, "",
               "Whether the tool may be called twice, whatever it says itself (readOnlyHint, "
               "idempotentHint)."},
    config_key{"children.tools", "fallback", tables, "",
               "As the child's fallback, in its place; []: none."},
    // ---- fallback
    config_key{
        "children.fallback", "server", text, "", "The name of a child.", 0, 0, {}, false, true},
    config_key{"children.fallback", "tool", text, "",
               "Its tool, by its own name. Without it: the one of the same name."},
    config_key{
        "children.fallback", "arguments", json_table, "",
        "What this tool is called with; {{name}} stands for an argument of the call. Without "
        "it: the same arguments."},
    config_key{"children.fallback", "always", boolean, "false",
               "true: also where the child that failed may have done the work already, and the "
               "tool does not say that it may be called twice."},
    // ---- breaker
    config_key{"children.breaker", "threshold", integer, "5",
               "Failures in a row that open the breaker; 0: there is none.", 0, 10'000},
    config_key{"children.breaker", "failure_rate", number, "0",
               "Share of failures among the last calls that opens it too; 0: only the row counts.",
               0, 1},
    config_key{"children.breaker", "window", integer, "20", "Calls that this share is taken of.", 1,
               10'000},
    config_key{"children.breaker", "timeout", seconds, "60",
               "How long it stays open before one call is let through as a trial.", 0.001,
               day_seconds},
    // ---- truncation
    config_key{"truncate", "head", integer, "", "Lines from the beginning.", 0, 1e9},
    config_key{"truncate", "tail", integer, "", "Lines from the end.", 0, 1e9},
    config_key{"truncate", "head_chars", integer, "", "Characters from the beginning.", 0, 1e9},
    config_key{"truncate", "tail_chars", integer, "", "Characters from the end.", 0, 1e9},
    config_key{"truncate_adaptive", "lines_min", integer, "0",
               "The step applies to texts of at least so many lines.", 0, 1e9},
    config_key{"truncate_adaptive", "head", integer, "", "Lines from the beginning.", 0, 1e9},
    config_key{"truncate_adaptive", "tail", integer, "", "Lines from the end.", 0, 1e9},
    config_key{"truncate_adaptive", "head_chars", integer, "", "Characters from the beginning.", 0,
               1e9},
    config_key{"truncate_adaptive", "tail_chars", integer, "", "Characters from the end.", 0, 1e9},
};

} // namespace

std::span<const config_key> child_keys() {
    return keys;
}

} // namespace mcpgw
