// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/message_text.hpp"
#include "server/catalog/catalog_view.hpp"
#include "server/flows/tool_dispatch.hpp"
#include "server/flows/workflow_options.hpp"
#include "server/flows/workflow_runs.hpp"
#include "server/workflows/workflow_check.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Workflows as tools: those of the configuration, each by its name, and run_workflow, whose client
/// says the steps. A workflow is shown at the endpoint of a view only where the view shows each
/// tool that it needs; whatever is shown, its steps can do no more than its client. Owned by the
/// gateway.
class workflow_tools {
public:
    workflow_tools(workflow_options options, const catalog_view& view, tool_dispatch& tools,
                   workflow_runs& runs);
    /// Others from now on; those that run go on as they were. Whether that changes what is shown.
    bool adopt(workflow_options options);
    [[nodiscard]] const workflow_options& options() const { return options_; }

    /// A tool of that name is a workflow, for who makes this request.
    [[nodiscard]] bool is_tool(const client_request& request, std::string_view name) const {
        if (has_none_ && name != run_name) return false;
        return is_shown(request, name);
    }
    [[nodiscard]] bool has_named() const { return !has_none_; }
    /// A list of tools has some of them, or may have.
    [[nodiscard]] bool has_any(const client_request& request) const {
        return !has_none_ || offers_run(request);
    }
    /// What there is to be called, as the client sees it who makes this request.
    [[nodiscard]] workflow_world world_of(const client_request& request) const;
    /// Their definitions behind those of `own`, a raw array.
    [[nodiscard]] std::string add_to(std::string_view own, const client_request& request) const;
    /// tools/call of one of them.
    task<result<message_text>> call(std::string name, const client_request& request,
                                    reply_sink& sink);

private:
    static constexpr std::string_view run_name = "run_workflow";
    [[nodiscard]] bool is_shown(const client_request& request, std::string_view name) const;
    [[nodiscard]] bool offers_run(const client_request& request) const;
    [[nodiscard]] bool may_see(const client_request& request, const workflow& flow,
                               std::size_t depth) const;
    [[nodiscard]] std::shared_ptr<const workflow> find(std::string_view name) const;
    [[nodiscard]] result<std::shared_ptr<const workflow>>
    written_in(const client_request& request, boost::json::value& params) const;
    [[nodiscard]] result<boost::json::value> params_for(const workflow& flow,
                                                        const client_request& request) const;

    workflow_options options_;
    bool has_none_ = true;
    const catalog_view& view_;
    tool_dispatch& tools_;
    workflow_runs& runs_;
};

} // namespace mcpgw
