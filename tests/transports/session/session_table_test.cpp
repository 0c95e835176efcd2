// SPDX-License-Identifier: Apache-2.0
#include "transports/session/session_table.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

using mcpgw::abort_signal;
using mcpgw::client_session;
using mcpgw::clock_type;
using mcpgw::errc;
using mcpgw::outbox;
using mcpgw::session_table;
using mcpgw::io_test::io_loop;

namespace {

constexpr std::chrono::milliseconds timeout{60'000};

struct world {
    io_loop loop;
    std::vector<std::string> ended;
    session_table table{loop.ex(), {.sessions_max = 3}, timeout, [this](client_session& session) {
                            ended.push_back(session.id());
                        }};
};

bool is_hexadecimal(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

TEST_CASE("session_ids_are_128_random_bits_in_hexadecimal") {
    world w;
    const auto a = w.table.open().value();
    const auto b = w.table.open().value();
    CHECK(a->id() != b->id());
    CHECK(a->id().size() == 32);
    CHECK(is_hexadecimal(a->id()));
}

TEST_CASE("a_session_is_found_by_its_whole_id_only") {
    world w;
    const auto session = w.table.open().value();
    CHECK(w.table.find(session->id()) == session);
    CHECK(w.table.find("") == nullptr);
    CHECK(w.table.find(session->id().substr(0, 31)) == nullptr);
    CHECK(w.table.find(session->id() + "0") == nullptr);
}

TEST_CASE("closing_a_session_tells_once_and_forgets_it") {
    world w;
    const auto session = w.table.open().value();
    CHECK(w.table.close(session->id(), errc::session_unknown));
    CHECK(session->is_closed());
    CHECK(w.ended == std::vector{session->id()});
    CHECK_FALSE(w.table.close(session->id(), errc::session_unknown));
    CHECK(w.table.find(session->id()) == nullptr);
    CHECK(w.ended.size() == 1);
}

TEST_CASE("sessions_expire_after_the_timeout_and_not_before") {
    world w;
    const auto old = w.table.open().value();
    const auto fresh = w.table.open().value();
    const auto now = clock_type::now();
    old->last_used = now - timeout - std::chrono::milliseconds{1};
    fresh->last_used = now - timeout;
    w.table.expire(now);
    CHECK(w.ended == std::vector{old->id()});
    CHECK(w.table.size() == 1);
    CHECK(w.table.find(fresh->id()) == fresh);
    CHECK(old->is_closed());
}

TEST_CASE("finding_a_session_counts_as_use") {
    world w;
    const auto session = w.table.open().value();
    session->last_used = clock_type::time_point{};
    CHECK(w.table.find(session->id()) == session);
    w.table.expire(clock_type::now());
    CHECK(w.table.size() == 1);
}

TEST_CASE("a_session_with_a_stream_or_a_request_does_not_expire") {
    world w;
    const auto streaming = w.table.open().value();
    const auto calling = w.table.open().value();
    const auto box = std::make_shared<outbox>(w.loop.ex(), outbox::framing::events, 100);
    streaming->attach(box);
    abort_signal signal;
    const auto later = clock_type::now() + timeout * 10;
    {
        const client_session::running_request running{*calling, "1", signal};
        w.table.expire(later);
        CHECK(w.table.size() == 2);
    }
    streaming->detach(*box);
    w.table.expire(later);
    CHECK(w.table.size() == 0);
    CHECK(w.ended.size() == 2);
}

TEST_CASE("a_resumed_stream_keeps_its_session_and_an_answer_that_waits_keeps_it_for_the_timeout") {
    world w;
    const auto session = w.table.open().value();
    session->streams.set_resumable();
    const auto lost = std::make_shared<outbox>(w.loop.ex(), outbox::framing::events, 100);
    const auto stream = session->streams.open(lost);
    session->streams.release(*lost);
    session->streams.push(stream, "answer");
    session->streams.finish(stream);
    const auto resumed = std::make_shared<outbox>(w.loop.ex(), outbox::framing::events, 100);
    REQUIRE(session->streams.resume("1_0", resumed).has_value());
    w.table.expire(session->last_used + timeout * 10);
    CHECK(w.table.size() == 1);
    session->streams.release(*resumed);
    w.table.expire(session->last_used + timeout);
    CHECK(w.table.size() == 1);
    w.table.expire(session->last_used + timeout * 2);
    CHECK(w.table.size() == 0);
    const auto late = std::make_shared<outbox>(w.loop.ex(), outbox::framing::events, 100);
    CHECK(session->streams.resume("1_0", late).has_error());
}

TEST_CASE("a_full_table_refuses_unless_a_session_has_expired") {
    world w;
    const auto first = w.table.open().value();
    w.table.open().value();
    w.table.open().value();
    const auto refused = w.table.open();
    CHECK(refused.error().code == errc::server_busy);
    CHECK(refused.error().detail.find("sessions_max") != std::string::npos);
    first->last_used = clock_type::now() - timeout * 2;
    CHECK(w.table.open().has_value());
    CHECK(w.ended == std::vector{first->id()});
    CHECK(w.table.size() == 3);
}

namespace {

/// A table of 10 with 4 for each address.
struct crowded {
    io_loop loop;
    session_table table{loop.ex(),
                        {.sessions_max = 10, .sessions_per_client_max = 4},
                        timeout,
                        [](client_session&) {}};
    clock_type::time_point now = clock_type::now();

    std::shared_ptr<client_session> open(std::string_view address, int uses,
                                         std::chrono::seconds age) {
        auto session = table.open(address).value();
        session->is_initialized = true;
        session->uses = static_cast<std::size_t>(uses);
        session->last_used = now - age;
        return session;
    }
    bool has(const std::shared_ptr<client_session>& session) { return !session->is_closed(); }
};

} // namespace

TEST_CASE("the_sessions_of_one_address_leave_room_for_others") {
    crowded w;
    std::vector<std::shared_ptr<client_session>> used;
    for (int i = 0; i < 4; ++i) used.push_back(w.open("a", 5, std::chrono::seconds{0}));
    const auto refused = w.table.open("a");
    CHECK(refused.error().code == errc::server_busy);
    CHECK(refused.error().detail.find("sessions_per_client_max") != std::string::npos);
    CHECK(w.table.open("b").has_value());
    w.table.close(used[0]->id(), errc::session_unknown);
    CHECK(w.table.open("a").has_value()); // its place is counted back
}

TEST_CASE("sessions_that_never_did_anything_go_first_then_those_idle_for_a_minute") {
    crowded w;
    const auto used_now = w.open("a", 9, std::chrono::seconds{0});
    const auto used_before = w.open("a", 9, std::chrono::seconds{61});
    const auto unused_new = w.open("a", 1, std::chrono::seconds{1});
    const auto unused_old = w.open("a", 0, std::chrono::seconds{2});
    w.open("a", 9, std::chrono::seconds{0});
    CHECK_FALSE(w.has(unused_old));
    w.open("a", 9, std::chrono::seconds{0});
    CHECK_FALSE(w.has(unused_new));
    w.open("a", 9, std::chrono::seconds{0});
    CHECK_FALSE(w.has(used_before));
    CHECK(w.table.open("a").has_error()); // all the others were used a moment ago
    CHECK(w.has(used_now));
    CHECK(w.table.size() == 4);
}

TEST_CASE("a_full_table_takes_from_whoever_has_unused_sessions") {
    crowded w;
    std::vector<std::shared_ptr<client_session>> flood;
    for (const auto* const address : {"a", "b"})
        for (int i = 0; i < 4; ++i) flood.push_back(w.open(address, 0, std::chrono::seconds{5}));
    const auto kept = w.open("c", 2, std::chrono::seconds{0});
    const auto opening = w.table.open("c").value(); // not initialized yet: about to be
    CHECK(w.table.open("d").has_value());
    CHECK(w.has(kept));
    CHECK(w.has(opening));
    CHECK(std::ranges::count_if(flood, [&](const auto& each) { return w.has(each); }) == 7);
}

TEST_CASE("memory_is_freed_from_the_idle_sessions_that_hold_most") {
    crowded w;
    const auto small = w.open("a", 2, std::chrono::seconds{0});
    const auto large = w.open("a", 2, std::chrono::seconds{0});
    const auto busy = w.open("a", 2, std::chrono::seconds{0});
    small->notify(std::string(1'000, 'x'));
    large->notify(std::string(50'000, 'x'));
    busy->notify(std::string(90'000, 'x'));
    abort_signal signal;
    const client_session::running_request running{*busy, "1", signal};
    CHECK(w.table.free_memory(10'000) == 50'000);
    CHECK_FALSE(w.has(large));
    CHECK(w.has(small));
    CHECK(w.table.free_memory(10'000) == 1'000);
    CHECK(w.has(busy));
    CHECK(w.table.free_memory(10'000) == 0);
}

TEST_CASE("closing_all_closes_each") {
    world w;
    std::set<std::string> ids;
    for (int i = 0; i < 3; ++i) ids.insert(w.table.open().value()->id());
    w.table.close_all(errc::gateway_stopping);
    CHECK(w.table.size() == 0);
    CHECK(std::set<std::string>(w.ended.begin(), w.ended.end()) == ids);
}
