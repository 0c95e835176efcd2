// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/admin/admin_options.hpp"
#include "server/config/format/config_problem.hpp"
#include "server/config/layers/config_inputs.hpp"
#include "server/config/sections/config_flags.hpp"
#include "server/gateway/gateway_options.hpp"
#include "transports/http_request/http_options.hpp"
#include "transports/log.hpp"
#include "transports/session/client_limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// When the gateway reads its configuration again while it runs.
enum class reload_policy : std::uint8_t {
    automatic, ///< when one of its files has changed, at a signal (SIGHUP), and when it is asked to
    signal,    ///< at a signal, and when it is asked to
    off,       ///< at its next start
};
template <>
inline constexpr auto enum_words<reload_policy> = std::array{
    enum_word{reload_policy::automatic, "auto"},
    enum_word{reload_policy::signal, "signal"},
    enum_word{reload_policy::off, "off"},
};

/// Everything that a configuration file can say, as the components' own options.
struct configuration {
    gateway_options gateway;
    http_options http;
    client_limits limits;
    admin_options admin;
    log_level log = log_level::info;
    reload_policy reload = reload_policy::automatic;
    std::size_t starts_at_once_max = 8;  ///< of children that are started with the gateway
    std::string schema_cache;            ///< directory of what children offered; empty: none
    std::vector<child_options> children; ///< in the file's order; disabled ones included
    /// Places in `children` of those that have errors of their own. `check` starts the others.
    std::vector<std::size_t> faulty_children;
};

struct config_result {
    configuration value;
    std::vector<config_problem> problems; ///< all of them, in file order
    /// Absolute paths, sorted: every file and directory whose change could make this another
    /// configuration. Also those that are not there and would count if they were, such as `.env`.
    std::vector<std::string> files;
    std::vector<config_flag> flags;       ///< in the order of the files
    std::string profile;                  ///< the one that was laid over the rest; empty: none
    [[nodiscard]] bool is_usable() const; ///< no problem of severity error
    /// Only single children have errors, which child_options::defect tells, and at least one has
    /// none: that much can be served.
    [[nodiscard]] bool is_servable() const;
};

/// Reads files in any of the accepted shapes (docs/configuration.md), each laid over those before
/// it. A `.env` beside each of them is read first; real environment variables win over it.
config_result load_config(const config_inputs& inputs, const environment_lookup& environment);
/// The same of one file alone.
config_result load_config(const std::string& path, const environment_lookup& environment);

/// One file from text. `filename`: for messages, and relative paths belong to its directory. No
/// `.env` is read.
config_result parse_config(std::string_view text, config_format format, const std::string& filename,
                           const environment_lookup& environment);

/// What runs without any file: one child, our own binary as `demo-server`.
configuration embedded_default(const std::string& own_binary);

/// The JSON Schema (2020-12) of our own configuration format, for editors and `schema`.
std::string config_schema();

} // namespace mcpgw
