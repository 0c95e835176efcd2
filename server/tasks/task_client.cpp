// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_client.hpp"

#include "protocol/bridge/task_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <fmt/format.h>

namespace mcpgw {

std::string task_owner(const client_request& request) {
    // A session belongs to its endpoint. Whoever has none is another one at each view.
    const auto where = is_view_scope(request.scope) ? request.scope + " " : std::string{};
    if (!request.principal.empty()) return where + "principal " + request.principal;
    if (request.session) return "session " + request.session->id();
    return where;
}

std::string_view capabilities_of_client(const client_request& request) {
    if (request.client_era == era::modern)
        return request.message.in_meta.client_capabilities.of(request.text);
    return request.session->client_capabilities;
}

bool wants_task(const client_request& request) {
    return request.client_era == era::legacy && request.spoken == core_tasks_revision &&
           is_json_object(request.message.in_params.task.of(request.text));
}

bool knows_tasks(const client_request& request) {
    return request.client_era == era::modern ? declares_tasks(capabilities_of_client(request))
                                             : wants_task(request);
}

fault lacks_task_extension() {
    return {errc::missing_client_capability,
            fmt::format("the client does not declare the extension {}", extension::tasks),
            fmt::format(R"({{"requiredCapabilities":{{"extensions":{{"{}":{{}}}}}}}})",
                        extension::tasks)};
}

} // namespace mcpgw
