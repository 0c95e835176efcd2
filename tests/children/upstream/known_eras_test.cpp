// SPDX-License-Identifier: Apache-2.0
// The code under test is children/upstream/known_eras.cpp.
#include "children/upstream/known_eras.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <optional>

using namespace mcpgw;

namespace {

constexpr known_eras::time_point some_day{std::chrono::hours{1'000}};
constexpr era_verdict legacy_alone{.is_modern = false, .is_legacy = true};
constexpr era_verdict modern_alone{.is_modern = true, .may_be_legacy = true};

} // namespace

TEST_CASE("the_legacy_era_is_believed_for_a_day_and_longer_while_a_process_of_it_lives") {
    known_eras eras{std::nullopt};
    CHECK_FALSE(eras.at(some_day, false));
    eras.learn(legacy_alone, some_day);
    CHECK(eras.at(some_day + std::chrono::hours{24}, false) == legacy_alone);
    const auto next_day = some_day + std::chrono::hours{25};
    CHECK_FALSE(eras.at(next_day, false));
    CHECK(eras.at(next_day, true) == legacy_alone);
}

TEST_CASE("a_guess_at_the_legacy_era_is_believed_for_ten_minutes") {
    known_eras eras{std::nullopt};
    eras.learn({.is_legacy = true, .is_guess = true}, some_day);
    CHECK(eras.at(some_day + std::chrono::minutes{10}, false));
    CHECK_FALSE(eras.at(some_day + std::chrono::minutes{11}, false));
}

TEST_CASE("a_configured_era_is_neither_learnt_nor_forgotten") {
    known_eras eras{era::legacy};
    eras.learn(modern_alone, some_day);
    eras.forget();
    const auto known = eras.at(some_day + std::chrono::hours{1'000}, false);
    REQUIRE(known);
    CHECK(known->is_legacy);
    CHECK_FALSE(known->is_modern);
    CHECK_FALSE(eras.to_remember());
}

TEST_CASE("a_trial_of_initialize_holds_for_a_day_of_starts") {
    known_eras eras{std::nullopt};
    eras.learn(modern_alone, some_day);
    REQUIRE(eras.must_try_legacy());
    eras.note_trial(true, some_day);
    CHECK(eras.last()->is_legacy);
    eras.learn(modern_alone, some_day + std::chrono::hours{23});
    CHECK_FALSE(eras.must_try_legacy());
    CHECK(eras.last()->is_legacy);
    eras.learn(modern_alone, some_day + std::chrono::hours{25});
    CHECK(eras.must_try_legacy());
}

TEST_CASE("what_is_remembered_of_eras_is_what_is_recalled") {
    known_eras before{std::nullopt};
    before.learn(modern_alone, some_day);
    before.note_trial(false, some_day);
    const auto kept = before.to_remember();
    REQUIRE(kept);
    known_eras after{std::nullopt};
    after.recall(*kept, some_day);
    CHECK(after.last()->is_modern);
    CHECK_FALSE(after.last()->is_legacy);
    CHECK_FALSE(after.must_try_legacy());
    CHECK(after.to_remember() == kept);
}

TEST_CASE("tools_that_ask_in_rounds_are_remembered_by_name") {
    known_eras eras{std::nullopt};
    CHECK_FALSE(eras.asks_in_rounds("book"));
    eras.note_rounds("book");
    CHECK(eras.asks_in_rounds("book"));
    CHECK_FALSE(eras.asks_in_rounds("cook"));
}
