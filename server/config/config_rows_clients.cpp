// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_row.hpp"

#include "protocol/json/json_text.hpp"
#include "server/config/config.hpp"
#include "server/config/sections/config_listen.hpp"

#include <array>
#include <tuple>

namespace mcpgw {

namespace {

using enum key_effect;

template <auto... path>
constexpr config_place in_gateway = place_in<&configuration::gateway, path...>();
template <auto... path>
constexpr config_place in_http = place_in<&configuration::http, path...>();
template <auto... path>
constexpr config_place in_limits = place_in<&configuration::limits, path...>();

void store_listen(configuration& out, const value_site& site) {
    const auto parsed = parse_listen(site.node.text);
    if (parsed.has_error())
        return site.error(parsed.error().detail, "for example \"127.0.0.1:8080\"");
    out.http.address = parsed->address;
    out.http.port = parsed->port;
    if (!parsed->is_loopback())
        site.warning(std::string{open_address_warning()}, std::string{open_address_hint()});
}

std::string show_listen(const configuration& options) {
    return quote_json(listen_address{options.http.address, options.http.port}.str());
}

/// Two members, of which the second cannot be told from the first.
constexpr config_place listen_place() {
    auto place = place_by<store_listen, show_listen>(key_type::text);
    place.same = [](const void* one, const void* other) {
        return show_listen(*static_cast<const configuration*>(one)) ==
               show_listen(*static_cast<const configuration*>(other));
    };
    return place;
}

constexpr std::array gateway{
    key("expose", in_gateway<&gateway_options::expose>, at_once,
        "gateway: the gateway's own tools, which list and call the children. all: every child's "
        "tools, prompts and resources, merged. both: the two together. search: prompts and "
        "resources as in all, but tools are found by search_tools and called by call_tool "
        "(docs/search.md).",
        personal),
    key("run_workflow", in_gateway<&gateway_options::workflows, &workflow_options::run_workflow>,
        at_once,
        "Where clients get the tool run_workflow, whose steps they write themselves. auto: where "
        "the gateway's own tools are shown. on: with expose = \"all\" too. off: nowhere."),
    key("prefix", in_gateway<&gateway_options::naming, &naming_options::prefix>, at_once,
        "When a child's name is put before its tools' and prompts' names. never: where two "
        "children offer the same name, the first one wins."),
    key("separator", in_gateway<&gateway_options::naming, &naming_options::separator>, at_once,
        "Stands between the child's name and the tool's: 1 to 4 of A-Z a-z 0-9 _ -."),
    key("instructions", in_gateway<&gateway_options::instructions>, new_calls,
        "Shown to clients before the children's own instructions."),
    key("log_level", place_in<&configuration::log>(), at_once,
        "What is written to stderr: this and everything more severe."),
    key("reload", place_in<&configuration::reload>(), at_once,
        "When a changed configuration is read while the gateway runs. auto: when one of its files "
        "changes, at SIGHUP and when it is asked to. signal: without looking at the files. off: at "
        "its next start."),
    key("schema_cache", place_in<&configuration::schema_cache>(), gateway_start,
        "Directory in which it is kept what the children offer, so that they are listed before "
        "they have started; relative to the configuration file. auto: mcp-gateway/schemas below "
        "$XDG_CACHE_HOME or ~/.cache. off: nothing is kept.",
        said_default{R"("auto")"}, expanded),
    key("state_secret", in_gateway<&gateway_options::state_secret>, gateway_start,
        "Seals what clients of 2026-07-28 carry between two requests, and page cursors. At least "
        "32 characters: openssl rand -hex 16. Never shown; write ${NAME}. Empty: a random one, and "
        "what clients hold ends with the gateway.",
        expanded),
    key("list_wait", in_gateway<&gateway_options::list_wait>, new_calls,
        "How long a list waits for children that have never told what they offer, not even before "
        "the gateway was started (schema_cache). Then it comes without them, and list_changed "
        "follows when they have. 0: it waits for none.",
        range{0, 600}),
    key("question_timeout_ms", in_gateway<&gateway_options::question_timeout>, new_calls,
        "How long a client of 2026-07-28 may take to answer a server's questions; the call waits "
        "so long.",
        range{1000, day_ms}),
    key("question_window_ms", in_gateway<&gateway_options::parking, &parking_limits::window>,
        new_calls,
        "Questions that a server asks within this time reach a client of 2026-07-28 together.",
        range{0, 10'000}),
};

constexpr std::array http{
    key("listen", listen_place(), at_once,
        "Address and port: 127.0.0.1:8080, [::1]:8080, localhost:8080; :8080 and 8080 mean "
        "127.0.0.1. Port 0 takes any free port. Any other address is open to the network.",
        expanded),
    key("path", in_http<&http_options::path>, at_once, "Path of the Streamable HTTP endpoint.",
        expanded),
    key("sse_path", in_http<&http_options::sse_path>, at_once,
        "Path of the event stream for clients of the 2024-11-05 transport.", expanded),
    key("messages_path", in_http<&http_options::messages_path>, at_once,
        "Path that clients of the 2024-11-05 transport post to.", expanded),
    key("origins_allowed", in_http<&http_options::access, &access_policy::origins_allowed>,
        new_calls,
        "Web pages that may talk to the gateway beside local ones: https://app.example. \"*\" "
        "allows all, \"null\" those without an origin.",
        expanded),
    key("hosts_allowed", in_http<&http_options::access, &access_policy::hosts_allowed>, new_calls,
        "Names without port by which clients may address the gateway beside local ones. \"*\" "
        "allows all.",
        expanded),
    key("header_timeout_ms", in_http<&http_options::header_timeout>, new_calls,
        "For a request's headers to arrive.", range{1, day_ms}),
    key("body_timeout_ms", in_http<&http_options::body_timeout>, new_calls,
        "For a request's body to arrive.", range{1, day_ms}),
    key("body_rate_min", in_http<&http_options::body_rate_min>, new_calls,
        "Bytes a second that a body must bring after its first ten seconds; what is slower is "
        "ended. 0: any.",
        range{0, key_bytes_max}),
    key("idle_timeout_ms", in_http<&http_options::idle_timeout>, new_calls,
        "A connection without a request is closed after this.", range{1, day_ms}),
    key("write_timeout_ms", in_http<&http_options::write_timeout>, new_calls,
        "A client that takes nothing for this long is disconnected; one that reads slowly is not.",
        range{1, day_ms}),
    key("sse_keep_alive_ms", in_http<&http_options::sse_keep_alive>, new_calls,
        "A silent stream gets a comment this often, so that nothing between closes it.",
        range{100, day_ms}),
    key("stream_delay_ms", in_http<&http_options::stream_delay>, new_calls,
        "A call without an answer for this long gets its reply as a stream, which the client can "
        "resume (2025-11-25).",
        range{0, day_ms}),
    key("retry_delay_ms", in_http<&http_options::retry_delay>, new_calls,
        "What a client is told to wait before it resumes a stream. 0: it is told nothing, for some "
        "(Java SDK 1.x) give up a stream that tells them.",
        range{0, day_ms}),
    key("session_timeout_ms", in_http<&http_options::session_timeout>, at_once,
        "A session (revisions up to 2025-11-25) without a request ends after this.",
        range{1000, 30 * day_ms}),
    key("compress", in_http<&http_options::compresses>, new_calls,
        "Long bodies go out compressed (zstd or gzip) to clients that ask for it."),
    key("compress_bytes_min", in_http<&http_options::compress_bytes_min>, new_calls,
        "Shorter bodies go out as they are: compressing them costs more than it saves.",
        range{key_bytes_min, key_bytes_max}),
};

constexpr std::array limits{
    key("message_bytes_max", in_limits<&client_limits::message_bytes_max>, new_calls,
        "Longest message of a client: the body of a POST, a line on stdio.",
        range{key_bytes_min, key_bytes_max}),
    key("header_bytes_max", in_limits<&client_limits::header_bytes_max>, new_calls,
        "All headers of one request.", range{key_bytes_min, 1024.0 * 1024}),
    key("connections_max", in_limits<&client_limits::connections_max>, at_once,
        "Open connections of clients.", range{1, key_count_max}),
    key("memory_max", in_limits<&client_limits::memory_max>, at_once,
        "Bytes that the bodies of all clients, and what waits to be written to them or fetched "
        "again, may take together. Beyond it new bodies get 503, and the largest of those whose "
        "clients do nothing end first.",
        range{1024.0 * 1024, 1024.0 * key_bytes_max}),
    key("sessions_max", in_limits<&client_limits::sessions_max>, at_once,
        "Open sessions. Beyond it those in which nothing was asked end first, then those that were "
        "idle for a minute.",
        range{1, key_count_max}),
    key("sessions_per_client_max", in_limits<&client_limits::sessions_per_client_max>, at_once,
        "The same for the clients at one address. All clients behind one reverse proxy have the "
        "same address: give them as many as sessions_max.",
        range{1, key_count_max}),
    key("depth_max", in_limits<&client_limits::depth_max>, new_calls, "Nesting of JSON.",
        range{8, 10'000}),
    key("requests_per_session_max", in_limits<&client_limits::requests_per_session_max>, new_calls,
        "Requests of one session that wait for their answers.", range{1, key_count_max}),
    key("batch_messages_max", in_limits<&client_limits::batch_messages_max>, new_calls,
        "Messages of one JSON-RPC batch (2025-03-26).", range{1, key_count_max}),
    key("stream_queue_bytes_max", in_limits<&client_limits::stream_queue_bytes_max>, new_calls,
        "What waits to be written to one slow client.", range{key_bytes_min, key_bytes_max}),
    key("notifications_backlog_max", in_limits<&client_limits::notifications_backlog_max>,
        new_calls, "Notifications kept for a session while it has no stream.",
        range{0, key_count_max}),
    key("resume_events_max", in_limits<&client_limits::resume_events_max>, new_calls,
        "Messages kept for a session whose client may have lost its connection.",
        range{1, key_count_max}),
    key("resume_bytes_max", in_limits<&client_limits::resume_bytes_max>, new_calls,
        "Bytes of those messages.", range{key_bytes_min, key_bytes_max}),
    key("drain_timeout_ms", in_limits<&client_limits::drain_timeout>, at_once,
        "For requests in flight when stdin ends (stdio).", range{0, day_ms}),
    key("stop_grace_ms", in_limits<&client_limits::stop_grace>, at_once,
        "When the gateway stops: for replies on their way to clients that read slowly, or not at "
        "all.",
        range{0, day_ms}),
    key("starts_at_once_max", place_in<&configuration::starts_at_once_max>(), gateway_start,
        "Children that are started with the gateway (pre_warm): so many at the same time.",
        range{1, 1000}),
    key("list_page_items", in_gateway<&gateway_options::list_page_items>, new_calls,
        "Entries of one page of a list of tools, prompts or resources. Some clients read the first "
        "page only.",
        range{1, key_count_max}),
    key("askable_calls_max", in_gateway<&gateway_options::parking, &parking_limits::running_max>,
        new_calls, "Calls of clients of 2026-07-28 that run on servers which may ask in between.",
        range{1, key_count_max}),
    key("parked_calls_max", in_gateway<&gateway_options::parking, &parking_limits::parked_max>,
        new_calls, "Such calls that wait for their clients' answers.", range{1, key_count_max}),
    key("parked_calls_per_client_max",
        in_gateway<&gateway_options::parking, &parking_limits::parked_per_client_max>, new_calls,
        "Of these, the calls of one client.", range{1, key_count_max}),
};

template <auto... path>
constexpr config_place
    in_search = place_in<&configuration::gateway, &gateway_options::search, path...>();

constexpr std::array search{
    key("pinned", in_search<&search_options::pinned>, at_once,
        "Tools that are listed all the same: patterns that fit CHILD__TOOL (with the gateway's "
        "separator), where * stands for any text and ! takes away."),
    key("results_max", in_search<&search_options::results_max>, new_calls, "Tools of one answer.",
        range{1, 50}),
    key("schemas", in_search<&search_options::schemas>, new_calls,
        "So many of the best come with their whole inputSchema; describe_tool has the others'.",
        range{0, 50}),
    key("tokens_max", in_search<&search_options::tokens_max>, new_calls,
        "Tokens of one answer, about (four characters are one): schemas that do not fit are left "
        "out, then tools.",
        range{100, 100'000}),
    key("synonyms", in_search<&search_options::synonyms>, new_calls,
        "Groups of words that mean the same: [\"ticket issue bug\", \"crm salesforce\"]."),
};

void store_admin_listen(configuration& out, const value_site& site) {
    if (site.node.text.empty()) return;
    const auto parsed = parse_listen(site.node.text);
    if (parsed.has_error())
        return site.error(parsed.error().detail, "for example \"127.0.0.1:8081\"");
    out.admin.address = parsed->address;
    out.admin.port = parsed->port;
}

std::string show_admin_listen(const configuration& options) {
    const auto& [address, port] = std::tie(options.admin.address, options.admin.port);
    return quote_json(address.empty() ? "" : listen_address{address, port}.str());
}

constexpr config_place admin_listen_place() {
    auto place = place_by<store_admin_listen, show_admin_listen>(key_type::text);
    place.same = [](const void* one, const void* other) {
        return show_admin_listen(*static_cast<const configuration*>(one)) ==
               show_admin_listen(*static_cast<const configuration*>(other));
    };
    return place;
}

template <auto... path>
constexpr config_place in_admin = place_in<&configuration::admin, path...>();

constexpr std::array admin{
    key("socket", in_admin<&admin_options::socket>, gateway_start,
        "Path of the Unix socket by which the commands reload, servers, flags and views reach a "
        "gateway that runs; for its own user alone. auto: where they look for it, in mcp-gateway "
        "below $XDG_RUNTIME_DIR, $XDG_STATE_HOME or ~/.local/state. off: none.",
        expanded),
    key("listen", admin_listen_place(), gateway_start,
        "The same over TCP: 127.0.0.1:8081, [::1]:8081; 8081 means 127.0.0.1. Needs token. Empty: "
        "not over TCP.",
        expanded),
    key("token", in_admin<&admin_options::token>, gateway_start,
        "What requests over TCP must bring as Authorization: Bearer. At least 16 characters: "
        "openssl rand -hex 16. Never shown; write ${NAME}.",
        expanded),
    key("hosts_allowed", in_admin<&admin_options::access, &access_policy::hosts_allowed>,
        gateway_start,
        "Names without port by which it may be addressed over TCP beside local ones. \"*\" allows "
        "all.",
        expanded),
};

constexpr std::array tables{
    row_table{"gateway", gateway}, row_table{"http", http},   row_table{"search", search},
    row_table{"limits", limits},   row_table{"admin", admin},
};

} // namespace

std::span<const row_table> client_rows() {
    return tables;
}

} // namespace mcpgw
