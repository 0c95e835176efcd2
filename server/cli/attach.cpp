// SPDX-License-Identifier: Apache-2.0
#include "server/cli/attach.hpp"

#include "protocol/crypto/random.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/text/byte_order_mark.hpp"
#include "server/cli/cli.hpp"
#include "server/cli/cli_commands.hpp"
#include "server/config/config.hpp"
#include "server/serving/application.hpp"
#include "transports/session/session_table.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>

#include <unistd.h>

namespace mcpgw {

namespace {

constexpr std::size_t handle_bytes = 16;

/// One server, which is a gateway that runs, shown as it is: its names, its instructions, and its
/// lists and answers in the client's own era, where nothing has to be translated.
configuration attached_to(const std::string& url, era spoken, log_level log) {
    constexpr std::chrono::hours patience{24}; // the gateway there has the limits
    configuration made;
    made.log = log;
    made.gateway.expose = exposure::all;
    made.gateway.naming.prefix = prefix_policy::never;
    child_options there;
    there.name = "gateway";
    there.remote.url = url;
    there.remote.transport = remote_transport::streamable_http;
    // One pipe is one client, also for servers that are shared by session.
    there.remote.session_handle = random_hex(handle_bytes);
    there.only_era = spoken;
    there.call_timeout = patience;
    there.total_timeout = patience;
    made.children.push_back(std::move(there));
    return made;
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Blocks until the client has sent a line that says something; all whole lines so far. Byte by
/// byte, since what comes after them is read by somebody else. Nothing: its input has ended, or the
/// line is longer than any message may be.
std::optional<std::string> read_opening(std::size_t bytes_max) {
    std::string text;
    std::size_t line_begin = 0;
    while (text.size() < bytes_max) {
        char byte = 0;
        const auto count = ::read(STDIN_FILENO, &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        text += byte;
        if (byte != '\n') continue;
        if (!is_blank(std::string_view{text}.substr(line_begin))) return text;
        line_begin = text.size();
    }
    if (is_blank(text)) return std::nullopt;
    return text;
}

} // namespace

era era_of_opening(std::string_view line) {
    const auto begin = line.find_first_not_of(" \t\r\n");
    line.remove_prefix(std::min(begin, line.size()));
    if (has_byte_order_mark(line)) line.remove_prefix(byte_order_mark.size());
    const auto message = scan_envelope(line);
    if (message.has_error()) return era::legacy;
    const bool is_modern =
        message->in_meta.protocol_version || message->method.of(line) == method::discover;
    return is_modern ? era::modern : era::legacy;
}

int attach_over_stdio(const std::string& url, log_level log) {
    const auto opening = read_opening(client_limits{}.message_bytes_max);
    if (!opening) return exit_success; // the client has left without a word
    const auto config = attached_to(url, era_of_opening(*opening), log);
    application app{config, own_binary()};
    app.run_stdio(*opening);
    return exit_success;
}

} // namespace mcpgw
