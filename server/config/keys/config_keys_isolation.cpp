// SPDX-License-Identifier: Apache-2.0
#include "server/config/keys/config_key_tables.hpp"

#include <array>

namespace mcpgw {

namespace {

using enum key_type;

constexpr double bytes_max = 1e15;
constexpr double memory_min = 1024.0 * 1024; // less, and no program starts
constexpr double files_min = 8;              // its streams, and its libraries one after another

constexpr std::array keys{
    config_key{
        "children",
        "user",
        text,
        R"("")",
        "User that it runs as, a name or a number; with its groups, and with its HOME, USER, "
        "LOGNAME and SHELL where these are inherited. Takes a gateway that runs as root. "
        "Empty: the gateway's own.",
        0,
        0,
        {},
        true},
    config_key{"children",
               "group",
               text,
               R"("")",
               "Group that it runs as, instead of the user's first one.",
               0,
               0,
               {},
               true},
    config_key{"children", "umask", text, R"("")",
               "Permissions that its new files do not get, octal: \"0027\". Empty: the gateway's "
               "own."},
    config_key{
        "children", "network", boolean, "true",
        "false: it has a network of its own, in which there is a loopback and nothing else."},
    config_key{"children", "rlimits", table, "{}", "What it may use at most."},
    config_key{"children", "landlock", table, "",
               "The only paths that it reaches. Absent: whatever its user may reach."},
    // ---- limits of resources
    config_key{"children.rlimits", "memory_bytes", integer, "",
               "Address space (RLIMIT_AS). Node.js, Go and Java reserve much more than they use; "
               "data_bytes suits them better.",
               memory_min, bytes_max},
    config_key{"children.rlimits", "data_bytes", integer, "",
               "Memory that it can write (RLIMIT_DATA).", memory_min, bytes_max},
    config_key{"children.rlimits", "cpu_seconds", integer, "",
               "Time on the processor, from start to end; then it is ended (RLIMIT_CPU).", 1, 1e9},
    config_key{"children.rlimits", "files", integer, "",
               "Descriptors that are open at once (RLIMIT_NOFILE).", files_min, 1e9},
    config_key{"children.rlimits", "processes", integer, "",
               "Processes and threads of its user, all together (RLIMIT_NPROC). Of use with a user "
               "of its own; the kernel does not limit root.",
               1, 1e9},
    config_key{"children.rlimits", "file_bytes", integer, "",
               "Longest file that it writes (RLIMIT_FSIZE).", 0, bytes_max},
    config_key{"children.rlimits", "core_bytes", integer, "",
               "Longest core dump; 0: none (RLIMIT_CORE).", 0, bytes_max},
    // ---- paths
    config_key{
        "children.landlock",
        "read",
        texts,
        "",
        "Files and directories that it may read and run, relative to the configuration file.",
        0,
        0,
        {},
        true},
    config_key{"children.landlock",
               "write",
               texts,
               "",
               "Those that it may also change, create and remove.",
               0,
               0,
               {},
               true},
};

} // namespace

std::span<const config_key> isolation_keys() {
    return keys;
}

} // namespace mcpgw
