// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_row.hpp"

#include "children/child_options.hpp"
#include "server/config/sections/config_store.hpp"

#include <array>

namespace mcpgw {

namespace {

using enum key_effect;

template <auto... path>
constexpr config_place in_remote = place_in<&child_options::remote, path...>();
/// Another one also when the file of this name holds something else: certificates are renewed.
constexpr config_place ca_file_place() {
    auto place = in_remote<&remote_options::ca_file>;
    place.same = [](const void* one, const void* other) {
        const auto& before = static_cast<const child_options*>(one)->remote;
        const auto& after = static_cast<const child_options*>(other)->remote;
        return before.ca_file == after.ca_file && before.ca_mark == after.ca_mark;
    };
    return place;
}
template <auto... path>
constexpr config_place in_isolation = place_in<&child_options::isolation, path...>();
template <auto... path>
constexpr config_place
    in_rlimits = place_in<&child_options::isolation, &isolation_options::limits, path...>();

constexpr double rlimit_bytes_max = 1e15;
constexpr double memory_min = 1024.0 * 1024; // less, and no program starts
constexpr double files_min = 8;              // its streams, and its libraries one after another

constexpr std::array process{
    key("name", place_in<&child_options::name>(), child_start,
        "Unique. 1 to 32 of A-Z a-z 0-9 _ - . and begins with a letter or a digit.", required,
        of_one, no_default, personal),
    key("command", place_in<&child_options::command>(), child_start,
        "The program, looked up on PATH unless it contains a slash. No shell is involved. Either "
        "this or url.",
        expanded, of_one, no_default),
    key("args", place_in<&child_options::args>(), child_start, "Its arguments, one text each.",
        expanded, of_one, of_process),
    key("url", in_remote<&remote_options::url>, child_start,
        "Address of a server that is reached over HTTP: https://example.com/mcp.", expanded, of_one,
        no_default),
    key("transport", in_remote<&remote_options::transport>, child_start,
        "How it is spoken to. streamable_http: of both eras. sse: HTTP+SSE of 2024-11-05. auto: "
        "the first, else the second.",
        of_remote),
    key("headers", in_remote<&remote_options::headers>, child_start,
        "Sent to it with every request. The values are never shown.", expanded, of_one, of_remote,
        personal),
    key("bearer_token", in_remote<&remote_options::bearer_token>, child_start,
        "Sent to it as Authorization: Bearer. Never shown; write ${NAME}.", expanded, of_one,
        of_remote, personal),
    key("ca_file", ca_file_place(), child_start,
        "PEM file of the only CA that is trusted for it, relative to the configuration file. "
        "Empty: the system's.",
        expanded, file_path, of_remote),
    key("proxy", in_remote<&remote_options::proxy>, child_start,
        "The proxy on the way to its url: http://user:password@proxy.example:3128. auto: what "
        "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say. none: no proxy.",
        expanded, of_remote),
    key("connect_timeout", in_remote<&remote_options::connect_timeout>, child_start,
        "For a connection to a url: name and TCP.", range{0.001, 3600}),
    key("env_file", place_by<store_env_file>(key_type::text), child_start,
        "A file of KEY=VALUE lines for the child's environment; env wins over it. Relative to the "
        "configuration file.",
        expanded, of_process),
    key("env", place_in<&child_options::env>(), child_start,
        "The child's environment, beside inherit_env. Nothing else is passed on.", expanded,
        of_process, personal),
    key("inherit_env", place_in<&child_options::inherit_env>(), child_start,
        "Variables that the child gets from the gateway's own environment where they are set: who "
        "and where it is, proxies, certificates to trust. [] for none."),
    key("required_env", place_in<&child_options::required_env>(), child_start,
        "Variables that must be set and not empty, in env or in the gateway's environment. The "
        "child gets them."),
    key("cwd", place_in<&child_options::cwd>(), child_start,
        "Working directory, relative to the configuration file. Empty: the gateway's own.",
        expanded, file_path, of_process),
};

constexpr std::array isolation{
    key("user", in_isolation<&isolation_options::user>, child_start,
        "User that it runs as, a name or a number; with its groups, and with its HOME, USER, "
        "LOGNAME and SHELL where these are inherited. Takes a gateway that runs as root. Empty: "
        "the gateway's own.",
        expanded, of_process),
    key("group", in_isolation<&isolation_options::group>, child_start,
        "Group that it runs as, instead of the user's first one.", expanded, of_process),
    key("umask",
        place_by<store_umask, show_umask, &child_options::isolation, &isolation_options::umask>(
            key_type::text),
        child_start,
        "Permissions that its new files do not get, octal: \"0027\". Empty: the gateway's own.",
        of_process),
    key("network", in_isolation<&isolation_options::has_network>, child_start,
        "false: it has a network of its own, in which there is a loopback and nothing else.",
        of_process),
    table_key("rlimits", "What it may use at most.", of_process),
    key("landlock",
        place_by<store_landlock, nullptr, &child_options::isolation, &isolation_options::landlock>(
            key_type::table),
        child_start, "The only paths that it reaches. Absent: whatever its user may reach.",
        of_process),
};

constexpr std::array rlimits{
    key("memory_bytes", in_rlimits<&resource_limits::memory_bytes>, child_start,
        "Address space (RLIMIT_AS). Node.js, Go and Java reserve much more than they use; "
        "data_bytes suits them better.",
        range{memory_min, rlimit_bytes_max}),
    key("data_bytes", in_rlimits<&resource_limits::data_bytes>, child_start,
        "Memory that it can write (RLIMIT_DATA).", range{memory_min, rlimit_bytes_max}),
    key("cpu_seconds", in_rlimits<&resource_limits::cpu_seconds>, child_start,
        "Time on the processor, from start to end; then it is ended (RLIMIT_CPU).", range{1, 1e9}),
    key("files", in_rlimits<&resource_limits::files>, child_start,
        "Descriptors that are open at once (RLIMIT_NOFILE).", range{files_min, 1e9}),
    key("processes", in_rlimits<&resource_limits::processes>, child_start,
        "Processes and threads of its user, all together (RLIMIT_NPROC). Of use with a user of its "
        "own; the kernel does not limit root.",
        range{1, 1e9}),
    key("file_bytes", in_rlimits<&resource_limits::file_bytes>, child_start,
        "Longest file that it writes (RLIMIT_FSIZE).", range{0, rlimit_bytes_max}),
    key("core_bytes", in_rlimits<&resource_limits::core_bytes>, child_start,
        "Longest core dump; 0: none (RLIMIT_CORE).", range{0, rlimit_bytes_max}),
};

constexpr std::array landlock{
    key("read", place_by<store_readable>(key_type::texts), child_start,
        "Files and directories that it may read and run, relative to the configuration file.",
        expanded),
    key("write", place_by<store_writable>(key_type::texts), child_start,
        "Those that it may also change, create and remove.", expanded),
};

constexpr std::array tables{
    row_table{"children", process},
    row_table{"children", isolation},
    row_table{"children.rlimits", rlimits},
    row_table{"children.landlock", landlock},
};

} // namespace

std::span<const row_table> process_rows() {
    return tables;
}

} // namespace mcpgw
