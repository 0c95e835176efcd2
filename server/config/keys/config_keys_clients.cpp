// SPDX-License-Identifier: Apache-2.0
#include "server/config/keys/config_key_tables.hpp"

#include <array>

namespace mcpgw {

namespace {

using enum key_type;

constexpr std::array keys{
    // ---- gateway
    config_key{"gateway", "expose", choice, R"("gateway")",
               "gateway: the gateway's own tools, which list and call the children. all: every "
               "child's tools, prompts and resources, merged. both: the two together.",
               0, 0, "gateway|all|both"},
    config_key{"gateway", "prefix", choice, R"("always")",
               "When a child's name is put before its tools' and prompts' names. never: where two "
               "children offer the same name, the first one wins.",
               0, 0, "always|on_conflict|never"},
    config_key{"gateway", "separator", text, R"("__")",
               "Stands between the child's name and the tool's: 1 to 4 of A-Z a-z 0-9 _ -."},
    config_key{"gateway", "instructions", text, R"("")",
               "Shown to clients before the children's own instructions."},
    config_key{"gateway", "log_level", choice, R"("info")",
               "What is written to stderr: this and everything more severe.", 0, 0,
               "debug|info|warning|error|off"},
    config_key{"gateway",
               "schema_cache",
               text,
               R"("auto")",
               "Directory in which it is kept what the children offer, so that they are listed "
               "before they have started; relative to the configuration file. auto: mcp-gateway/"
               "schemas below $XDG_CACHE_HOME or ~/.cache. off: nothing is kept.",
               0,
               0,
               {},
               true},
    config_key{
        "gateway",
        "state_secret",
        text,
        R"("")",
        "Seals what clients of 2026-07-28 carry between two requests, and page cursors. At least "
        "32 characters: openssl rand -hex 16. Never shown; write ${NAME}. Empty: a random one, "
        "and what clients hold ends with the gateway.",
        0,
        0,
        {},
        true},
    config_key{"gateway", "list_wait", seconds, "2",
               "How long a list waits for children that have never told what they offer, not even "
               "before the gateway was started (schema_cache). Then it comes without them, and "
               "list_changed follows when they have. 0: it waits for none.",
               0, 600},
    config_key{"gateway", "question_timeout_ms", milliseconds, "600000",
               "How long a client of 2026-07-28 may take to answer a server's questions; the call "
               "waits so long.",
               1000, day_ms},
    config_key{"gateway", "question_window_ms", milliseconds, "15",
               "Questions that a server asks within this time reach a client of 2026-07-28 "
               "together.",
               0, 10'000},
    // ---- http
    config_key{"http",
               "listen",
               text,
               R"("127.0.0.1:8080")",
               "Address and port: 127.0.0.1:8080, [::1]:8080, localhost:8080; :8080 and 8080 mean "
               "127.0.0.1. Port 0 takes any free port. Any other address is open to the network.",
               0,
               0,
               {},
               true},
    config_key{
        "http", "path", text, R"("/mcp")", "Path of the Streamable HTTP endpoint.", 0, 0, {}, true},
    config_key{"http",
               "sse_path",
               text,
               R"("/sse")",
               "Path of the event stream for clients of the 2024-11-05 transport.",
               0,
               0,
               {},
               true},
    config_key{"http",
               "messages_path",
               text,
               R"("/messages")",
               "Path that clients of the 2024-11-05 transport post to.",
               0,
               0,
               {},
               true},
    config_key{"http",
               "origins_allowed",
               texts,
               "[]",
               "Web pages that may talk to the gateway beside local ones: https://app.example. "
               "\"*\" allows all, \"null\" those without an origin.",
               0,
               0,
               {},
               true},
    config_key{"http",
               "hosts_allowed",
               texts,
               "[]",
               "Names without port by which clients may address the gateway beside local ones. "
               "\"*\" allows all.",
               0,
               0,
               {},
               true},
    config_key{"http", "header_timeout_ms", milliseconds, "10000",
               "For a request's headers to arrive.", 1, day_ms},
    config_key{"http", "body_timeout_ms", milliseconds, "30000", "For a request's body to arrive.",
               1, day_ms},
    config_key{"http", "body_rate_min", integer, "500",
               "Bytes a second that a body must bring after its first ten seconds; what is slower "
               "is ended. 0: any.",
               0, key_bytes_max},
    config_key{"http", "idle_timeout_ms", milliseconds, "75000",
               "A connection without a request is closed after this.", 1, day_ms},
    config_key{"http", "write_timeout_ms", milliseconds, "30000",
               "A client that takes nothing for this long is disconnected; one that reads slowly "
               "is not.",
               1, day_ms},
    config_key{"http", "sse_keep_alive_ms", milliseconds, "15000",
               "A silent stream gets a comment this often, so that nothing between closes it.", 100,
               day_ms},
    config_key{
        "http", "stream_delay_ms", milliseconds, "1000",
        "A call without an answer for this long gets its reply as a stream, which the client "
        "can resume (2025-11-25).",
        0, day_ms},
    config_key{"http", "retry_delay_ms", milliseconds, "0",
               "What a client is told to wait before it resumes a stream. 0: it is told nothing, "
               "for some (Java SDK 1.x) give up a stream that tells them.",
               0, day_ms},
    config_key{"http", "session_timeout_ms", milliseconds, "3600000",
               "A session (revisions up to 2025-11-25) without a request ends after this.", 1000,
               30 * day_ms},
    config_key{"http", "compress", boolean, "true",
               "Long bodies go out compressed (zstd or gzip) to clients that ask for it."},
    config_key{"http", "compress_bytes_min", integer, "32768",
               "Shorter bodies go out as they are: compressing them costs more than it saves.",
               key_bytes_min, key_bytes_max},
    // ---- limits, client side
    config_key{"limits", "message_bytes_max", integer, "16777216",
               "Longest message of a client: the body of a POST, a line on stdio.", key_bytes_min,
               key_bytes_max},
    config_key{"limits", "header_bytes_max", integer, "32768", "All headers of one request.",
               key_bytes_min, 1024.0 * 1024},
    config_key{"limits", "connections_max", integer, "10000", "Open connections of clients.", 1,
               key_count_max},
    config_key{"limits", "memory_max", integer, "268435456",
               "Bytes that the bodies of all clients, and what waits to be written to them or "
               "fetched again, may take together. Beyond it new bodies get 503, and the largest "
               "of those whose clients do nothing end first.",
               1024.0 * 1024, 1024.0 * key_bytes_max},
    config_key{"limits", "sessions_max", integer, "10000",
               "Open sessions. Beyond it those in which nothing was asked end first, then those "
               "that were idle for a minute.",
               1, key_count_max},
    config_key{"limits", "sessions_per_client_max", integer, "5000",
               "The same for the clients at one address. All clients behind one reverse proxy have "
               "the same address: give them as many as sessions_max.",
               1, key_count_max},
    config_key{"limits", "depth_max", integer, "256", "Nesting of JSON.", 8, 10'000},
    config_key{"limits", "requests_per_session_max", integer, "1000",
               "Requests of one session that wait for their answers.", 1, key_count_max},
    config_key{"limits", "batch_messages_max", integer, "100",
               "Messages of one JSON-RPC batch (2025-03-26).", 1, key_count_max},
    config_key{"limits", "stream_queue_bytes_max", integer, "16777216",
               "What waits to be written to one slow client.", key_bytes_min, key_bytes_max},
    config_key{"limits", "notifications_backlog_max", integer, "256",
               "Notifications kept for a session while it has no stream.", 0, key_count_max},
    config_key{"limits", "resume_events_max", integer, "1000",
               "Messages kept for a session whose client may have lost its connection.", 1,
               key_count_max},
    config_key{"limits", "resume_bytes_max", integer, "1048576", "Bytes of those messages.",
               key_bytes_min, key_bytes_max},
    config_key{"limits", "drain_timeout_ms", milliseconds, "10000",
               "For requests in flight when stdin ends (stdio).", 0, day_ms},
    config_key{"limits", "stop_grace_ms", milliseconds, "5000",
               "When the gateway stops: for replies on their way to clients that read slowly, or "
               "not at all.",
               0, day_ms},
    config_key{"limits", "starts_at_once_max", integer, "8",
               "Children that are started with the gateway (pre_warm): so many at the same time.",
               1, 1000},
    config_key{"limits", "list_page_items", integer, "1000",
               "Entries of one page of a list of tools, prompts or resources. Some clients read "
               "the first page only.",
               1, key_count_max},
    config_key{"limits", "askable_calls_max", integer, "4096",
               "Calls of clients of 2026-07-28 that run on servers which may ask in between.", 1,
               key_count_max},
    config_key{"limits", "parked_calls_max", integer, "1024",
               "Such calls that wait for their clients' answers.", 1, key_count_max},
    config_key{"limits", "parked_calls_per_client_max", integer, "64",
               "Of these, the calls of one client.", 1, key_count_max},
};

} // namespace

std::span<const config_key> client_side_keys() {
    return keys;
}

} // namespace mcpgw
