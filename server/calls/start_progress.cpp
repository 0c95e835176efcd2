// SPDX-License-Identifier: Apache-2.0
#include "server/calls/start_progress.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr double unit = 1e-6; // of progress, for a second: servers count from 0 or 1

} // namespace

start_progress::start_progress(executor ex, const upstream& target, listener say, pace speed)
    : target_(target), say_(std::move(say)), speed_(speed), timer_(ex), since_(clock_type::now()) {
    look_again(speed_.first);
}

void start_progress::look_again(clock_type::duration pause) {
    timer_.set(clock_type::now() + pause, [this] { tell(); });
}

void start_progress::tell() {
    const auto now = clock_type::now();
    const std::chrono::duration<double> waited = now - since_;
    if (const auto note = target_.view().start_note(now)) say_(waited.count() * unit, *note);
    look_again(speed_.between);
}

std::string start_progress_line(std::string_view raw_token, double progress,
                                std::string_view message, bool has_message) {
    const auto text =
        has_message ? fmt::format(R"(,"message":{})", quote_json(message)) : std::string{};
    return make_notification(
        notification::progress,
        fmt::format(R"({{"progressToken":{},"progress":{:.6f}{}}})", raw_token, progress, text));
}

} // namespace mcpgw
