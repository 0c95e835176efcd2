// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/load/load_loop.hpp"

#include "tests/bench/speed/load/requests.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t patience = 10 * second;

std::int64_t read_clock(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);
    return now.tv_sec * second + now.tv_nsec;
}

std::int64_t now_ns() {
    return read_clock(CLOCK_MONOTONIC);
}

std::int64_t nanoseconds_of(std::chrono::nanoseconds time) {
    return time.count();
}

double us_per_call(std::chrono::nanoseconds time, std::uint64_t calls) {
    return calls == 0 ? 0 : static_cast<double>(time.count()) / 1000 / static_cast<double>(calls);
}

} // namespace

double load_figures::calls_per_second() const {
    return seconds > 0 ? static_cast<double>(calls) / seconds : 0;
}

double load_figures::own_us_per_call() const {
    return us_per_call(own_time, calls);
}

double load_figures::subject_us_per_call() const {
    return us_per_call(subject_time, calls);
}

load_loop::load_loop(std::vector<std::unique_ptr<lane>> lanes)
    : lanes_(std::move(lanes)), poller_(::epoll_create1(EPOLL_CLOEXEC)) {
    std::uint64_t key = 0;
    for (const auto& one : lanes_) one->watch(poller_, key++);
}

load_loop::~load_loop() {
    ::close(poller_);
}

void load_loop::start(place& at, std::int64_t since) {
    at.id = at.id == 0 ? first_id + static_cast<std::uint64_t>(&at - places_.data())
                       : at.id + places_.size();
    at.since = since;
    ++started_;
    ++in_flight_;
    at.on->send(at.id);
}

void load_loop::finished(std::uint64_t id) {
    const auto now = now_ns();
    const auto index = (id - first_id) % places_.size();
    auto& at = places_[index];
    if (at.id != id) throw std::runtime_error("an answer to a call that was not made");
    last_answer_ = now;
    --in_flight_;
    if (interval_ > 0) {
        // What was due in the measured time counts, whenever it ended: a stall hides nothing.
        if (is_counting_ && at.since >= window_begin_ && at.since < window_end_) {
            figures_.times.add(now - at.since);
            ++figures_.calls;
        }
        idle_.push_back(index);
        return;
    }
    if (is_counting_ && !is_over_) {
        figures_.times.add(now - at.since);
        ++figures_.calls;
    }
    if (!is_over_) start(at, now);
}

void load_loop::start_due(std::int64_t now) {
    while (!idle_.empty()) {
        const auto due =
            first_due_ + static_cast<std::int64_t>(static_cast<double>(started_) * interval_);
        // The last ones are started even if late.
        if (due > now || due >= window_end_) return;
        const auto index = idle_.back();
        idle_.pop_back();
        start(places_[index], due);
    }
}

void load_loop::wait(std::int64_t now) {
    std::int64_t limit = second / 10;
    if (interval_ > 0 && !idle_.empty() && !is_over_) {
        const auto due =
            first_due_ + static_cast<std::int64_t>(static_cast<double>(started_) * interval_);
        limit = std::clamp(due - now, std::int64_t{0}, limit);
    }
    const timespec timeout{limit / second, limit % second};
    std::array<epoll_event, 256> ready{};
    const int count =
        ::epoll_pwait2(poller_, ready.data(), static_cast<int>(ready.size()), &timeout, nullptr);
    for (int i = 0; i < count; ++i)
        lanes_[ready.at(static_cast<std::size_t>(i)).data.u64]->on_ready(*this);
}

void load_loop::begin_window(std::int64_t now) {
    is_counting_ = true;
    if (interval_ == 0) window_begin_ = now;
    figures_.subject_time = std::chrono::nanoseconds{(*subject_time_)()};
    figures_.own_time = std::chrono::nanoseconds{read_clock(CLOCK_THREAD_CPUTIME_ID)};
    figures_.counted = (*counted_)();
}

void load_loop::end_window(std::int64_t now) {
    is_over_ = true;
    if (interval_ == 0) window_end_ = now;
    figures_.seconds =
        static_cast<double>(window_end_ - window_begin_) / static_cast<double>(second);
    figures_.own_time =
        std::chrono::nanoseconds{read_clock(CLOCK_THREAD_CPUTIME_ID)} - figures_.own_time;
    figures_.subject_time = std::chrono::nanoseconds{(*subject_time_)()} - figures_.subject_time;
    figures_.counted = (*counted_)() - figures_.counted;
}

load_figures load_loop::run(const load_plan& plan, const counter& subject_time,
                            const counter& counted) {
    ::prctl(PR_SET_TIMERSLACK, 1); // else a rate is kept to 50 us only
    subject_time_ = &subject_time;
    counted_ = &counted;
    interval_ = plan.rate > 0 ? static_cast<double>(second) / plan.rate : 0;
    for (const auto& one : lanes_)
        for (std::size_t i = 0; i < plan.calls_at_once; ++i) places_.push_back({one.get(), 0, 0});
    auto now = now_ns();
    last_answer_ = first_due_ = now;
    window_begin_ = now + nanoseconds_of(plan.warm_up);
    window_end_ = window_begin_ + nanoseconds_of(plan.measured);
    if (interval_ > 0)
        for (std::size_t i = places_.size(); i > 0; --i) idle_.push_back(i - 1);
    else
        for (auto& at : places_) start(at, now);
    while (!is_over_ || in_flight_ > 0) {
        for (const auto& one : lanes_) one->flush();
        wait(now);
        now = now_ns();
        if (interval_ > 0) start_due(now);
        if (!is_counting_ && now >= window_begin_) begin_window(now);
        if (is_counting_ && !is_over_ && now >= window_end_) end_window(now);
        if (in_flight_ > 0 && now - last_answer_ > patience)
            throw std::runtime_error("no answer in time");
    }
    for (const auto& one : lanes_) one->close();
    figures_.all_calls = started_;
    return figures_;
}

} // namespace mcpgw::bench
