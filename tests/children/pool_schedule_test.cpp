// SPDX-License-Identifier: Apache-2.0
// A server, its pools and its processes in schedules that a seed makes: calls begin and end, are
// given up, crash and hang; processes are killed and stopped; pools grow, shrink, replace and
// close, in whatever order. Time is put forward beside them, so that what takes seconds (starts,
// rests, checks, lifetimes) comes between any two steps. What must hold is checked all the time;
// what is freed too early or raced for is found by the sanitizers: whoever waits inside an instance
// holds it (instance_place), so that it is there when the wait ends.
//
// MCPGW_SCHEDULE_SECONDS: how long (3). MCPGW_SCHEDULE_SEED: this seed alone, once.
#include "tests/support/child_world.hpp"
#include "tests/support/forward_clock.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;

namespace {

constexpr int steps_in_one = 60;

task<> pause(executor ex, std::chrono::microseconds time) {
    timer wait{ex, time};
    co_await wait.async_wait(nothrow);
}

task<> call_once(upstream& server, upstream_caller who, std::string key, upstream_call request,
                 std::shared_ptr<recorded_observer> client, abort_signal& abort,
                 std::optional<answer_or_fault>& answer) {
    who.key = key;
    auto place = co_await server.places().acquire(who, abort);
    if (place.has_error()) {
        answer.emplace(place.error());
        co_return;
    }
    auto answered = co_await place->call(request, client, abort);
    answer.emplace(std::move(answered));
}

task<> close_once(upstream& server, bool& has_ended) {
    co_await server.close();
    has_ended = true;
}

/// A client's call, and what the model says that may come of it.
struct scheduled_call {
    std::string said;
    std::shared_ptr<recorded_observer> client;
    abort_signal abort;
    std::optional<answer_or_fault> answer;
};

class schedule {
public:
    explicit schedule(unsigned seed) : random_(seed), world_(options(random_)) {}

    void run() {
        if (any(2) == 0) world_.get().life().keep_running();
        for (int i = 0; i < steps_in_one; ++i) {
            step();
            check();
            let_pass();
        }
        const bool is_closed_at_once = any(3) == 0;
        if (is_closed_at_once) {
            bool has_ended = false;
            world_.loop.spawn(close_once(world_.get(), has_ended));
            world_.loop.run_until([&has_ended] { return has_ended; });
            finish_calls();
            CHECK(world_.status().instances == 0);
            return;
        }
        finish_calls();
        // Whatever happened: it serves again.
        std::optional<answer_or_fault> last;
        for (int attempt = 0; attempt < 50 && (!last || last->has_error()); ++attempt) {
            last = world_.call("echo");
            put_forward(1min); // it may rest
        }
        CHECK(text_of(*last) == "{}");
    }

private:
    static child_options options(std::mt19937& random) {
        const auto pick = [&random](unsigned count) {
            return random() % count;
        };
        auto made = fake_options(pick(4) == 0 ? std::vector<std::string>{"--ignore-eof"}
                                              : std::vector<std::string>{});
        if (pick(3) != 0) made.only_era = era::legacy;
        const sharing kinds[]{sharing::shared, sharing::shared, sharing::session, sharing::call};
        made.pool.share = kinds[pick(4)];
        made.pool.max = 1 + pick(4);
        made.pool.min = 1 + pick(static_cast<unsigned>(made.pool.max));
        made.pool.queue_timeout = std::chrono::milliseconds{1 + pick(200)};
        made.pool.queue_max = 1 + pick(8);
        if (pick(2) == 0) made.pool.idle_timeout = std::chrono::milliseconds{1 + pick(20)};
        if (pick(2) == 0) made.pool.max_lifetime = std::chrono::milliseconds{5 + pick(40)};
        made.pool.drain_timeout = std::chrono::milliseconds{1 + pick(40)};
        if (pick(3) == 0) made.health = {5ms, std::chrono::milliseconds{20}, 1};
        made.limits.calls_in_flight_max = 1 + pick(8);
        made.stop_grace = std::chrono::milliseconds{1 + pick(10)};
        made.start_timeout = made.probe_timeout = 10s;
        made.call_timeout = made.list_timeout = 5s;
        made.question_hold_timeout = std::chrono::milliseconds{1 + pick(30)};
        made.breaker.threshold = 0;
        return made;
    }

    std::size_t any(std::size_t count) { return random_() % count; }

    /// Processes need the time that passes for all; what only waits gets it from us.
    void let_pass() {
        switch (any(5)) {
        case 0:
            world_.loop.poll();
            break;
        case 1:
            put_forward(std::chrono::milliseconds{any(4) == 0 ? any(20'000) : any(60)});
            break;
        default: {
            const auto time = std::chrono::microseconds{any(4) == 0 ? any(2'000) : any(300)};
            world_.loop.await(pause(world_.loop.get_executor(), time));
        }
        }
    }
    void put_forward(clock_type::duration time) {
        put_clock_forward(time);
        world_.loop.await(pause(world_.loop.get_executor(), 0us)); // all that is due
    }

    void step() {
        switch (any(12)) {
        case 0:
        case 1:
        case 2:
        case 3:
            begin("echo", "{\"n\":" + std::to_string(++numbers_) + "}");
            break;
        case 4:
            begin("never", "{}");
            break;
        case 5:
            begin("die", R"({"code":3,"say":"x"})");
            break;
        case 6:
            begin(any(2) == 0 ? "change_tools" : "ask", R"({"method":"roots/list","params":{}})");
            break;
        case 7:
            if (!calls_.empty()) calls_[any(calls_.size())]->abort.abort(errc::call_cancelled);
            break;
        case 8:
            signal(any(2) == 0 ? SIGKILL : SIGSTOP);
            break;
        case 9:
            world_.get().pools().end_key(key());
            break;
        case 10:
            if (any(2) == 0) world_.loop.spawn(world_.get().life().stop());
            break;
        default:
            watch();
        }
    }

    std::string key() { return std::string(1, static_cast<char>('a' + any(3))); }

    void begin(std::string tool, std::string arguments) {
        calls_.push_back(std::make_unique<scheduled_call>());
        auto& call = *calls_.back();
        call.said = tool == "echo" ? arguments : std::string{};
        call.client = world_.make_observer(&owners_[any(3)]);
        call.client->refusal = fault{errc::session_error, "not asked"};
        upstream_caller who;
        who.speaks = any(2) == 0 ? era::legacy : era::modern;
        who.owner = call.client->owner();
        who.may_be_asked = any(3) != 0;
        who.can_answer = any(2) == 0;
        who.method = method::tools_call;
        auto request = tool_call(tool, arguments);
        world_.loop.spawn(call_once(world_.get(), who, key(), std::move(request), call.client,
                                    call.abort, call.answer));
    }

    void signal(int number) {
        const auto each = world_.status().each;
        if (each.empty()) return;
        const auto pid = static_cast<pid_t>(each[any(each.size())].pid);
        if (pid > 0) ::kill(pid, number);
    }

    void watch() {
        const auto uri = "fake://" + key();
        if (any(2) == 0) {
            watches_.push_back(std::make_unique<std::optional<result<void>>>());
            world_.loop.spawn(
                process_loop::store(world_.get().watches().watch(uri, never_), *watches_.back()));
        } else {
            world_.loop.spawn(world_.get().watches().unwatch(uri));
        }
    }

    /// What holds at every moment.
    void check() {
        const auto status = world_.status();
        std::size_t taking = 0;
        for (const auto& one : status.each) taking += one.is_leaving ? 0U : 1U;
        // A successor runs beside the one that it replaces, for each of the two eras.
        CHECK(taking <= 4 * world_.get().options().pool.max);
        for (const auto& call : calls_)
            if (call->answer) check_answer(*call);
        std::erase_if(calls_, [](const auto& call) { return call->answer.has_value(); });
    }

    static void check_answer(const scheduled_call& call) {
        const auto& answer = *call.answer;
        if (!answer.has_error()) {
            if (!call.said.empty()) CHECK(text_of(answer) == call.said); // nobody else's
            return;
        }
        static const std::set<errc> allowed{errc::server_failed,    errc::connection_lost,
                                            errc::call_cancelled,   errc::call_timed_out,
                                            errc::server_busy,      errc::session_unknown,
                                            errc::gateway_stopping, errc::session_error};
        CAPTURE(answer.error().message());
        CHECK(allowed.contains(answer.error().code));
        CHECK_FALSE(answer.error().message().empty());
        // Nobody else's.
        if (answer.error().code == errc::call_cancelled) CHECK(call.abort.reason().has_value());
    }

    void finish_calls() {
        for (const auto& call : calls_) call->abort.abort(errc::call_cancelled);
        world_.loop.run_until([this] {
            return std::ranges::all_of(calls_, [](const auto& c) { return c->answer.has_value(); });
        });
        check();
        world_.loop.run_until([this] {
            return std::ranges::all_of(watches_, [](const auto& w) { return w->has_value(); });
        });
        world_.loop.finish();
    }

    std::mt19937 random_;
    abort_signal never_;
    int owners_[3]{};
    int numbers_ = 0;
    std::vector<std::unique_ptr<std::optional<result<void>>>> watches_;
    std::vector<std::unique_ptr<scheduled_call>> calls_;
    child_world world_;
};

unsigned long number_of(const char* variable, unsigned long otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

} // namespace

TEST_CASE("a_server_comes_through_any_schedule_of_calls_crashes_and_stops") {
    if (std::getenv("MCPGW_SCHEDULE_SEED") != nullptr) {
        schedule{static_cast<unsigned>(number_of("MCPGW_SCHEDULE_SEED", 0))}.run();
        return;
    }
    const std::chrono::seconds time{number_of("MCPGW_SCHEDULE_SECONDS", 3)};
    using wall_clock = std::chrono::system_clock; // the other one is put forward
    const auto end = wall_clock::now() + time;
    auto seed = std::random_device{}();
    do {
        CAPTURE(seed);
        UNSCOPED_INFO("repeat it with MCPGW_SCHEDULE_SEED=" << seed);
        schedule{seed}.run();
        seed = seed * 1664525U + 1013904223U;
    } while (wall_clock::now() < end);
}
