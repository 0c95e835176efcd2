// SPDX-License-Identifier: Apache-2.0
#include "server/reload/reload_record.hpp"

#include "protocol/json/json_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace mcpgw {

namespace {

std::string json_texts(const std::vector<std::string>& texts) {
    std::vector<std::string> quoted;
    for (const auto& text : texts) quoted.push_back(quote_json(text));
    return fmt::format("[{}]", fmt::join(quoted, ","));
}

/// RFC 3339, in UTC.
std::string json_time(std::chrono::system_clock::time_point at) {
    const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(at);
    return fmt::format("\"{:%FT%TZ}\"", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

std::string counts(const config_plan& plan) {
    return fmt::format(R"("added":{},"removed":{},"changed":{},"unchanged":{})", plan.added.size(),
                       plan.removed.size(), plan.changed.size(), plan.unchanged.size());
}

} // namespace

std::string to_json(const reload_record& record, bool with_plan) {
    std::string text =
        fmt::format(R"({{"generation":{},"time":{},"took_ms":{},"held_up_ms":{:.3f},)"
                    R"("source":"{}","result":"{}",{})",
                    record.generation, json_time(record.at), record.took.count(),
                    std::chrono::duration<double, std::milli>{record.held_up}.count(),
                    word_of(record.source), word_of(record.result), counts(record.plan));
    if (!record.problems.empty()) text += ",\"errors\":" + json_texts(record.problems);
    if (!record.warnings.empty()) text += ",\"warnings\":" + json_texts(record.warnings);
    if (const auto keys = record.plan.keys_for_restart(); !keys.empty())
        text += ",\"needs_restart\":" + json_texts(keys);
    if (with_plan) text += ",\"plan\":" + to_json(record.plan);
    return text + "}";
}

reload_record reload_history::add(reload_record record) {
    if (record.result == reload_result::applied) {
        ++generation_;
        in_force_since_ = record.at;
    }
    record.generation = generation_;
    // That the files are as they should be again is worth to be known after an error.
    if (record.result == reload_result::unchanged && !is_refused()) return record;
    records_.push_back(record);
    if (records_.size() > records_max) records_.pop_front();
    return record;
}

std::string reload_history::to_json() const {
    std::vector<std::string> list;
    for (const auto& record : records_) list.push_back(mcpgw::to_json(record, false));
    return fmt::format(R"({{"generation":{},"in_force_since":{},"is_refused":{},"reloads":[{}]}})",
                       generation_, json_time(in_force_since_), is_refused(), fmt::join(list, ","));
}

} // namespace mcpgw
