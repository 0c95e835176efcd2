// SPDX-License-Identifier: Apache-2.0
#include "server/calls/request_state.hpp"

#include "protocol/crypto/sealed_token.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace mcpgw;
using namespace std::chrono_literals;

namespace {

const request_states::time_point now{std::chrono::seconds{1'800'000'000}};
constexpr auto lifetime = 10min;
constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";

request_state made(request_state::kind what = request_state::kind::parked) {
    request_state state;
    state.what = what;
    state.principal = "ada";
    state.digest = "digest of tools/call add {}";
    state.upstream = "files";
    if (what == request_state::kind::parked) state.call = "c1";
    state.round = 3;
    if (what == request_state::kind::relayed) state.upstream_state = R"("its \"own\"")";
    return state;
}

} // namespace

TEST_CASE("a_request_state_comes_back_as_it_was_sealed") {
    const token_sealer sealer;
    const request_states states{sealer, lifetime};
    for (const auto kind :
         {request_state::kind::parked, request_state::kind::relayed, request_state::kind::url}) {
        const auto state = made(kind);
        const auto opened = states.open(states.seal(state, now), state, now + lifetime - 1ms);
        REQUIRE(opened.has_value());
        CHECK(opened->what == state.what);
        CHECK(opened->principal == state.principal);
        CHECK(opened->digest == state.digest);
        CHECK(opened->upstream == state.upstream);
        CHECK(opened->call == state.call);
        CHECK(opened->round == state.round);
        CHECK(opened->upstream_state == state.upstream_state);
    }
}

TEST_CASE("a_request_state_of_another_principal_request_or_server_is_refused_alike") {
    const token_sealer sealer;
    const request_states states{sealer, lifetime};
    const auto token = states.seal(made(), now);
    struct row {
        std::function<void(request_state&)> change;
        std::string why;
    };
    const std::vector<row> rows{
        {[](request_state& s) { s.principal = "bob"; }, "it belongs to another principal"},
        {[](request_state& s) { s.principal.clear(); }, "it belongs to another principal"},
        {[](request_state& s) { s.digest += "x"; }, "it belongs to another request"},
        {[](request_state& s) { s.upstream = "mail"; }, "it belongs to another server"},
    };
    for (const auto& r : rows) {
        auto expected = made();
        r.change(expected);
        std::string why;
        const auto opened = states.open(token, expected, now, &why);
        REQUIRE(opened.has_error());
        CHECK(why == r.why);
        // Whoever tries must not learn how near he came.
        CHECK(opened.error().message() == request_states::invalid().message());
        CHECK(opened.error().data_json == R"({"reason":"invalid_request_state"})");
    }
}

TEST_CASE("an_expired_changed_or_invented_request_state_is_refused") {
    const token_sealer sealer{secret};
    const request_states states{sealer, lifetime};
    const auto token = states.seal(made(), now);
    std::string why;
    CHECK(states.open(token, made(), now + lifetime, &why).has_error());
    CHECK_FALSE(why.empty());
    for (std::size_t at = 0; at < token.size(); ++at) {
        auto changed = token;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CHECK(states.open(changed, made(), now).has_error());
    }
    for (const auto* const invented : {"", "x", "null", "{}"})
        CHECK(states.open(invented, made(), now).has_error());
    // Sealed by us, but no request state.
    CHECK(states.open(sealer.seal(token_purpose::cursor, "{}", now + lifetime), made(), now)
              .has_error());
    for (const auto* const text : {"", "[]", "{", "3"})
        CHECK(
            states
                .open(sealer.seal(token_purpose::request_state, text, now + lifetime), made(), now)
                .has_error());
}

TEST_CASE("a_parked_calls_state_belongs_to_one_process_the_others_to_all_with_the_secret") {
    const token_sealer one_sealer{secret};
    const token_sealer other_sealer{secret};
    const token_sealer stranger_sealer;
    const request_states one{one_sealer, lifetime};
    const request_states other{other_sealer, lifetime};
    const request_states stranger{stranger_sealer, lifetime};
    std::string why;
    CHECK(other.open(one.seal(made(), now), made(), now, &why).has_error());
    CHECK(why.starts_with("its call waits in another process"));
    for (const auto kind : {request_state::kind::relayed, request_state::kind::url}) {
        const auto state = made(kind);
        CHECK(other.open(one.seal(state, now), state, now).has_value());
        CHECK(stranger.open(one.seal(state, now), state, now).has_error());
    }
}
