#include "server/config_keys.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

using enum key_type;

constexpr double bytes_min = 1024;
constexpr double bytes_max = 1024.0 * 1024 * 1024;
constexpr double count_max = 1'000'000;
constexpr double day_seconds = 86'400;
constexpr double day_ms = day_seconds * 1000;

constexpr std::array sections{
    config_section{"gateway", "What clients see."},
    config_section{"http", "The HTTP side towards clients. Durations are in milliseconds."},
    config_section{"limits", "What is refused, instead of growing without bound. The limits of "
                             "children stand here for all of them; `children.limits` overrides."},
    config_section{
        "defaults",
        "For every child: any key of `children` except name, command, "
        "args, url, headers and bearer_token. A child's own keys win; env and limits are merged."},
    config_section{"children", "The MCP servers behind the gateway: processes that speak over "
                               "stdin and stdout (command), or servers that are reached over "
                               "HTTP (url). Durations are in seconds."},
    config_section{"children.limits", "Limits of one child."},
    config_section{"truncate", "How much of a result's text to keep: lines first, then characters. "
                               "With only one of a pair set, the other counts as 0."},
    config_section{"truncate_adaptive", "One step of the adaptive rule. The last step that applies "
                                        "wins; a step without amounts keeps the whole text."},
};

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
    config_key{"http", "idle_timeout_ms", milliseconds, "75000",
               "A connection without a request is closed after this.", 1, day_ms},
    config_key{"http", "write_timeout_ms", milliseconds, "30000",
               "A client that takes nothing for this long is disconnected.", 1, day_ms},
    config_key{"http", "sse_keep_alive_ms", milliseconds, "15000",
               "A silent stream gets a comment this often, so that nothing between closes it.", 100,
               day_ms},
    config_key{
        "http", "stream_delay_ms", milliseconds, "1000",
        "A call without an answer for this long gets its reply as a stream, which the client "
        "can resume (2025-11-25).",
        0, day_ms},
    config_key{"http", "retry_delay_ms", milliseconds, "1000",
               "What a client is told to wait before it resumes a stream.", 0, day_ms},
    config_key{"http", "session_timeout_ms", milliseconds, "3600000",
               "A session (revisions up to 2025-11-25) without a request ends after this.", 1000,
               30 * day_ms},
    // ---- limits, client side
    config_key{"limits", "message_bytes_max", integer, "16777216",
               "Longest message of a client: the body of a POST, a line on stdio.", bytes_min,
               bytes_max},
    config_key{"limits", "header_bytes_max", integer, "32768", "All headers of one request.",
               bytes_min, 1024.0 * 1024},
    config_key{"limits", "connections_max", integer, "10000", "Open connections of clients.", 1,
               count_max},
    config_key{"limits", "sessions_max", integer, "10000", "Open sessions.", 1, count_max},
    config_key{"limits", "depth_max", integer, "256", "Nesting of JSON.", 8, 10'000},
    config_key{"limits", "requests_per_session_max", integer, "1000",
               "Requests of one session that wait for their answers.", 1, count_max},
    config_key{"limits", "batch_messages_max", integer, "100",
               "Messages of one JSON-RPC batch (2025-03-26).", 1, count_max},
    config_key{"limits", "stream_queue_bytes_max", integer, "16777216",
               "What waits to be written to one slow client.", bytes_min, bytes_max},
    config_key{"limits", "notifications_backlog_max", integer, "256",
               "Notifications kept for a session while it has no stream.", 0, count_max},
    config_key{"limits", "resume_events_max", integer, "1000",
               "Messages kept for a session whose client may have lost its connection.", 1,
               count_max},
    config_key{"limits", "resume_bytes_max", integer, "1048576", "Bytes of those messages.",
               bytes_min, bytes_max},
    config_key{"limits", "list_page_items", integer, "1000",
               "Entries of one page of a list of tools, prompts or resources. Some clients read "
               "the first page only.",
               1, count_max},
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
               R"(["HOME","LANG","LC_ALL","LOGNAME","PATH","SHELL","TERM","TMPDIR","TZ","USER"])",
               "Variables that the child gets from the gateway's own environment where they are "
               "set."},
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
    config_key{"children", "start", choice, R"("auto")",
               "lazy: at first use. pre_warm: with the gateway. auto: pre_warm where the gateway "
               "has to list the children's tools (expose all, both), else lazy.",
               0, 0, "auto|lazy|pre_warm"},
    config_key{"children", "timeout", seconds, "60",
               "Longest time of a call without an answer or progress.", 0.001, 7 * day_seconds},
    config_key{"children", "start_timeout", seconds, "30",
               "From the start of the process to the end of the handshake.", 0.001, day_seconds},
    config_key{"children", "probe_timeout", seconds, "10",
               "For an answer to server/discover, which tells modern servers from older ones.",
               0.001, day_seconds},
    config_key{"children", "list_timeout", seconds, "15",
               "For the lists of tools, prompts and resources.", 0.001, day_seconds},
    config_key{"children", "stop_grace", seconds, "2",
               "Between the steps of stopping: end of input, SIGTERM, SIGKILL.", 0, 3600},
    config_key{"children", "restart_delay_min", seconds, "0.2",
               "Pause before the first restart of a child that died; doubles each time.", 0.001,
               day_seconds},
    config_key{"children", "restart_delay_max", seconds, "30", "Longest such pause.", 0.001,
               day_seconds},
    config_key{"children", "truncate", truncation, "",
               "What execute_child_tool keeps of a text where the caller does not say. \"adaptive\""
               ": by the text's length. \"none\": everything."},
    config_key{"children", "truncate_adaptive", truncation_steps, "",
               "The adaptive rule's steps, ascending by lines_min; used where truncate is no "
               "table."},
    config_key{"children", "limits", key_type::limits, "{}", "Limits of this child."},
    // ---- limits of children; also accepted in [limits]
    config_key{"children.limits", "line_bytes_max", integer, "67108864",
               "Longest message accepted from the child.", bytes_min, bytes_max},
    config_key{"children.limits", "write_queue_bytes_max", integer, "67108864",
               "What waits to be written to the child.", bytes_min, bytes_max},
    config_key{"children.limits", "calls_in_flight_max", integer, "1024",
               "Calls that wait for the child's answers.", 1, 65'536},
    config_key{"children.limits", "stderr_lines_max", integer, "50",
               "Lines of the child's stderr kept for its status.", 0, 10'000},
    config_key{"children.limits", "stderr_line_bytes_max", integer, "1024",
               "Bytes kept of each of them.", 16, 65'536},
    config_key{"children.limits", "list_pages_max", integer, "100",
               "Pages read of one list of the child.", 1, 10'000},
    config_key{"children.limits", "list_items_max", integer, "10000",
               "Entries read of one list of the child.", 1, count_max},
    config_key{"children.limits", "garbage_lines_max", integer, "100",
               "Lines in a row on the child's stdout that are no messages, before it is restarted.",
               0, count_max},
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

std::span<const config_key> config_keys() {
    return keys;
}
std::span<const config_section> config_sections() {
    return sections;
}

std::vector<const config_key*> section_keys(std::string_view section) {
    std::vector<const config_key*> found;
    for (const auto& key : keys) {
        // What names one server, or is meant for its eyes only, is nothing that all could share.
        constexpr std::array<std::string_view, 6> own{"name", "command", "args",
                                                      "url",  "headers", "bearer_token"};
        const bool is_for_defaults = section == "defaults" && key.section == "children" &&
                                     std::find(own.begin(), own.end(), key.name) == own.end();
        const bool is_for_limits = section == "limits" && key.section == "children.limits";
        if (key.section == section || is_for_defaults || is_for_limits) found.push_back(&key);
    }
    return found;
}

const config_key* find_config_key(std::string_view section, std::string_view name) {
    const auto candidates = section_keys(section);
    const auto it = std::find_if(candidates.begin(), candidates.end(),
                                 [&](const config_key* key) { return key->name == name; });
    return it == candidates.end() ? nullptr : *it;
}

std::string_view type_name(key_type type) {
    switch (type) {
    case boolean:
        return "true or false";
    case integer:
        return "whole number";
    case seconds:
        return "seconds";
    case milliseconds:
        return "milliseconds";
    case text:
        return "text";
    case choice:
        return "choice";
    case texts:
        return "list of texts";
    case text_map:
        return "table of texts";
    case truncation:
        return "\"adaptive\", \"none\" or table";
    case truncation_steps:
        return "list of tables";
    case key_type::limits:
        break;
    }
    return "table";
}

} // namespace mcpgw
