// SPDX-License-Identifier: Apache-2.0
// Bodies that come late, in pieces or not at all.
#include "transports/http_request/request_reader.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

using namespace mcpgw::io_test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mib = 1024 * 1024;

/// Of this process, in which the listener runs.
std::size_t resident_bytes() {
    std::ifstream statm{"/proc/self/statm"};
    std::size_t pages_in_all = 0;
    std::size_t pages_resident = 0;
    statm >> pages_in_all >> pages_resident;
    REQUIRE(pages_resident > 0);
    return pages_resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// The head of a request with a body of that length, of which nothing has been sent.
std::string head_with_length(std::size_t bytes) {
    auto request = http_post("").with("Expect", "100-continue");
    request.has_length = false;
    return std::move(request).with("Content-Length", std::to_string(bytes)).head();
}

/// A message of exactly that many bytes, no two parts of which are the same.
std::string message_of(std::size_t bytes) {
    const std::string begin = R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"filler":")";
    const std::string_view end = R"("}})";
    auto text = begin;
    text.reserve(bytes);
    for (std::size_t number = 0; text.size() + end.size() < bytes; ++number)
        text += std::to_string(number) + " ";
    text.resize(bytes - end.size());
    return text.append(end);
}

} // namespace

TEST_CASE("client_in_the_middle_of_a_body_does_not_delay_the_stop") {
    for (const bool in_chunks : {false, true}) {
        mcpgw::client_limits limits;
        limits.stop_grace = std::chrono::hours{1};
        http_world world{http_test_options(), limits};
        auto client = world.connect();
        auto request = http_post("").with("Expect", "100-continue");
        request.has_length = false;
        const auto* const name = in_chunks ? "Transfer-Encoding" : "Content-Length";
        client.send(std::move(request).with(name, in_chunks ? "chunked" : "100").head());
        REQUIRE(client.read_answer().status == 100); // from now on it waits for the body
        REQUIRE(world.stop());
        const auto answer = client.read_answer();
        CHECK(answer.status == 503);
        CHECK(answer.body.find("GATEWAY_STOPPING") != std::string::npos);
    }
}

TEST_CASE("a_body_that_is_announced_and_never_sent_takes_no_memory") {
    constexpr std::size_t announced = 8 * mib;
    constexpr std::size_t clients_max = 64;
    http_world world;
    std::vector<http_client> clients;
    const auto before = resident_bytes();
    for (std::size_t i = 0; i < clients_max; ++i) {
        auto& client = clients.emplace_back(world.connect());
        client.send(head_with_length(announced));
        REQUIRE(client.read_answer().status == 100); // from now on it waits for the body
    }
    world.on_loop([] {});
    const auto after = resident_bytes();
    CHECK(after - std::min(before, after) < clients_max * announced / 8);
    CHECK(world.ask(modern_post("1", "echo")).status == 200);
}

TEST_CASE("a_body_that_comes_in_pieces_arrives_whole") {
    http_world world;
    const auto session = world.open_session();
    auto client = world.connect();
    std::vector<std::string> sent;
    for (const std::size_t bytes : {std::size_t{65'536}, std::size_t{65'537}, 3 * mib})
        for (const std::size_t piece : {std::size_t{30'000}, std::size_t{262'144}, 2 * mib}) {
            INFO(bytes << " bytes in pieces of " << piece);
            sent.push_back(message_of(bytes));
            const auto request = session_post(session, sent.back());
            client.send(request.head() + request.body.substr(0, 1)); // so that it must wait
            for (std::size_t at = 1; at < bytes; at += piece)
                client.send(std::string_view{request.body}.substr(at, piece));
            REQUIRE(client.read_answer().status == 200); // in step, too: the same connection
        }
    const auto texts = world.on_loop([&] { return world.handler.texts(); });
    REQUIRE(texts.size() == sent.size() + 1); // the first one is initialize
    for (std::size_t i = 0; i < sent.size(); ++i) CHECK((texts[i + 1] == sent[i]));
}

TEST_CASE("a_client_that_leaves_in_the_middle_of_a_large_body_harms_nobody") {
    http_world world;
    const auto session = world.open_session();
    const auto request = session_post(session, message_of(2 * mib));
    for (const std::size_t sent : {0UL, 1UL, 65'535UL, 65'536UL, 65'537UL, 131'072UL, 2 * mib - 1})
        for (const bool says_so : {false, true}) {
            auto client = world.connect();
            client.send(request.head() + request.body.substr(0, sent));
            if (!says_so) continue; // it just closes
            client.end_sending();
            CHECK(client.read_answer().status == 400);
        }
    CHECK(world.ask(modern_post("2", "echo")).status == 200);
    CHECK(world.handler.count("request 1 ping") == 0);
}

TEST_CASE("a_large_body_that_stops_half_way_is_refused_with_408") {
    auto options = http_test_options();
    options.body_timeout = 100ms;
    http_world world{options};
    const auto session = world.open_session();
    const auto request = session_post(session, message_of(mib));
    for (const std::size_t sent : {0UL, 65'536UL, 400'000UL, mib - 1}) {
        auto client = world.connect();
        client.send(request.head() + request.body.substr(0, sent));
        const auto answer = client.read_answer();
        CHECK(answer.status == 408);
        CHECK(answer.body.find("REQUEST_TIMEOUT") != std::string::npos);
        CHECK(client.is_closed());
    }
    CHECK(world.handler.count("request 1 ping") == 0);
}

TEST_CASE("requests_with_the_same_head_and_other_lengths_keep_their_own_bodies") {
    http_world world;
    const auto session = world.open_session();
    auto client = world.connect();
    std::vector<std::string> sent;
    std::string all;
    for (const std::size_t bytes : {100U, 101U, 999U, 100U, 1000U, 1001U, 70'000U, 70'001U, 102U}) {
        sent.push_back(message_of(bytes));
        const auto request = session_post(session, sent.back());
        all += request.head() + request.body;
    }
    client.send(all);
    for (std::size_t i = 0; i < sent.size(); ++i) CHECK(client.read_answer().status == 200);
    const auto texts = world.on_loop([&] { return world.handler.texts(); });
    REQUIRE(texts.size() == sent.size() + 1); // the first one is initialize
    for (std::size_t i = 0; i < sent.size(); ++i) CHECK((texts[i + 1] == sent[i]));
}

TEST_CASE("a_head_is_checked_again_when_one_byte_of_it_has_changed") {
    const auto status_of_second = [](std::string_view part, std::string_view other) {
        http_world world;
        const auto session = world.open_session();
        const auto request = session_post(session, message_of(100)).with("X-Note", "12345678");
        auto client = world.connect();
        client.send(request.head() + request.body);
        REQUIRE(client.read_answer().status == 200);
        auto head = request.head();
        const auto at = head.find(part);
        REQUIRE(at != std::string::npos);
        client.send(head.replace(at, part.size(), other) + request.body);
        return client.read_answer().status;
    };
    CHECK(status_of_second("X-Note: 12345678", "X-Note: 12345679") == 200);
    CHECK(status_of_second("X-Note: 12345678", "X-Note: 1234\x01"
                                               "678") == 400);
    CHECK(status_of_second("X-Note: 12345678", "Content-Length:1") == 400);
    CHECK(status_of_second("Content-Length: 100", "Content-Length: 1e0") == 400);
    CHECK(status_of_second("Host: 127.0.0.1", "Host: 126.0.0.1") == 403);
    CHECK(status_of_second("POST /mcp", "POST /mcq") == 404);
}

TEST_CASE("a_body_in_small_packets_without_a_pause_is_late_all_the_same") {
    auto options = http_test_options();
    options.body_timeout = 200ms;
    http_world world{options};
    for (const bool in_chunks : {false, true}) {
        INFO("in chunks: " << in_chunks);
        auto request = http_post("").with("Expect", "100-continue");
        request.has_length = false;
        auto client = world.connect();
        const auto* const name = in_chunks ? "Transfer-Encoding" : "Content-Length";
        const auto value = in_chunks ? std::string{"chunked"} : std::to_string(8 * mib);
        client.send(std::move(request).with(name, value).head() + (in_chunks ? "ffffff\r\n" : ""));
        REQUIRE(client.read_answer().status == 100);
        const auto deadline = mcpgw::clock_type::now() + 20s;
        while (!client.has_bytes() && mcpgw::clock_type::now() < deadline) client.send(" ");
        const auto answer = client.read_answer();
        CHECK(answer.status == 408);
        CHECK(answer.body.find("body_timeout_ms") != std::string::npos);
    }
}

TEST_CASE("a_head_in_small_packets_without_a_pause_is_late_all_the_same") {
    auto options = http_test_options();
    options.header_timeout = 100ms;
    http_world world{options, {.header_bytes_max = 1024 * 1024}};
    auto client = world.connect();
    client.send("POST /mcp HTTP/1.1\r\nX: ");
    const auto deadline = mcpgw::clock_type::now() + 20s;
    while (!client.has_bytes() && mcpgw::clock_type::now() < deadline) client.send("x");
    CHECK(client.read_answer().status == 408);
}

TEST_CASE("bodies_over_the_memory_of_all_clients_are_refused_and_small_ones_pass") {
    http_world world{http_test_options(), {.memory_max = 16 * mib}};
    const auto session = world.open_session();
    const auto large = session_post(session, message_of(6 * mib));
    for (const bool in_chunks : {false, true}) {
        INFO("in chunks: " << in_chunks);
        auto sent = large;
        if (in_chunks) sent = std::move(sent).chunked();
        const auto text = sent.text();
        std::vector<http_client> holders;
        for (int i = 0; i < 2; ++i) {
            holders.push_back(world.connect());
            holders.back().send(std::string_view{text}.substr(0, text.size() - 10));
        }
        REQUIRE(world.waits_until([&] { return world.memory_used() > 11 * mib; }));
        const auto refused = world.ask(sent); // at once, before those have stalled for long
        CHECK(refused.status == 503);
        CHECK(refused.field("retry-after") == "1");
        CHECK(refused.body.find("limits.memory_max") != std::string::npos);
        CHECK(world.ask(modern_post("1", "echo")).status == 200);
        CHECK(world.ask(session_post(session, message_of(100'000))).status == 200);
        for (auto& holder : holders) {
            holder.send(std::string_view{text}.substr(text.size() - 10));
            CHECK(holder.read_answer().status == 200);
        }
        CHECK(world.waits_until([&] { return world.memory_used() == 0; }));
        CHECK(world.ask(sent).status == 200); // there is room again
    }
}

TEST_CASE("the_largest_body_that_has_stopped_coming_ends_first_when_there_is_no_room") {
    http_world world{http_test_options(), {.memory_max = 16 * mib}};
    const auto session = world.open_session();
    const auto begin = [&](std::size_t bytes) {
        auto client = world.connect();
        const auto request = session_post(session, message_of(bytes));
        client.send(request.head() + request.body.substr(0, bytes - 1));
        return client;
    };
    auto large = begin(8 * mib);
    auto small = begin(3 * mib);
    REQUIRE(world.waits_until([&] { return world.memory_used() > 10 * mib; }));
    const auto asked = session_post(session, message_of(6 * mib));
    CHECK(world.waits_until([&] { return world.ask(asked).status == 200; }));
    const auto ended = large.read_answer();
    CHECK(ended.status == 503);
    CHECK(ended.body.find("limits.memory_max") != std::string::npos);
    small.send("}");
    CHECK(small.read_answer().status == 200);
}

TEST_CASE("answers_that_nobody_reads_count_and_the_next_large_one_is_refused") {
    http_world world{http_test_options(), {.memory_max = 24 * mib}};
    std::vector<http_client> stuck;
    for (int i = 0; i < 2; ++i) {
        stuck.push_back(world.connect(16 * 1024));
        stuck.back().send(modern_post("1", "big:12000000"));
        REQUIRE(stuck.back().read_head().status == 200);
    }
    const auto refused = world.ask(modern_post("2", "big:12000000"));
    CHECK(refused.status == 503);
    CHECK(error_name(refused.body) == "SERVER_BUSY");
    CHECK(id_of(refused.body) == "2");
    CHECK(world.ask(modern_post("3", "echo")).status == 200);
    stuck.clear();
    CHECK(world.waits_until([&] { return world.memory_used() == 0; }));
}

TEST_CASE("empty_lines_before_a_request_are_skipped") {
    http_world world;
    const auto request = modern_post("1", "echo").text();
    const std::vector<std::string> before{"",         "\r\n",   "\n",
                                          "\r\n\r\n", "\n\n\n", "\r\n\n\r\n"};
    for (const auto& empty : before)
        for (std::size_t split = 0; split <= empty.size(); ++split) {
            INFO(empty.size() << " bytes before, split at " << split);
            auto client = world.connect();
            for (int i = 0; i < 3; ++i) { // the same head again, too
                client.send(empty.substr(0, split));
                world.on_loop([] {});
                client.send(empty.substr(split) + request);
                CHECK(client.read_answer().status == 200);
            }
        }
    auto pipelined = world.connect();
    pipelined.send("\r\n" + request + "\r\n" + request + "\r\n");
    CHECK(pipelined.read_answer().status == 200);
    CHECK(pipelined.read_answer().status == 200);
    for (const std::string bad : {"\r", " \r\n", "\r\r\n", "x\r\n"}) {
        auto client = world.connect();
        client.send(bad + request);
        CHECK(client.read_answer().status == 400);
    }
}

TEST_CASE("empty_lines_without_end_are_late") {
    auto options = http_test_options();
    options.header_timeout = 100ms;
    http_world world{options};
    auto client = world.connect();
    const auto deadline = mcpgw::clock_type::now() + 20s;
    while (!client.has_bytes() && mcpgw::clock_type::now() < deadline) client.send("\r\n");
    CHECK(client.read_answer().status == 408);
}
