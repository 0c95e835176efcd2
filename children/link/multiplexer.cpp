// SPDX-License-Identifier: Apache-2.0
#include "children/link/multiplexer.hpp"

#include "protocol/message/mcp.hpp"
#include "protocol/repair/message_repair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

namespace mcpgw {

namespace {
constexpr unsigned index_bits = 17;
constexpr std::uint64_t index_mask = (1U << index_bits) - 1;
constexpr std::uint64_t generation_max =
    (1ULL << 35U) - 1; // ids stay below 2^53: safe in JavaScript

constexpr std::size_t client_calls_max = index_mask + 1 - multiplexer::room_for(0);

std::string_view name_of(call_kind kind) {
    switch (kind) {
    case call_kind::client:
        return "calls are in flight, the maximum (limits.calls_in_flight_max)";
    case call_kind::follow_up:
        return "requests about tasks are in flight, the maximum";
    case call_kind::own:
        return "requests of the gateway itself are in flight, the maximum";
    }
    return {};
}

/// No id of ours has a generation of 0: what is no number is 0, which nobody waits for. Some
/// servers make a string of our number.
std::uint64_t parse_id(std::string_view text) {
    if (text.size() > 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
    std::uint64_t id = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
    return ec == std::errc{} && end == text.data() + text.size() ? id : 0;
}
} // namespace

multiplexer::multiplexer(std::size_t calls_max)
    : calls_max_{std::min(calls_max, client_calls_max), follow_up_calls_max, own_calls_max} {}

multiplexer::upstream_id multiplexer::make_id(std::size_t index, std::uint64_t generation) {
    return index | generation << index_bits;
}

result<multiplexer::upstream_id> multiplexer::try_add(waiting_call& call, call_kind kind) {
    auto& used = used_[index_of(kind)];
    if (used >= calls_max_[index_of(kind)])
        return fault{errc::server_busy, fmt::format("{} {}", used, name_of(kind))};
    if (free_.empty()) {
        free_.push_back(slots_.size());
        slots_.emplace_back();
    }
    const auto index = free_.back();
    free_.pop_back();
    slots_[index].call = &call;
    slots_[index].kind = kind;
    ++used;
    return make_id(index, slots_[index].generation);
}

bool multiplexer::remove(upstream_id id) {
    const auto index = static_cast<std::size_t>(id & index_mask);
    if (index >= slots_.size()) return false;
    auto& place = slots_[index];
    if (place.call == nullptr || place.generation != id >> index_bits) return false;
    place.call = nullptr;
    // The slot is reused at once, so a late answer to this call must not match the next one.
    place.generation = place.generation == generation_max ? 1 : place.generation + 1;
    free_.push_back(index);
    --used_[index_of(place.kind)];
    return true;
}

waiting_call* multiplexer::find(upstream_id id) const {
    const auto index = static_cast<std::size_t>(id & index_mask);
    if (index >= slots_.size() || slots_[index].generation != id >> index_bits) return nullptr;
    return slots_[index].call;
}

waiting_call* multiplexer::find(std::string_view id_text) const {
    return find(parse_id(id_text));
}

waiting_call* multiplexer::take(std::string_view id_text) {
    const auto id = parse_id(id_text);
    auto* const call = find(id);
    if (call != nullptr) remove(id);
    return call;
}

multiplexer::line_report multiplexer::on_line(const shared_text& line) {
    const auto scanned = scan_envelope(line, {}, known_meta_);
    if (scanned.has_value() && is_plain(*scanned, line))
        return take_message(line, *scanned);
    shared_text text = line;
    const auto message = scan_message(text, {}, &known_meta_, message_origin::server);
    if (message.has_error()) {
        line_report report;
        report.error = message.error();
        return report;
    }
    auto report = take_message(text, *message);
    report.repaired = std::move(text);
    return report;
}

multiplexer::line_report multiplexer::take_message(const shared_text& line,
                                                   const envelope& message) {
    line_report report;
    report.message = message;
    if (message.kind == message_kind::request) {
        report.kind = line_kind::request;
        return report;
    }
    if (message.kind == message_kind::response) {
        auto* const call = take(message.id.of(line));
        report.kind = call == nullptr ? line_kind::unexpected : line_kind::answer;
        if (call != nullptr) call->on_answer(line, message);
        return report;
    }
    report.kind = line_kind::notification;
    if (message.method.of(line) == notification::progress) {
        auto* const call = find(message.in_params.progress_token.of(line));
        if (call == nullptr) return report;
        report.kind = line_kind::progress;
        call->on_progress(line, message);
    }
    return report;
}

void multiplexer::fail_all(const fault& reason) {
    std::vector<waiting_call*> waiting;
    for (std::size_t index = 0; index < slots_.size(); ++index) {
        if (slots_[index].call == nullptr) continue;
        waiting.push_back(slots_[index].call);
        remove(make_id(index, slots_[index].generation));
    }
    for (auto* call : waiting) call->on_failure(reason);
}

std::size_t multiplexer::size() const {
    return std::accumulate(used_.begin(), used_.end(), std::size_t{0});
}

void multiplexer::for_each(const std::function<void(waiting_call&)>& visit) const {
    for (const auto& place : slots_)
        if (place.call != nullptr) visit(*place.call);
}

} // namespace mcpgw
