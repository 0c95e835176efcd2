// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/notification_bridge.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/splice.hpp"
#include "protocol/message/rpc.hpp"
#include "protocol/repair/shape.hpp"

#include <array>

namespace mcpgw {

namespace {

// 2025-11-25, schema, ProgressNotificationParams. The token is ours and was understood.
constexpr std::array progress_members{
    member_shape{"progressToken", wanted::any}, member_shape{"progress", wanted::number, true},
    member_shape{"total", wanted::number},      member_shape{"message", wanted::text},
    member_shape{"_meta", wanted::object},
};
constexpr shape progress{progress_members};

// 2025-11-25, schema, LoggingMessageNotificationParams
constexpr std::array<std::string_view, 8> levels{R"("debug")",   R"("info")",     R"("notice")",
                                                 R"("warning")", R"("error")",    R"("critical")",
                                                 R"("alert")",   R"("emergency")"};
constexpr std::array log_members{
    member_shape{.key = "level", .type = wanted::word, .is_required = true, .words = levels},
    member_shape{"logger", wanted::text},
    member_shape{.key = "data", .type = wanted::any, .is_required = true},
    member_shape{"_meta", wanted::object},
};
constexpr shape log{log_members};

/// Before 2025-03-26 progress had no message.
std::string with_token(std::string_view params, std::string_view progress_token, revision client) {
    member_writer kept;
    member_reader reader{params};
    while (const auto member = reader.next())
        if (client >= revision::r2025_03_26 || member->key != "message")
            kept.add(member->key, member->key == "progressToken" ? progress_token : member->value);
    return kept.take_object();
}

} // namespace

std::string progress_for_client(std::string_view line, const envelope& message,
                                std::string_view progress_token, revision client) {
    const auto params = message.params.of(line);
    if (fits(params, progress)) {
        spliced_text text{line};
        if (client < revision::r2025_03_26)
            text.replace(message.params, with_token(params, progress_token, client));
        else
            text.replace(message.in_params.progress_token, std::string{progress_token});
        return text.str();
    }
    const auto fitted = fit(params, progress, "params");
    if (fitted.has_error()) return {};
    return make_notification(notification::progress,
                             with_token(fitted->text, progress_token, client));
}

std::string log_for_client(std::string_view line, const envelope& message) {
    const auto params = message.params.of(line);
    if (params.empty()) return {};
    if (fits(params, log)) return std::string{line};
    const auto fitted = fit(params, log, "params");
    return fitted.has_error() ? std::string{}
                              : make_notification(notification::message, fitted->text);
}

} // namespace mcpgw
