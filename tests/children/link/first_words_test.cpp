// SPDX-License-Identifier: Apache-2.0
#include "children/link/first_words.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace mcpgw;
using namespace std::chrono_literals;
using milliseconds = std::chrono::milliseconds;
using answer_to_probe = first_words::probe_answer;
using answer_to_hello = first_words::hello_answer;

namespace {

constexpr first_words::patience defaults{120s, 10s, 30s};
constexpr first_words::time_point beginning{std::chrono::hours{1}};

/// A server, and how long it takes. `think`: for each of its answers.
struct server {
    std::string name;
    std::optional<answer_to_probe> probe{};
    std::optional<answer_to_hello> hello{};
    std::optional<answer_to_hello> hello_after_probe{}; ///< where that differs
    bool dies_of_probe = false;
    milliseconds think = 5ms;
};

struct outcome {
    std::string era; ///< "modern", "legacy" or "none"
    int processes = 0;
    milliseconds took{};
};

/// One life of a process in virtual time. `reads_at_once`: a program between us and the server,
/// which is still starting, takes what is meant for it.
class process_life {
public:
    process_life(const server& what, first_words::belief known, milliseconds ready_after,
                 bool reads_at_once)
        : what_(what)
        , words_(known, defaults, beginning)
        , ready_(beginning + ready_after)
        , reads_at_once_(reads_at_once) {}

    /// The last step of it.
    first_words::step run() {
        for (int i = 0; i < 100'000; ++i) {
            deliver();
            const bool has_read = sent_ == beginning || reads_at_once_ || now_ >= ready_;
            const auto step = words_.next(now_, has_read);
            if (step == first_words::step::probe) {
                take_probe();
            } else if (step == first_words::step::hello) {
                take_hello();
            } else if (step == first_words::step::wait) {
                now_ = std::min(words_.look_at(), next_event());
            } else {
                return step;
            }
        }
        FAIL("the first words had no end");
        return first_words::step::give_up;
    }
    [[nodiscard]] milliseconds took() const {
        return std::chrono::duration_cast<milliseconds>(now_ - beginning);
    }
    [[nodiscard]] bool is_next_modern() const { return words_.is_next_modern(); }

private:
    void take_probe() {
        sent_ = now_;
        was_probed_ = true;
        busy_until_ = std::max({now_, ready_, busy_until_}) + what_.think;
        if (what_.dies_of_probe)
            ends_at_ = busy_until_;
        else if (what_.probe)
            probe_at_ = busy_until_;
    }
    void take_hello() {
        sent_ = now_;
        busy_until_ = std::max({now_, ready_, busy_until_}) + what_.think;
        const auto answer =
            was_probed_ && what_.hello_after_probe ? what_.hello_after_probe : what_.hello;
        if (!ends_at_ && answer) hello_at_ = busy_until_, hello_ = *answer;
    }
    void deliver() {
        if (probe_at_ && *probe_at_ <= now_) words_.on_probe(*what_.probe, now_), probe_at_.reset();
        if (hello_at_ && *hello_at_ <= now_) words_.on_hello(hello_, now_), hello_at_.reset();
        if (ends_at_ && *ends_at_ <= now_) words_.on_end();
    }
    [[nodiscard]] first_words::time_point next_event() const {
        auto next = first_words::time_point::max();
        for (const auto& at : {probe_at_, hello_at_, ends_at_})
            if (at && *at > now_) next = std::min(next, *at);
        return next;
    }

    const server& what_;
    first_words words_;
    first_words::time_point now_ = beginning;
    first_words::time_point sent_ = beginning, ready_, busy_until_ = beginning;
    std::optional<first_words::time_point> probe_at_, hello_at_, ends_at_;
    answer_to_hello hello_ = answer_to_hello::refused;
    bool was_probed_ = false;
    bool reads_at_once_;
};

outcome start(const server& what, milliseconds ready_after, bool reads_at_once,
              first_words::belief known = first_words::belief::nothing) {
    outcome all;
    for (all.processes = 1; all.processes <= 3; ++all.processes) {
        process_life life{what, known, ready_after, reads_at_once};
        const auto last = life.run();
        all.took += life.took();
        all.era = last == first_words::step::be_modern   ? "modern"
                  : last == first_words::step::be_legacy ? "legacy"
                                                         : "none";
        if (last != first_words::step::start_anew) break;
        known = life.is_next_modern() ? first_words::belief::modern : first_words::belief::legacy;
    }
    return all;
}

const std::vector<server> servers{
    {"modern", answer_to_probe::modern, answer_to_hello::names_modern},
    {"modern that does not answer initialize", answer_to_probe::modern},
    {"modern with another error for initialize", answer_to_probe::modern, answer_to_hello::refused},
    {"both eras", answer_to_probe::modern, answer_to_hello::agreed},
    {"legacy that refuses the probe", answer_to_probe::refused, answer_to_hello::agreed},
    {"legacy that ignores the probe", std::nullopt, answer_to_hello::agreed},
    {"legacy that takes long for initialize",
     answer_to_probe::refused,
     answer_to_hello::agreed,
     {},
     false,
     8s},
};

} // namespace

TEST_CASE("era_and_processes_are_the_same_however_long_a_start_takes") {
    for (const auto& what : servers) {
        const auto expected = what.name.starts_with("legacy") ? "legacy" : "modern";
        for (const bool reads_at_once : {false, true}) {
            for (const auto after : {0s, 1s, 8s, 9s, 10s, 11s, 25s, 60s, 100s}) {
                INFO(what.name << ", ready after " << after.count() << " s, "
                               << (reads_at_once ? "its input is read before" : "reads then"));
                const auto got = start(what, after, reads_at_once);
                CHECK(got.era == expected);
                CHECK(got.processes == 1);
                // What a start costs besides its time: once the wait for a silent server.
                CHECK(got.took <= after + 2 * what.think + 10s + 200ms);
            }
        }
    }
}

TEST_CASE("a_server_that_dies_of_the_probe_is_started_twice_and_no_more") {
    const server what{"strict", {}, answer_to_hello::agreed, {}, true};
    for (const auto after : {0s, 1s, 8s, 25s, 60s, 100s}) {
        INFO(after.count());
        const auto got = start(what, after, false);
        CHECK(got.era == "legacy");
        CHECK(got.processes == 2);
        CHECK(got.took <= 2 * after + 300ms);
    }
}

TEST_CASE("a_remembered_or_configured_era_costs_one_process_and_no_wait") {
    using belief = first_words::belief;
    const server strict{"strict", {}, answer_to_hello::agreed, {}, true};
    const server silent{"silent", {}, answer_to_hello::agreed};
    for (const auto& what : {strict, silent}) {
        for (const auto known : {belief::legacy, belief::only_legacy}) {
            const auto got = start(what, 25s, false, known);
            CHECK(got.era == "legacy");
            CHECK(got.processes == 1);
            CHECK(got.took == 25s + what.think);
        }
    }
    for (const auto known : {belief::modern, belief::only_modern}) {
        const auto got = start(servers[0], 100s, true, known);
        CHECK(got.era == "modern");
        CHECK(got.processes == 1);
    }
}

TEST_CASE("a_memory_that_became_wrong_is_corrected_in_the_same_process") {
    using belief = first_words::belief;
    const server upgraded{"now modern", answer_to_probe::modern, answer_to_hello::names_modern};
    const server stricter{"now modern", answer_to_probe::modern, answer_to_hello::refused};
    for (const auto& what : {upgraded, stricter}) {
        const auto got = start(what, 1s, false, belief::legacy);
        CHECK(got.era == "modern");
        CHECK(got.processes == 1);
        CHECK(start(what, 1s, false, belief::only_legacy).era == "none");
    }
    const auto back = start(servers[4], 1s, false, belief::modern);
    CHECK(back.era == "legacy");
    CHECK(back.processes == 1);
    CHECK(start(servers[4], 1s, false, belief::only_modern).era == "none");
}

TEST_CASE("a_server_that_the_probe_confuses_is_started_once_more") {
    for (const auto after_probe : {answer_to_hello::refused}) {
        const server what{"confused", answer_to_probe::refused, answer_to_hello::agreed,
                          after_probe};
        const auto got = start(what, 8s, false);
        CHECK(got.era == "legacy");
        CHECK(got.processes == 2);
    }
}

TEST_CASE("what_never_speaks_is_given_up_when_its_time_is_over_and_not_started_again") {
    for (const bool reads : {false, true}) {
        const auto got = start({"dead"}, 0s, reads);
        CHECK(got.era == "none");
        CHECK(got.processes == 1);
        CHECK(got.took == 120s);
        CHECK(start({"never ready"}, 1000s, reads).took == 120s);
    }
}

TEST_CASE("a_process_that_ends_before_it_has_read_anything_is_no_witness_of_its_era") {
    first_words words{first_words::belief::nothing, defaults, beginning};
    CHECK(words.next(beginning, true) == first_words::step::probe);
    CHECK(words.next(beginning, false) == first_words::step::wait);
    words.on_end();
    CHECK(words.next(beginning + 1s, false) == first_words::step::give_up);
    CHECK_FALSE(words.was_read());
}

TEST_CASE("an_answer_under_another_id_counts_as_one_to_the_probe") {
    first_words words{first_words::belief::nothing, defaults, beginning};
    CHECK(words.next(beginning, true) == first_words::step::probe);
    CHECK(words.next(beginning, true) == first_words::step::wait);
    words.on_stray_answer();
    CHECK(words.next(beginning + 1ms, true) == first_words::step::hello);
    words.on_hello(answer_to_hello::agreed, beginning + 2ms);
    CHECK(words.next(beginning + 2ms, true) == first_words::step::be_legacy);
}

TEST_CASE("a_probe_is_repeated_a_few_times_where_the_server_asks_for_it_and_then_no_more") {
    first_words words{first_words::belief::nothing, defaults, beginning};
    int probes = 0;
    for (int i = 0; i < 100; ++i) {
        const auto step = words.next(beginning, true);
        if (step == first_words::step::give_up) break;
        if (step == first_words::step::probe) ++probes;
        words.on_probe(answer_to_probe::again, beginning);
    }
    CHECK(probes == 3);
    CHECK(words.next(beginning, true) == first_words::step::give_up);
}
