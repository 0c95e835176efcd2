#include "transports/body_room.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

using mcpgw::body_first_bytes;
using mcpgw::body_step_bytes;
using mcpgw::make_room;

namespace {

constexpr std::size_t kib = 1024;

char byte_at(std::size_t place) {
    return static_cast<char>(place % 251);
}

/// As much has come of the body.
std::string first_of_body(std::size_t bytes) {
    std::string body(bytes, '\0');
    for (std::size_t place = 0; place < bytes; ++place) body[place] = byte_at(place);
    return body;
}

} // namespace

TEST_CASE("the_room_of_a_body_follows_what_has_come_of_it") {
    struct one_step {
        std::size_t come;
        std::size_t told;
        std::size_t room;
        std::size_t memory; ///< of the whole body, at most
    };
    constexpr std::size_t large = 8192 * kib;
    const one_step steps[] = {
        {0, 1000, 1000, 1000},
        {0, 64 * kib, 64 * kib, 64 * kib},
        {0, 64 * kib + 1, 64 * kib, 64 * kib},
        {0, large, 64 * kib, 64 * kib}, // announced, and nothing came
        {64 * kib, 64 * kib + 1, 1, 64 * kib + 1},
        {64 * kib, large, 64 * kib, 128 * kib},
        {128 * kib, large, 128 * kib, 256 * kib},
        {256 * kib, large, 256 * kib, 512 * kib},
        {512 * kib, large, 256 * kib, 1024 * kib}, // steps stay small where memory doubles
        {512 * kib, 600 * kib, 88 * kib, 600 * kib},
        {large - 1, large, 1, large},
        {large, large, 0, large},
    };
    for (const auto& [come, told, room, memory] : steps) {
        INFO(come << " of " << told);
        auto body = first_of_body(come);
        body.shrink_to_fit();
        const auto next = make_room(body, told);
        CHECK(next.size() == room);
        CHECK(body.size() == come + room);
        CHECK(body.capacity() <= memory);
        CHECK((next.empty() || next.data() == body.data() + come));
        CHECK(std::string_view{body}.substr(0, come) == first_of_body(come));
    }
}

TEST_CASE("a_body_that_comes_in_steps_arrives_whole_and_is_moved_a_few_times_only") {
    for (const std::size_t told :
         {std::size_t{0}, std::size_t{1}, 100 * kib, 1000 * kib + 7, 4096 * kib, 16384 * kib}) {
        INFO(told);
        std::string body;
        std::size_t moved = 0; // bytes
        for (;;) {
            const auto come = body.size();
            const auto* const place = body.data();
            const auto room = make_room(body, told);
            if (room.empty()) break;
            REQUIRE(room.size() <= body_step_bytes);
            if (body.data() != place) moved += come;
            REQUIRE(body.capacity() <= std::max({2 * come, body_first_bytes}));
            for (std::size_t i = 0; i < room.size(); ++i) room[i] = byte_at(come + i);
        }
        CHECK(body == first_of_body(told));
        CHECK(body.capacity() <= std::max(told, std::string{}.capacity()));
        CHECK(moved <= told); // each byte once, on average
    }
}
