// SPDX-License-Identifier: Apache-2.0
#include "children/policy/pool_rules.hpp"

#include "tests/support/pool_model.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace mcpgw;
using namespace std::chrono_literals;

namespace {

using phase = pool_member::phase;
using verdict = pool_choice::verdict;
using action = pool_step::action;
using time_point = pool_member::time_point;

const time_point start{std::chrono::hours{10}};

pool_member with_calls(std::size_t calls, phase state = phase::running) {
    pool_member m;
    m.state = state;
    m.calls = m.askers = m.leases = calls;
    m.is_used = calls > 0;
    m.owner = calls == 1 ? 7 : 0;
    return m;
}

pool_member lister(pool_member m) {
    m.is_lister = true;
    return m;
}

pool_member of_key(std::string_view key, pool_member m) {
    m.key = key;
    return m;
}

pool_choice choose(const pool_terms& terms, const std::vector<pool_member>& members,
                   const pool_request& request = {}) {
    return choose_member(terms, members, request);
}

pool_terms shared(std::size_t members_max = 1) {
    pool_terms terms;
    terms.members_max = members_max;
    return terms;
}

} // namespace

TEST_CASE("a_call_goes_to_the_least_busy_instance_that_runs") {
    const auto terms = shared(4);
    const auto found = choose(
        terms, {with_calls(3), with_calls(1), with_calls(2), with_calls(0, phase::starting)});
    CHECK(found.what == verdict::take);
    CHECK(found.member == 1);
    CHECK(choose(terms, {with_calls(5, phase::unhealthy), with_calls(0, phase::starting)}).member ==
          1);
    CHECK(choose(terms, {with_calls(0, phase::unhealthy), with_calls(9)}).member == 1);
    CHECK(choose(terms, {with_calls(0, phase::off), with_calls(9)}).member == 1);
    // Better a sick one than none.
    CHECK(choose(shared(1), {with_calls(5, phase::unhealthy)}).what == verdict::take);
}

TEST_CASE("another_instance_is_started_where_all_are_at_work_and_more_are_allowed") {
    CHECK_FALSE(choose(shared(3), {with_calls(0), with_calls(1)}).is_growing);
    CHECK(choose(shared(3), {with_calls(2), with_calls(1)}).is_growing);
    CHECK_FALSE(choose(shared(2), {with_calls(2), with_calls(1)}).is_growing);
    // One that is on its way is waited for before another one is started.
    CHECK_FALSE(choose(shared(9), {with_calls(2), with_calls(0, phase::starting)}).is_growing);
    CHECK(choose(shared(1), {}).what == verdict::grow);
}

TEST_CASE("an_instance_gets_no_more_calls_than_it_may_have") {
    auto terms = shared(1);
    terms.calls_max = 2;
    CHECK(choose(terms, {with_calls(1)}).what == verdict::take);
    CHECK(choose(terms, {with_calls(2)}).what == verdict::wait);
    terms.members_max = 2;
    CHECK(choose(terms, {with_calls(2)}).what == verdict::grow);
    auto leaving = with_calls(0);
    leaving.is_leaving = true;
    CHECK(choose(terms, {leaving}).what == verdict::grow);
}

TEST_CASE("a_server_that_asks_gets_one_owner_at_a_time_on_each_instance") {
    auto terms = shared(2);
    terms.is_interactive = true;
    pool_request mine;
    mine.owner = 7;
    mine.may_be_asked = true;
    pool_request other = mine;
    other.owner = 8;
    const auto own = choose(terms, {with_calls(0), with_calls(1)}, mine);
    CHECK(own.member == 1);
    CHECK(own.is_own);
    CHECK(choose(terms, {with_calls(1)}, other).what == verdict::grow);
    CHECK(choose(terms, {with_calls(1), with_calls(1)}, other).what == verdict::wait);
    // What the server remembers of a client is where the client was last.
    auto known = with_calls(0);
    known.last_owner = 8;
    CHECK(choose(terms, {with_calls(0), known}, other).member == 1);
    // A request that it cannot ask about disturbs nobody.
    other.may_be_asked = false;
    CHECK(choose(terms, {with_calls(1)}, other).what == verdict::take);
    // Several owners from the time before it asked: nobody joins.
    CHECK(choose(shared(1), {with_calls(2)}, mine).what == verdict::take);
    terms.members_max = 1;
    CHECK(choose(terms, {with_calls(2)}, mine).what == verdict::wait);
}

TEST_CASE("each_session_has_an_instance_of_its_own") {
    auto terms = shared(2);
    terms.share = sharing::session;
    pool_request a;
    a.key = "a";
    pool_request b;
    b.key = "b";
    CHECK(choose(terms, {of_key("a", with_calls(4)), with_calls(0)}, a).member == 0);
    CHECK(choose(terms, {of_key("a", with_calls(4)), with_calls(0)}, b).member == 1);
    CHECK(choose(terms, {of_key("a", with_calls(0))}, b).what == verdict::grow);
    // Where no more are allowed, who has been away the longest makes room.
    auto early = of_key("x", with_calls(0));
    early.idle_since = start;
    auto late = of_key("y", with_calls(0));
    late.idle_since = start + 1s;
    const auto room = choose(terms, {late, early}, b);
    CHECK(room.what == verdict::evict);
    CHECK(room.member == 1);
    CHECK(choose(terms, {of_key("x", with_calls(1)), of_key("y", with_calls(1))}, b).what ==
          verdict::wait);
    // Nobody's errand never ends up in somebody's session.
    CHECK(choose(terms, {of_key("x", with_calls(0))}).what == verdict::grow);
}

TEST_CASE("each_call_has_an_instance_of_its_own") {
    auto terms = shared(2);
    terms.share = sharing::call;
    auto spent = with_calls(0);
    spent.is_used = true;
    CHECK(choose(terms, {with_calls(1), with_calls(0)}).member == 1);
    CHECK(choose(terms, {with_calls(1)}).what == verdict::grow);
    CHECK(choose(terms, {with_calls(1), spent}).what == verdict::wait);
}

TEST_CASE("a_call_of_nobody_known_gets_an_instance_that_nobody_had_and_nobody_gets") {
    auto terms = shared(3);
    terms.share = sharing::session;
    pool_request once;
    once.key = once_key;
    pool_request a;
    a.key = "a";
    auto spent = of_key(once_key, with_calls(0));
    spent.is_used = true;
    auto had = with_calls(0);
    had.is_used = true;
    CHECK(choose(terms, {of_key("a", with_calls(0)), with_calls(0)}, once).member == 1);
    CHECK(choose(terms, {of_key("a", with_calls(0))}, once).what == verdict::grow);
    CHECK(choose(terms, {of_key(once_key, with_calls(1))}, once).what == verdict::grow);
    CHECK(choose(terms, {spent}, once).what == verdict::grow);
    CHECK(choose(terms, {had}, once).what == verdict::grow);
    CHECK(choose(terms, {spent}, a).what == verdict::grow);
    spent.state = phase::off; // nothing of it is left
    CHECK(choose(terms, {spent}, a).what == verdict::take);
    CHECK(choose(terms, {spent}, once).what == verdict::take);
}

// ---- upkeep -----------------------------------------------------------------------------------

namespace {

pool_plan plan(const pool_options& options, const pool_wishes& wishes,
               const std::vector<pool_member>& members, time_point now = start) {
    return plan_pool(options, wishes, members, now);
}

pool_member idle_since(time_point when, pool_member m = with_calls(0)) {
    m.idle_since = when;
    m.running_since = start - 100h;
    return m;
}

using steps = std::vector<pool_step>;

} // namespace

TEST_CASE("an_unused_lazy_instance_is_stopped_when_its_idle_time_is_over") {
    pool_options options;
    options.idle_timeout = 60s;
    const auto idle = lister(idle_since(start - 59s));
    const auto early = plan(options, {}, {idle});
    CHECK(early.steps.empty());
    CHECK(early.look_at == start + 1s);
    CHECK(plan(options, {}, {idle}, start + 1s).steps == steps{{action::stop, 0}});
    // Never one that is in use,
    auto used = lister(with_calls(0));
    used.leases = 1;
    used.idle_since = start - 10h;
    CHECK(plan(options, {}, {used}).steps.empty());
    // or that is kept, or where there is no such time.
    pool_wishes kept;
    kept.is_kept = true;
    CHECK(plan(options, kept, {lister(idle_since(start - 10h))}).steps.empty());
    options.idle_timeout = 0s;
    CHECK(plan(options, {}, {lister(idle_since(start - 10h))}).steps.empty());
}

TEST_CASE("instances_beyond_those_that_are_kept_are_forgotten_when_idle") {
    pool_options options;
    options.min = 2;
    options.max = 4;
    options.idle_timeout = 60s;
    pool_wishes kept;
    kept.is_kept = true;
    const auto old = idle_since(start - 10h);
    CHECK(plan(options, kept, {lister(old), old, old}).steps == steps{{action::close, 2}});
    CHECK(plan(options, kept, {lister(old), old}).steps.empty());
    CHECK(plan(options, kept, {lister(old)}).steps == steps{{action::start, 1}});
    CHECK(plan(options, {}, {lister(old)}).steps == steps{{action::stop, 0}});
    // A server of which nothing runs is started elsewhere.
    CHECK(plan(options, kept, {lister(with_calls(0, phase::off))}).steps.empty());
    kept.may_start = false;
    kept.may_start_at = start + 5s;
    const auto later = plan(options, kept, {lister(old)});
    CHECK(later.steps.empty());
    CHECK(later.look_at == start + 5s);
}

TEST_CASE("an_unhealthy_instance_leaves_when_another_one_runs_and_ends_after_its_calls") {
    const pool_options options;
    auto sick = lister(with_calls(2, phase::unhealthy));
    CHECK(plan(options, {}, {sick}).steps == steps{{action::replace, 0}});
    auto next = lister(with_calls(0, phase::starting));
    next.replaces = 1;
    CHECK(plan(options, {}, {next, sick}).steps.empty());
    next.state = phase::running;
    next.idle_since = next.running_since = start;
    CHECK(plan(options, {}, {next, sick}).steps == steps{{action::leave, 1}});
    next.replaces.reset();
    sick.is_leaving = true;
    sick.leaving_since = start;
    const auto waiting = plan(options, {}, {next, sick});
    CHECK(waiting.steps.empty());
    CHECK(waiting.look_at == start + options.drain_timeout);
    sick.calls = sick.askers = sick.leases = 0;
    CHECK(plan(options, {}, {next, sick}).steps == steps{{action::close, 1}});
    // Calls that do not end are not waited for for ever.
    sick.leases = 1;
    CHECK(plan(options, {}, {next, sick}, start + options.drain_timeout).steps ==
          steps{{action::close, 1}});
}

TEST_CASE("a_replacement_that_does_not_start_is_tried_again_after_the_rest") {
    const pool_options options;
    const auto sick = lister(with_calls(2, phase::unhealthy));
    auto next = lister(with_calls(0, phase::off));
    next.replaces = 1;
    CHECK(plan(options, {}, {next, sick}).steps == steps{{action::close, 0}});
    pool_wishes resting;
    resting.may_start = false;
    resting.may_start_at = start + 3s;
    const auto later = plan(options, resting, {sick});
    CHECK(later.steps.empty());
    CHECK(later.look_at == start + 3s);
    CHECK(plan(options, {}, {sick}, start + 3s).steps == steps{{action::replace, 0}});
}

TEST_CASE("nobody_waits_for_an_unhealthy_instance_that_nobody_uses") {
    const auto sick = lister(with_calls(0, phase::unhealthy));
    CHECK(plan({}, {}, {sick}).steps == steps{{action::stop, 0}});
    pool_wishes kept;
    kept.is_kept = true;
    CHECK(plan({}, kept, {sick}).steps.front() == pool_step{action::replace, 0});
}

TEST_CASE("an_instance_that_has_run_long_enough_is_replaced") {
    pool_options options;
    options.max_lifetime = 1h;
    auto old = lister(with_calls(1));
    old.running_since = start - 59min;
    CHECK(plan(options, {}, {old}).look_at == start + 1min);
    CHECK(plan(options, {}, {old}, start + 1min).steps == steps{{action::replace, 0}});
    old.calls = old.leases = 0;
    old.idle_since = start;
    CHECK(plan(options, {}, {old}, start + 1min).steps == steps{{action::stop, 0}});
}

TEST_CASE("instances_that_are_kept_ready_never_exceed_the_maximum") {
    pool_options options;
    options.share = sharing::call;
    options.min = 1;
    options.max = 2;
    pool_wishes kept;
    kept.is_kept = true;
    kept.members_max = options.max;
    auto busy = with_calls(1);
    busy.is_used = true; // it has its one call, so none is ready
    CHECK(plan(options, kept, {lister(busy)}).steps == steps{{action::start, 1}});
    CHECK(plan(options, kept, {lister(busy), busy}).steps.empty());
    // The place of one that is off is used before another is made.
    const auto off = lister(with_calls(0, phase::off));
    CHECK(plan(options, kept, {off, busy}).steps == steps{{action::start, 0}});
}

TEST_CASE("an_instance_of_one_call_ends_with_it") {
    pool_options options;
    options.share = sharing::call;
    auto spent = with_calls(0);
    spent.is_used = true;
    CHECK(plan(options, {}, {spent}).steps == steps{{action::close, 0}});
    CHECK(plan(options, {}, {lister(spent)}).steps == steps{{action::stop, 0}});
    spent.leases = 1; // a task of the call goes on
    CHECK(plan(options, {}, {spent}).steps.empty());
    options.share = sharing::session;
    options.idle_timeout = 0s;
    spent.leases = 0;
    CHECK(plan(options, {}, {spent}).steps.empty());
    spent.key = once_key;
    CHECK(plan(options, {}, {spent}).steps == steps{{action::close, 0}});
}

// ---- random schedules -------------------------------------------------------------------------

TEST_CASE("random_schedules_never_end_an_instance_in_use_and_always_come_to_rest") {
    for (unsigned seed = 0; seed < 400; ++seed) {
        CAPTURE(seed);
        pool_options options;
        options.share = static_cast<sharing>(seed % 4);
        options.min = 1 + seed % 3;
        options.max = options.min + seed / 4 % 3;
        options.idle_timeout = 60s;
        options.max_lifetime = seed % 5 == 0 ? 200s : 0s;
        options.drain_timeout = 120s;
        child_test::pool_model pool{seed, options};
        pool.is_kept = seed % 2 == 0;
        for (int i = 0; i < 300; ++i) pool.run_step();
    }
}

TEST_CASE("calls_that_could_be_mistaken_for_one_another_are_not_at_work_together") {
    struct row {
        const char* what;
        std::uint64_t owner;
        bool runs_unproven, runs_answerer;
        bool is_unproven, can_answer, is_urgent;
        bool may_enter;
    };
    const row rows[]{
        {"both are proven", 2, false, true, false, true, false, true},
        {"it is unproven", 2, false, true, true, true, false, false},
        {"the other one is", 2, true, true, false, true, false, false},
        {"only the other client could be asked", 2, true, true, true, false, false, false},
        {"only this client could be asked", 2, true, false, true, true, false, false},
        {"nobody could be asked", 2, true, false, true, false, false, true},
        {"it is the same client", 1, true, true, true, true, false, true},
        {"it has waited long enough", 2, true, true, true, true, true, true},
    };
    for (const auto& r : rows) {
        CAPTURE(r.what);
        auto busy = with_calls(1);
        busy.owner = 1;
        busy.unproven = r.runs_unproven ? 1 : 0;
        busy.answerers = r.runs_answerer ? 1 : 0;
        pool_request request;
        request.owner = r.owner;
        request.may_be_asked = true;
        request.is_unproven = r.is_unproven;
        request.can_answer = r.can_answer;
        request.is_urgent = r.is_urgent;
        const std::vector<pool_member> members{lister(busy)};
        const auto choice = choose_member({}, members, request);
        CHECK((choice.what == verdict::take) == r.may_enter);
        if (!r.may_enter) CHECK(choice.what == verdict::wait);
    }
}

TEST_CASE("a_call_of_a_tool_that_only_some_have_waits_for_those") {
    auto has = with_calls(1);
    has.owner = 1;
    has.askers = 0;
    auto lacks = with_calls(0);
    lacks.lacks_tool = true;
    pool_terms terms;
    terms.members_max = 8;
    const std::vector<pool_member> members{lister(lacks), has};
    CHECK(choose_member(terms, members, {}).member == 1);
    terms.calls_max = 1; // it is full: another process would not have the tool
    CHECK(choose_member(terms, members, {}).what == verdict::wait);
}
