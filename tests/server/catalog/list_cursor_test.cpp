// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/list_cursor.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace mcpgw;

namespace {

const list_cursors::time_point now{std::chrono::hours{480'000}};

list_cursor some_cursor() {
    return {list_kind::prompts, "alpha", "anna", std::numeric_limits<std::uint64_t>::max(), 200};
}

} // namespace

TEST_CASE("cursor_comes_back_as_it_was_sealed") {
    const token_sealer sealer;
    const list_cursors cursors{sealer};
    const auto opened = cursors.open(cursors.seal(some_cursor(), now), some_cursor(), now);
    REQUIRE_FALSE(opened.has_error());
    CHECK(opened->version == std::numeric_limits<std::uint64_t>::max());
    CHECK(opened->position == 200);
    CHECK(opened->scope == "alpha");
}

TEST_CASE("cursor_of_another_list_scope_or_principal_is_refused") {
    const token_sealer sealer;
    const list_cursors cursors{sealer};
    const auto token = cursors.seal(some_cursor(), now);
    auto other_list = some_cursor();
    other_list.kind = list_kind::tools;
    auto other_scope = some_cursor();
    other_scope.scope = "beta";
    auto other_principal = some_cursor();
    other_principal.principal = "";
    for (const auto& expected : {other_list, other_scope, other_principal}) {
        const auto opened = cursors.open(token, expected, now);
        REQUIRE(opened.has_error());
        CHECK(opened.error().code == errc::invalid_params);
    }
}

TEST_CASE("cursor_that_is_not_ours_was_changed_or_has_expired_is_refused") {
    const token_sealer sealer;
    const token_sealer other_sealer;
    const list_cursors cursors{sealer};
    const auto token = cursors.seal(some_cursor(), now);
    auto tampered = token;
    tampered[tampered.size() / 2] = tampered[tampered.size() / 2] == 'A' ? 'B' : 'A';
    const auto foreign = list_cursors{other_sealer}.seal(some_cursor(), now);
    const auto of_other_purpose = sealer.seal(
        token_purpose::request_state, R"([1,"alpha","anna",1,2])", now + list_cursors::lifetime);
    for (const auto& text : {std::string{}, std::string{"2"}, tampered, foreign, of_other_purpose})
        CHECK(cursors.open(text, some_cursor(), now).has_error());
    CHECK_FALSE(cursors.open(token, some_cursor(), now + list_cursors::lifetime / 2).has_error());
    CHECK(cursors.open(token, some_cursor(), now + list_cursors::lifetime).has_error());
}
