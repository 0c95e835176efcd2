// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_row.hpp"

#include "children/child_options.hpp"
#include "server/config/sections/config_overrides.hpp"
#include "server/config/sections/config_store.hpp"

#include <array>

namespace mcpgw {

namespace {

using enum key_effect;

template <auto... path>
constexpr config_place in_pool = place_in<&child_options::pool, path...>();
template <auto... path>
constexpr config_place in_limits = place_in<&child_options::limits, path...>();

/// 0: as many as its sharing takes.
constexpr config_place most_processes() {
    auto place = in_pool<&pool_options::max>;
    place.show = [](const void* options, const config_key& key) {
        const auto max = static_cast<const child_options*>(options)->pool.max;
        return max == 0 ? show_word("auto") : show_value(max, key);
    };
    return place;
}

constexpr std::array children{
    key("description", place_in<&child_options::description>(), at_once,
        "What the child is for, in a sentence or two. Clients see it.", no_default),
    key("layer", place_in<&child_options::layer>(), at_once,
        "A word of yours that groups children: data, logic, integration."),
    key("tags", place_in<&child_options::tags>(), at_once,
        "Words of yours, for lists and filters."),
    key("enabled", condition_in<&child_options::is_enabled>(), at_once,
        "false: the child is listed, never started, and not checked beyond its types.", personal),
    key("remove", place_of_reader(key_type::boolean), at_once,
        "true: the child is taken out, which a file below this one has.", said_default{"false"},
        of_one),
    key("start", place_in<&child_options::start>(), at_once,
        "lazy: at first use, until it is idle. keep_alive: at first use, and never stopped. "
        "pre_warm: with the gateway, and never stopped. auto: pre_warm where the gateway has to "
        "list the children's tools (expose all, both), else lazy.",
        in_status),
    key("sharing", in_pool<&pool_options::share>, child_start,
        "Who uses a process of it. shared: everybody. session: each client session has its own; a "
        "client of 2026-07-28 has none and names one in _meta (mcp-gateway/session), else each of "
        "its calls gets a process of its own. principal: each authenticated user; refused, since "
        "there is no authentication. call: each call, and it ends with the call.",
        in_status),
    table_key("instances", "How many processes it has."),
    key("idle_timeout", in_pool<&pool_options::idle_timeout>, at_once,
        "A process that nobody has used for so long is stopped: of a lazy child, and beyond "
        "instances.min of any other. Calls, subscriptions and parked questions are uses. 0: never.",
        range{0, 30 * day_seconds}, in_status),
    key("max_lifetime", in_pool<&pool_options::max_lifetime>, at_once,
        "A process that has run for so long is replaced; the new one starts first. 0: never.",
        range{0, 365 * day_seconds}, in_status),
    key("drain_timeout", in_pool<&pool_options::drain_timeout>, at_once,
        "How long the calls on a process that is replaced may still take.", range{0, day_seconds}),
    key("era", place_in<&child_options::only_era>(), child_start,
        "Protocol era to speak to it. legacy: initialize and sessions, up to 2025-11-25. modern: "
        "2026-07-28. auto: what it speaks."),
    key("interactive", place_in<&child_options::interactive>(), child_start,
        "Whether it asks its clients in the middle of their calls (elicitation, sampling, roots). "
        "Such a server gets one client at a time for each of its processes. auto: no, until it "
        "asks for the first time; the first calls of each of its tools, by clients that can be "
        "asked, are made one client at a time. true and false mean yes and no."),
    key("roots", place_in<&child_options::roots>(), child_start,
        "URIs (file:///...) that it gets when it asks for roots outside of any call. With "
        "sharing = session that session's client is asked first.",
        expanded),
    key("timeout", place_in<&child_options::call_timeout>(), new_calls,
        "Longest time of a call without an answer or progress.", range{0.001, 7 * day_seconds}),
    key("total_timeout", place_in<&child_options::total_timeout>(), new_calls,
        "Longest time of a call in all, whatever progress it reports: with the wait for a start "
        "and further attempts. It is never less than timeout.",
        range{0.001, 7 * day_seconds}),
    key("start_timeout", place_in<&child_options::start_timeout>(), child_start,
        "From the start of the process to the end of the handshake. Where nothing is said, "
        "programs that fetch the server first (npx, uvx, docker run, ...) have 300.",
        range{0.001, day_seconds}),
    key("probe_timeout", place_in<&child_options::probe_timeout>(), child_start,
        "For an answer to server/discover, which tells modern servers from older ones. A process "
        "has so long from when it has read that; then it gets initialize, too.",
        range{0.001, day_seconds}),
    key("list_timeout", place_in<&child_options::list_timeout>(), new_calls,
        "For the lists of tools, prompts and resources.", range{0.001, day_seconds}),
    key("question_hold_timeout", place_in<&child_options::question_hold_timeout>(), new_calls,
        "A question that could be meant for several clients waits so long until one is left; then "
        "it is refused.",
        range{0.001, 3600}),
    key("stop_grace", place_in<&child_options::stop_grace>(), at_once,
        "Between the steps of stopping: end of input, SIGTERM, SIGKILL.", range{0, 3600}),
    key("truncate_adaptive",
        place_by<store_truncation_steps, nullptr, &child_options::truncate_adaptive>(
            key_type::truncation_steps),
        new_calls,
        "The adaptive rule's steps, ascending by lines_min; used where truncate is no table."),
    key("truncate",
        place_by<store_truncation, nullptr, &child_options::truncate>(key_type::truncation),
        new_calls,
        "What execute_child_tool keeps of a text where the caller does not say. \"adaptive\": by "
        "the text's length. \"none\": everything."),
    table_key("restart", "How it comes back when it died."),
    table_key("health", "How it is asked whether it still answers."),
    table_key("retry", "When a failed call is tried again."),
    table_key("breaker", "When it is left alone."),
    table_key("limits", "Limits of this child."),
    key("fallback", place_by<store_fallbacks, nullptr, &child_options::fallbacks>(key_type::tables),
        new_calls, "Who answers calls of its tools when it fails, tried in this order.",
        said_default{"[]"}, of_one),
    key("tools_only", place_in<&child_options::offered, &tool_filter::only>(), at_once,
        "Its tools that clients see, by its own names for them; * stands for any text. The others "
        "are neither listed nor called. []: none.",
        of_one, personal),
    key("tools_except", place_in<&child_options::offered, &tool_filter::except>(), at_once,
        "Tools that clients do not see, in the same way; taken away from tools_only.", of_one,
        personal),
    key("tools", place_of_reader(key_type::table_map), new_calls,
        "What is different for single tools: tools.NAME is the table of one.", said_default{"{}"},
        of_one, personal),
    key("prompts", place_by<store_prompts, nullptr>(key_type::table_map), at_once,
        "What clients are shown of single prompts: prompts.NAME is the table of one.",
        said_default{"{}"}, of_one),
    key("resources", place_by<store_resources, nullptr>(key_type::table_map), at_once,
        "What clients are shown of single resources: resources.\"URI\" is the table of one.",
        said_default{"{}"}, of_one),
};

constexpr std::array instances{
    key("min", in_pool<&pool_options::min>, at_once,
        "Processes that are kept ready where it is started ahead of its use.", range{1, 1000},
        in_status),
    key("max", most_processes(), at_once,
        "Never more. The least busy gets the next call; where all are at work, another one is "
        "started. Default: 1 where everybody shares it and it asks nobody, else 8.",
        range{1, 1000}, in_status, no_default),
    key("queue_max", in_pool<&pool_options::queue_max>, new_calls,
        "Calls that wait for a place where all are taken; one more fails with SERVER_BUSY.",
        range{1, 65'536}),
    key("queue_timeout", in_pool<&pool_options::queue_timeout>, new_calls,
        "How long a call waits for a place.", range{0.001, day_seconds}),
};

constexpr std::array limits{
    key("line_bytes_max", in_limits<&child_limits::line_bytes_max>, child_start,
        "Longest message accepted from the child.", range{key_bytes_min, key_bytes_max}),
    key("write_queue_bytes_max", in_limits<&child_limits::write_queue_bytes_max>, child_start,
        "What waits to be written to the child.", range{key_bytes_min, key_bytes_max}),
    key("calls_in_flight_max", in_limits<&child_limits::calls_in_flight_max>, new_calls,
        "Calls of clients that run on one process of the child at the same time.",
        range{1, 65'536}),
    key("stderr_lines_max", in_limits<&child_limits::stderr_lines_max>, child_start,
        "Lines of the child's stderr kept for its status.", range{0, 10'000}),
    key("stderr_line_bytes_max", in_limits<&child_limits::stderr_line_bytes_max>, child_start,
        "Bytes kept of each of them.", range{16, 65'536}),
    key("list_pages_max", in_limits<&child_limits::list_pages_max>, new_calls,
        "Pages read of one list of the child.", range{1, 10'000}),
    key("list_items_max", in_limits<&child_limits::list_items_max>, new_calls,
        "Entries read of one list of the child.", range{1, key_count_max}),
    key("garbage_lines_max", in_limits<&child_limits::garbage_lines_max>, child_start,
        "Lines in a row on the child's stdout that are no messages, before it is restarted.",
        range{0, key_count_max}),
};

constexpr std::array tools{
    key("enabled", place_of_reader(key_type::condition), at_once,
        "false: clients do not see the tool and cannot call it."),
    key("timeout", place_in<&tool_options::call_timeout>(), new_calls, "As the child's timeout.",
        range{0.001, 7 * day_seconds}),
    key("total_timeout", place_in<&tool_options::total_timeout>(), new_calls,
        "As the child's total_timeout.", range{0.001, 7 * day_seconds}),
    key("repeatable", place_in<&tool_options::is_repeatable>(), new_calls,
        "Whether the tool may be called twice, whatever it says itself (readOnlyHint, "
        "idempotentHint)."),
    key("fallback",
        place_by<store_fallbacks_of_tool, nullptr, &tool_options::fallbacks>(key_type::tables),
        new_calls, "As the child's fallback, in its place; []: none."),
    key("rename",
        place_by<store_name, nullptr, &tool_options::shown, &entry_override::name>(key_type::text),
        at_once, "The name that clients know the tool by, before any prefix.", no_default),
    key("title", place_in<&tool_options::shown, &entry_override::title>(), at_once,
        "A name for people.", no_default),
    key("description", place_in<&tool_options::shown, &entry_override::description>(), at_once,
        "What models read of it.", no_default),
    key("annotations",
        place_by<store_annotations, nullptr, &tool_options::annotations>(key_type::json_table),
        at_once,
        "Members of its annotations, such as readOnlyHint, that take the place of its own. They "
        "count for retries and views as well.",
        said_default{"{}"}),
    key("arguments",
        place_by<store_overrides, nullptr, &tool_options::arguments>(key_type::table_map), at_once,
        "Arguments that the gateway gives or hides: arguments.NAME is the table of one.",
        said_default{"{}"}),
};

constexpr std::array arguments{
    key("value",
        place_by<store_fixed_value, nullptr, &argument_override::value>(key_type::json_value),
        at_once,
        "Always sent. Clients do not see the argument, and a call in which one gives it is "
        "refused, as with an argument that the tool does not have.",
        no_default, expanded),
    key("default",
        place_by<store_default_value, nullptr, &argument_override::fallback>(key_type::json_value),
        at_once, "Sent where the client says nothing. Clients see it as the default.", no_default,
        expanded),
    key("hidden", place_in<&argument_override::is_hidden>(), at_once,
        "true: clients do not see the argument and cannot give it."),
};

constexpr std::array entry_texts{
    key("enabled", condition_in<&entry_override::is_enabled>(), at_once,
        "false: for clients it is not there."),
    key("title", place_in<&entry_override::title>(), at_once, "A name for people.", no_default),
    key("description", place_in<&entry_override::description>(), at_once,
        "What clients read of it.", no_default),
};
constexpr std::array prompt_name{
    key("rename", place_by<store_name_of_prompt, nullptr, &entry_override::name>(key_type::text),
        at_once, "The name that clients know the prompt by, before any prefix.", no_default),
};
constexpr std::array resource_name{
    key("rename", place_in<&entry_override::name>(), at_once,
        "The name that clients show for it. Its URI stays what it is.", no_default),
};

constexpr std::array fallback{
    key("server", place_in<&fallback_target::server>(), new_calls, "The name of a child.",
        required),
    key("tool", place_in<&fallback_target::tool>(), new_calls,
        "Its tool, by its own name. Without it: the one of the same name.", no_default),
    key("arguments",
        place_by<store_arguments, nullptr, &fallback_target::arguments>(key_type::json_table),
        new_calls,
        "What this tool is called with; {{name}} stands for an argument of the call. Without it: "
        "the same arguments."),
    key("always", place_in<&fallback_target::is_always_allowed>(), new_calls,
        "true: also where the child that failed may have done the work already, and the tool does "
        "not say that it may be called twice."),
};

constexpr range any_amount{0, 1e9};

/// What to keep, at the end of `path`.
template <auto... path>
constexpr std::array amounts{
    key("head", place_in<path..., &truncation::head>(), new_calls, "Lines from the beginning.",
        any_amount),
    key("tail", place_in<path..., &truncation::tail>(), new_calls, "Lines from the end.",
        any_amount),
    key("head_chars", place_in<path..., &truncation::head_chars>(), new_calls,
        "Characters from the beginning.", any_amount),
    key("tail_chars", place_in<path..., &truncation::tail_chars>(), new_calls,
        "Characters from the end.", any_amount),
};

constexpr std::array step{
    key("lines_min", place_in<&truncation_step::lines_min>(), new_calls,
        "The step applies to texts of at least so many lines.", any_amount),
};

constexpr std::array tables{
    row_table{"children", children},
    row_table{"children.instances", instances},
    row_table{"children.limits", limits},
    row_table{"children.tools", tools},
    row_table{"children.arguments", arguments},
    row_table{"children.prompts", prompt_name},
    row_table{"children.prompts", entry_texts},
    row_table{"children.resources", resource_name},
    row_table{"children.resources", entry_texts},
    row_table{"children.fallback", fallback},
    row_table{"truncate", amounts<>},
    row_table{"truncate_adaptive", step},
    row_table{"truncate_adaptive", amounts<&truncation_step::keep>},
};

} // namespace

std::span<const row_table> child_rows() {
    return tables;
}

} // namespace mcpgw
