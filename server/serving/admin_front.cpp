// SPDX-License-Identifier: Apache-2.0
#include "server/serving/admin_front.hpp"

#include <stdexcept>
#include <utility>

namespace mcpgw {

namespace {

[[noreturn]] void fail(const fault& why) {
    throw std::runtime_error("the admin interface: " + std::string{why.message()});
}

} // namespace

admin_front::admin_front(executor ex, const admin_options& options, registry& upstreams,
                         logger& log, admin_hooks hooks, const std::string& directory)
    : actions_(upstreams, hooks), listener_(ex, options, {}, actions_, log) {
    open_socket(options, log, hooks.name, directory);
    actions_.set_socket(listener_.socket_path());
    if (options.address.empty()) return;
    const auto opened = listener_.open_tcp();
    if (opened.has_error()) fail(opened.error());
    log.info("the admin interface listens on {} port {}", options.address, listener_.port());
}

void admin_front::open_socket(const admin_options& options, logger& log, const std::string& name,
                              const std::string& directory) {
    const bool is_default = options.socket == "auto";
    if (options.socket == "off") return;
    const auto path = is_default ? admin_socket_path(directory, name) : options.socket;
    if (path.empty()) {
        log.debug("there is no directory for the socket of the admin interface (XDG_RUNTIME_DIR)");
        return;
    }
    const auto opened = listener_.open_socket(path, is_default);
    if (!opened.has_error()) return;
    if (!is_default) fail(opened.error());
    log.warning("mcp-gateway reload, servers and flags will not find this gateway: {} "
                "(admin.socket = \"off\": without this line)",
                opened.error().message());
}

} // namespace mcpgw
