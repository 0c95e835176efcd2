// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_waits.hpp"

#include "protocol/message/mcp.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t waits_max = 10'000;
constexpr double seconds_max = 600;
constexpr std::int64_t steps_max = 1000;
constexpr std::int64_t steps_default = 10;

} // namespace

result<demo_waits::length> demo_waits::parse(const demo_arguments& arguments) {
    const auto seconds = arguments.number_between("seconds", 0, seconds_max);
    if (!seconds) return seconds.error();
    const auto steps = arguments.integer_between("steps", 1, steps_max, steps_default);
    if (!steps) return steps.error();
    return length{*seconds, *steps};
}

demo_waits::time_point demo_waits::time_of_step(const call& c, std::int64_t step) {
    const std::chrono::duration<double> from_start{c.seconds * static_cast<double>(step) /
                                                   static_cast<double>(c.steps)};
    return c.started + std::chrono::ceil<time_point::duration>(from_start);
}

result<void> demo_waits::add(const demo_address& to, std::string_view progress_token,
                             const length& wait, time_point now) {
    if (queue_.size() >= waits_max)
        return fault{errc::server_busy,
                     fmt::format("{} calls of 'wait' are waiting already", waits_max)};
    // Nobody listens to the steps of a call without a token: one step is enough.
    const std::int64_t steps = progress_token.empty() ? 1 : wait.steps;
    call c{std::string{to.id}, to.spoken, std::string{progress_token}, now, wait.seconds, steps, 0};
    const auto first = time_of_step(c, 1);
    const auto place = queue_.emplace(first, std::move(c));
    by_id_.insert_or_assign(place->second.id, place);
    return {};
}

bool demo_waits::has(std::string_view id) const {
    return by_id_.contains(std::string{id});
}

bool demo_waits::cancel(std::string_view id) {
    const auto found = by_id_.find(std::string{id});
    if (found == by_id_.end()) return false;
    queue_.erase(found->second);
    by_id_.erase(found);
    return true;
}

void demo_waits::append_progress(const call& c, std::string& out) {
    append_notification(
        out, notification::progress,
        fmt::format(R"({{"progressToken":{},"progress":{},"total":{},"message":"step {} of {}"}})",
                    c.progress_token, c.steps_done, c.steps, c.steps_done, c.steps));
}

void demo_waits::on_time(time_point now, std::string& out) {
    while (!queue_.empty() && queue_.begin()->first <= now) {
        auto node = queue_.extract(queue_.begin());
        call& c = node.mapped();
        ++c.steps_done;
        if (!c.progress_token.empty()) append_progress(c, out);
        if (c.steps_done < c.steps) {
            node.key() = time_of_step(c, c.steps_done + 1);
            const auto place = queue_.insert(std::move(node));
            by_id_.insert_or_assign(place->second.id, place);
            continue;
        }
        append_result(out, {c.id, c.spoken}, text_members(fmt::format("waited {} s", c.seconds)));
        by_id_.erase(c.id);
    }
}

std::optional<demo_waits::time_point> demo_waits::next_deadline() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.begin()->first;
}

} // namespace mcpgw
