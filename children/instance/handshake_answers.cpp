// SPDX-License-Identifier: Apache-2.0
#include "children/instance/handshake_answers.hpp"

#include "children/link/request_line.hpp"
#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

namespace mcpgw {

bool is_modern_refusal(const upstream_answer& answer) {
    return answer.message.is_error &&
           is_modern_error(error_code(answer.message.error.of(answer.line)));
}

std::string_view supported_versions(const upstream_answer& answer) {
    return find_member(find_member(answer.message.error.of(answer.line), "data"), "supported");
}

std::string_view discovered_versions(const upstream_answer& answer) {
    return find_member(answer.message.result.of(answer.line), "supportedVersions");
}

bool names_revision(std::string_view versions_array, revision wanted) {
    element_reader versions{versions_array};
    while (const auto version = versions.next())
        if (unquote_json(*version).value_or("") == to_string(wanted)) return true;
    return false;
}

bool names_legacy(std::string_view versions_array) {
    for (const auto r : all_revisions)
        if (era_of(r) == era::legacy && names_revision(versions_array, r)) return true;
    return false;
}

std::string hello_members() {
    return fmt::format(R"("protocolVersion":"{}","capabilities":{},"clientInfo":{})",
                       to_string(newest_legacy), relayed_client_capabilities(newest_legacy),
                       gateway_client_info());
}

first_words::probe_answer kind_of_discovery(const upstream_answer& answer) {
    if (answer.message.is_error) {
        if (!is_modern_refusal(answer)) return first_words::probe_answer::refused;
        const auto versions = supported_versions(answer);
        if (names_revision(versions, newest_modern)) return first_words::probe_answer::again;
        // A list without any that is known. Without one, somebody else's error has the same code.
        const bool has_list = !names_legacy(versions) && element_reader{versions}.next();
        return has_list ? first_words::probe_answer::unknown_revisions
                        : first_words::probe_answer::refused;
    }
    // Anything that is no DiscoverResult comes from a legacy server that answers everything.
    const auto versions = discovered_versions(answer);
    const bool is_modern = is_json_array(versions) && names_revision(versions, newest_modern);
    return is_modern ? first_words::probe_answer::modern : first_words::probe_answer::refused;
}

first_words::hello_answer kind_of_welcome(const upstream_answer& answer) {
    if (!answer.message.is_error) return first_words::hello_answer::agreed;
    const bool names_modern =
        is_modern_refusal(answer) && names_revision(supported_versions(answer), newest_modern);
    return names_modern ? first_words::hello_answer::names_modern
                        : first_words::hello_answer::refused;
}

} // namespace mcpgw
