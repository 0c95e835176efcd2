// SPDX-License-Identifier: Apache-2.0
#include "protocol/crypto/sealed_token.hpp"

#include "protocol/text/base64.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mcpgw {
namespace {

using namespace std::chrono_literals;

constexpr auto state = token_purpose::request_state;
constexpr std::string_view secret = "a secret of thirty-two characters";
constexpr std::string_view another_secret = "another secret of enough characters";
constexpr std::string_view third_secret = "the third secret, which is not known";

const token_sealer::time_point now{std::chrono::seconds{1'800'000'000}};
const token_sealer::time_point later = now + 10min;

std::string reason_of(const result<std::string>& opened) {
    if (opened) return "opened: " + *opened;
    CHECK(opened.error().code == errc::invalid_params);
    return opened.error().detail;
}

TEST_CASE("a_sealed_token_opens_to_its_payload") {
    const token_sealer sealer;
    std::string payload;
    for (int i = 0; i < 300; ++i) {
        const std::string token = sealer.seal(state, payload, later);
        CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_") == token.npos);
        const auto opened = sealer.open(state, token, now);
        CHECK(reason_of(opened) == "opened: " + payload);
        payload += static_cast<char>(i * 37);
    }
}

TEST_CASE("equal_payloads_give_different_tokens_that_do_not_show_them") {
    const token_sealer sealer{secret};
    std::set<std::string> tokens;
    for (int i = 0; i < 100; ++i) tokens.insert(sealer.seal(state, "attack at dawn", later));
    CHECK(tokens.size() == 100);
    for (const std::string& token : tokens) {
        const auto bytes = decode_base64(token, base64_form::url);
        REQUIRE(bytes);
        CHECK(bytes->find("dawn") == bytes->npos);
    }
}

TEST_CASE("a_token_with_any_character_changed_is_refused") {
    const token_sealer sealer{secret};
    for (const std::string_view payload : {"", "x", "xy", "a longer payload"}) {
        const std::string token = sealer.seal(state, payload, later);
        for (std::size_t at = 0; at < token.size(); ++at) {
            for (int c = 0; c < 256; ++c) {
                std::string changed = token;
                changed[at] = static_cast<char>(c);
                if (changed == token) continue;
                if (sealer.open(state, changed, now)) FAIL_CHECK("opened with a change at " << at);
            }
        }
    }
}

TEST_CASE("a_token_with_any_bit_changed_is_refused") {
    const token_sealer sealer{secret};
    const std::string token = sealer.seal(state, "payload", later);
    const std::string bytes = decode_base64(token, base64_form::url).value();
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string changed = bytes;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        const auto opened = sealer.open(state, encode_base64(changed, base64_form::url), now);
        if (opened) FAIL_CHECK("opened with a change of bit " << bit);
    }
}

TEST_CASE("a_token_cut_or_extended_anywhere_is_refused") {
    const token_sealer sealer{secret};
    for (const std::string_view payload : {"", "x", "xy", "a longer payload"}) {
        const std::string token = sealer.seal(state, payload, later);
        for (std::size_t size = 0; size < token.size(); ++size) {
            CHECK_FALSE(sealer.open(state, token.substr(0, size), now).has_value());
            CHECK_FALSE(sealer.open(state, token.substr(token.size() - size), now).has_value());
        }
        for (const std::string_view tail :
             {"-TAMPERED", "A", "AA", "AAA", "AAAA", "=", "==", "\n", " ", "-", "."}) {
            CAPTURE(tail);
            CHECK_FALSE(sealer.open(state, token + std::string{tail}, now).has_value());
            CHECK_FALSE(sealer.open(state, std::string{tail} + token, now).has_value());
        }
        CHECK_FALSE(sealer.open(state, token + token, now).has_value());
        CHECK_FALSE(sealer.open(state, token + std::string(1, '\0'), now).has_value());
    }
}

TEST_CASE("a_token_of_one_purpose_does_not_pass_for_another") {
    const token_sealer sealer;
    const auto purposes = {token_purpose::request_state, token_purpose::cursor,
                           token_purpose::task};
    for (const auto sealed_for : purposes)
        for (const auto opened_for : purposes) {
            const std::string token = sealer.seal(sealed_for, "payload", later);
            const auto opened = sealer.open(opened_for, token, now);
            CHECK(opened.has_value() == (sealed_for == opened_for));
        }
}

TEST_CASE("a_token_opens_until_just_before_it_expires") {
    const token_sealer sealer;
    const std::string token = sealer.seal(state, "payload", later);
    CHECK(sealer.open(state, token, later - 1ms).has_value());
    CHECK(sealer.open(state, token, later - 1ns).has_value());
    CHECK(reason_of(sealer.open(state, token, later)) == "expired");
    CHECK(reason_of(sealer.open(state, token, later + 1000h)) == "expired");
    // A clock that was set back does no harm.
    CHECK(sealer.open(state, token, now - 1000h).has_value());
    // Ends of time.
    const auto first = token_sealer::time_point::min();
    const auto last = token_sealer::time_point::max();
    CHECK(sealer.open(state, sealer.seal(state, "x", last), last - 1h).has_value());
    CHECK(sealer.open(state, sealer.seal(state, "x", last), first).has_value());
    CHECK_FALSE(sealer.open(state, sealer.seal(state, "x", first), first).has_value());
    CHECK_FALSE(sealer.open(state, sealer.seal(state, "x", first), now).has_value());
}

TEST_CASE("sealers_with_one_secret_open_each_others_tokens") {
    const token_sealer one{secret};
    const token_sealer restarted{secret};
    CHECK(reason_of(restarted.open(state, one.seal(state, "x", later), now)) == "opened: x");
    CHECK(reason_of(one.open(state, restarted.seal(state, "x", later), now)) == "opened: x");

    const token_sealer other{another_secret};
    CHECK_FALSE(other.open(state, one.seal(state, "x", later), now).has_value());
    const token_sealer random_one;
    const token_sealer random_two;
    CHECK_FALSE(random_two.open(state, random_one.seal(state, "x", later), now).has_value());
}

TEST_CASE("a_stored_token_still_opens_after_an_upgrade") {
    // Sealed by another implementation from the description in the header: what a replica of the
    // version before sent out must open, so this changes only together with the version byte.
    const token_sealer sealer{secret};
    CHECK(reason_of(sealer.open(state,
                                "AbUl9UEAB6EgAAECAwQFBgcICQoLsTas8ikRM"
                                "6Hw5d2bN9FVrKx1Ilxpga6B2oDer35VQ0LN9jw",
                                now)) == "opened: {\"round\":1}");
}

TEST_CASE("keys_change_with_the_hour_in_which_tokens_expire") {
    const token_sealer sealer{secret};
    const auto key_number = [&sealer](token_sealer::time_point expires) {
        const std::string token = sealer.seal(state, "x", expires);
        return decode_base64(token, base64_form::url).value().substr(5, 4);
    };
    CHECK(key_number(now) == key_number(now + 59min));
    CHECK(key_number(now) != key_number(now + token_sealer::key_interval));
    // Tokens of every key open as long as they live.
    for (int hours = 1; hours < 100; ++hours)
        CHECK(sealer.open(state, sealer.seal(state, "x", now + hours * 1h), now).has_value());
}

TEST_CASE("after_a_rotation_tokens_of_the_previous_secret_open_and_older_ones_do_not") {
    token_sealer sealer{secret};
    const std::string oldest = sealer.seal(state, "oldest", later);
    sealer.rotate(another_secret);
    const std::string old = sealer.seal(state, "old", later);
    CHECK(reason_of(sealer.open(state, oldest, now)) == "opened: oldest");
    CHECK_FALSE(token_sealer{secret}.open(state, old, now).has_value());

    sealer.rotate(third_secret);
    CHECK(reason_of(sealer.open(state, old, now)) == "opened: old");
    CHECK(reason_of(sealer.open(state, oldest, now)) == "sealed with a secret that we do not know");
    CHECK(
        token_sealer{third_secret}.open(state, sealer.seal(state, "new", later), now).has_value());

    // The same secret again is no rotation.
    sealer.rotate(third_secret);
    CHECK(reason_of(sealer.open(state, old, now)) == "opened: old");
}

TEST_CASE("secrets_that_are_too_short_are_refused") {
    const std::string_view too_short = secret.substr(0, token_sealer::secret_bytes_min - 1);
    CHECK_THROWS_AS(token_sealer{too_short}, std::invalid_argument);
    token_sealer sealer{secret.substr(0, token_sealer::secret_bytes_min)};
    CHECK_THROWS_AS(sealer.rotate(too_short), std::invalid_argument);
    const std::string token = sealer.seal(state, "x", later);
    CHECK(sealer.open(state, token, now).has_value()); // a refused rotation changes nothing
}

TEST_CASE("payloads_up_to_the_limit_are_sealed_and_larger_tokens_are_not_even_read") {
    const token_sealer sealer;
    const std::string largest(token_sealer::payload_bytes_max, 'x');
    const std::string token = sealer.seal(state, largest, later);
    const auto opened = sealer.open(state, token, now);
    CHECK((opened && *opened == largest));
    CHECK_THROWS_AS(sealer.seal(state, largest + "x", later), std::length_error);
    CHECK(reason_of(sealer.open(state, token + "AAAA", now)) == "longer than any token of ours");
}

} // namespace
} // namespace mcpgw
