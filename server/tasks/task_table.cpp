// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_table.hpp"

#include "protocol/json/json_members.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace mcpgw {

bool task_record::is_over() const {
    return has_ended() || is_cancelled || is_terminal(status());
}

std::chrono::milliseconds task_record::poll_interval() const {
    const auto raw =
        find_member(task_json, form == era::modern ? "pollIntervalMs" : "pollInterval");
    double ms = 0;
    const auto [end, ec] = std::from_chars(raw.data(), raw.data() + raw.size(), ms);
    if (ec != std::errc{} || end != raw.data() + raw.size()) return poll_default;
    const auto low = static_cast<double>(poll_min.count());
    const auto high = static_cast<double>(poll_max.count());
    return std::chrono::milliseconds{static_cast<std::int64_t>(std::clamp(ms, low, high))};
}

void task_record::withdraw_questions(const fault& reason) {
    if (inbox) inbox->withdraw(reason);
    for (const auto& asked : std::exchange(live, {})) asked->settle(reason);
}

namespace {

void give_up(task_record& record, const fault& reason) {
    record.withdraw_questions(reason);
    record.given_up.abort(reason);
    record.changed.notify_all();
}

} // namespace

clock_type::time_point task_expiry(std::string_view ttl_json, clock_type::time_point now) {
    double ms = 0;
    const auto* const end = ttl_json.data() + ttl_json.size();
    const auto [at, ec] = std::from_chars(ttl_json.data(), end, ms);
    using milliseconds = std::chrono::duration<double, std::milli>;
    const milliseconds longest = task_table::life_max;
    if (ec != std::errc{} || at != end || !(ms >= 0) || ms > longest.count())
        return now + task_table::life_max;
    return now + std::chrono::duration_cast<clock_type::duration>(milliseconds{ms});
}

void task_table::remove_expired(clock_type::time_point now) {
    const fault expired{errc::invalid_params, "the task has expired"};
    std::erase_if(records_, [&](const auto& record) {
        if (record->expires > now) return false;
        give_up(*record, expired);
        return true;
    });
}

result<void> task_table::add(std::shared_ptr<task_record> record, clock_type::time_point now) {
    remove_expired(now);
    const auto is_own = [&](const auto& each) {
        return each->owner == record->owner;
    };
    const auto own = static_cast<std::size_t>(std::ranges::count_if(records_, is_own));
    const bool has_too_many = own >= tasks_per_owner_max;
    if (has_too_many || records_.size() >= tasks_max) {
        const auto oldest = std::ranges::find_if(records_, [&](const auto& each) {
            return each->is_over() && (!has_too_many || is_own(each));
        });
        if (oldest == records_.end())
            return fault{errc::server_busy, "too many tasks are at work; wait until some have "
                                            "ended, or cancel them"};
        const auto ended = *oldest;
        remove(*ended, {errc::invalid_params, "the task made room for others"});
    }
    records_.push_back(std::move(record));
    return {};
}

std::shared_ptr<task_record> task_table::find(std::string_view id, std::string_view owner,
                                              clock_type::time_point now) {
    remove_expired(now);
    for (const auto& record : records_)
        if (record->id == id && record->owner == owner) return record;
    return nullptr;
}

std::vector<std::shared_ptr<task_record>> task_table::list(std::string_view owner,
                                                           clock_type::time_point now) {
    remove_expired(now);
    std::vector<std::shared_ptr<task_record>> own;
    for (const auto& record : records_)
        if (record->owner == owner) own.push_back(record);
    return own;
}

void task_table::fit() {
    const auto size = [](const task_record& record) {
        return record.task_json.size() + record.outcome.result.size() + record.outcome.error.size();
    };
    std::size_t total = 0;
    for (const auto& record : records_) total += size(*record);
    while (total > bytes_max) {
        const auto oldest =
            std::ranges::find_if(records_, [](const auto& record) { return record->is_over(); });
        if (oldest == records_.end()) return; // those at work are small
        total -= size(**oldest);
        const auto record = *oldest;
        remove(*record, {errc::invalid_params, "the task made room for others"});
    }
}

void task_table::remove(const task_record& record, const fault& reason) {
    const auto found =
        std::ranges::find(records_, &record, [](const auto& each) { return each.get(); });
    if (found == records_.end()) return;
    const auto removed = *found;
    records_.erase(found);
    give_up(*removed, reason);
}

void task_table::remove_all(const fault& reason) {
    for (const auto& record : std::exchange(records_, {})) give_up(*record, reason);
}

} // namespace mcpgw
