// SPDX-License-Identifier: Apache-2.0
#include "server/flows/step_request.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

workflow_client::workflow_client(const client_request& request)
    : client_era(request.client_era)
    , spoken(request.spoken)
    , session(request.session)
    , scope(request.scope)
    , principal(request.principal)
    , progress_token(request.message.in_meta.progress_token.of(request.text))
    , capabilities(client_era == era::modern
                       ? std::string{request.message.in_meta.client_capabilities.of(request.text)}
                       : request.session->client_capabilities) {
    member_writer kept;
    member_reader reader{request.message.in_params.meta.of(request.text)};
    while (const auto member = reader.next())
        if (member->key != "progressToken") kept.add(member->key, member->value);
    // The step's progress is told as the workflow's.
    if (!progress_token.empty()) kept.add("progressToken", R"("step")");
    meta = kept.take_members();
}

result<client_request> workflow_client::request_for(std::string_view tool,
                                                    std::string_view arguments_json,
                                                    std::string_view retry,
                                                    abort_signal& abort) const {
    client_request made;
    std::string text = fmt::format(
        R"({{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":{},"arguments":{}{})",
        quote_json(tool), arguments_json, retry);
    if (!meta.empty()) text += fmt::format(R"(,"_meta":{{{}}})", meta);
    text += "}}";
    made.text = shared_text{std::move(text)};
    auto scanned = scan_envelope(made.text);
    if (scanned.has_error()) return scanned.error();
    made.message = *scanned;
    made.client_era = client_era;
    made.spoken = spoken;
    made.session = session;
    made.scope = scope;
    made.principal = principal;
    made.abort = &abort;
    return made;
}

} // namespace mcpgw
