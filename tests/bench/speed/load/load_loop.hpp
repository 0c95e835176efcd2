// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/load/lane.hpp"
#include "tests/bench/speed/load/latency_histogram.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mcpgw::bench {

/// How a load is made.
struct load_plan {
    std::chrono::milliseconds warm_up{150};
    std::chrono::milliseconds measured{1000};
    double rate = 0;               ///< calls a second at even distances; 0: each as soon as it can
    std::size_t calls_at_once = 1; ///< on each lane
};

/// What came of it, in the measured time.
struct load_figures {
    std::uint64_t calls = 0;
    std::uint64_t all_calls = 0; ///< with those before and after the measured time
    double seconds = 0;
    std::uint64_t counted = 0;            ///< what the counter of the caller says, of the same time
    latency_histogram times;              ///< with a rate: since the call was due
    std::chrono::nanoseconds own_time{0}; ///< of the load itself on the processor
    std::chrono::nanoseconds subject_time{0}; ///< of what is measured

    [[nodiscard]] double calls_per_second() const;
    [[nodiscard]] double own_us_per_call() const;
    [[nodiscard]] double subject_us_per_call() const;
};

/// Makes load on a set of lanes, on one thread, and waits for the last answer. Throws
/// std::runtime_error where a lane does, or where nothing comes for long.
class load_loop final : call_sink {
public:
    /// Reads a counter; called at both ends of the measured time.
    using counter = std::function<std::uint64_t()>;

    explicit load_loop(std::vector<std::unique_ptr<lane>> lanes);
    ~load_loop();
    load_loop(const load_loop&) = delete;
    load_loop& operator=(const load_loop&) = delete;

    /// `subject_time`: nanoseconds on the processor. `counted`: anything else.
    load_figures run(const load_plan& plan, const counter& subject_time, const counter& counted);

private:
    /// A place for one call; its ids are all equal modulo the number of places.
    struct place {
        lane* on = nullptr;
        std::uint64_t id = 0;
        std::int64_t since = 0; ///< it counts from then
    };
    void finished(std::uint64_t id) override;
    void start(place& at, std::int64_t since);
    void start_due(std::int64_t now);
    void wait(std::int64_t now);
    void begin_window(std::int64_t now);
    void end_window(std::int64_t now);

    std::vector<std::unique_ptr<lane>> lanes_;
    int poller_;
    std::vector<place> places_;
    std::vector<std::size_t> idle_; ///< places without a call, with a rate only
    load_figures figures_;
    const counter* subject_time_ = nullptr;
    const counter* counted_ = nullptr;
    double interval_ = 0; ///< nanoseconds between calls; 0: no rate
    std::int64_t first_due_ = 0;
    std::uint64_t started_ = 0;
    std::uint64_t in_flight_ = 0;
    std::int64_t window_begin_ = 0;
    std::int64_t window_end_ = 0;
    std::int64_t last_answer_ = 0;
    bool is_counting_ = false;
    bool is_over_ = false;
};

} // namespace mcpgw::bench
