// SPDX-License-Identifier: Apache-2.0
#include "children/process/output_framer.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <string>
#include <vector>

using namespace mcpgw;
namespace json = boost::json;

namespace {

const std::string answer = R"({"jsonrpc":"2.0","id":1,"result":{"a":{"b":1}}})";
const std::string request = R"({"jsonrpc":"2.0","id":2,"method":"ping"})";

struct odd_output {
    std::string text;
    std::vector<std::string> messages;
};

const std::vector<odd_output> odd_outputs{
    // printed over several lines
    {
        "{\n  \"jsonrpc\": \"2.0\",\n  \"id\": 1,\n  "
        "\"result\": {\n    \"a\": {\n      \"b\": 1\n    }\n  }\n}\n",
     {answer}},
    {"\xEF\xBB\xBF{\n\"jsonrpc\": \"2.0\", \"id\": 1,\n\"result\": {\"a\":\n{\"b\": 1}}\n}\n",
        {answer}},
    {"{ \"jsonrpc\": \"2.0\",\n \"id\": 2,\n \"method\": \"ping\"\n}\n", {request}},
    {"{\nno json\n}\n{\n\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"\n}\n", {request}},
    // several on a line, and behind other text
    {answer + request + "\n", {answer, request}},
    {answer + "  " + answer + " done\n", {answer, answer}},
    {"Starting server... " + answer + "\n", {answer}},
    {"[info] {cfg} sent " + answer + "\n", {answer}},
    {"[debug] received " + request + "\n", {}},
    {"{not json} " + request + "\n", {}},
    {"log {\"jsonrpc\":\"2.0\"} and {\"a\":1}\n", {}},
    // with headers
    {"Content-Length: 47\r\n\r\n" + answer, {answer}},
    {"content-length:47\r\nContent-Type: application/vscode-jsonrpc\r\n\r\n" + answer +
         "Content-Length: 40\r\n\r\n" + request,
     {answer, request}},
    {"Content-Length: 47\n\n" + answer + "\nContent-Length: 40\n\n" + request, {answer, request}},
    {"Content-Length: many\r\nContent-Length: 99999999999999999999\nContent-Length: 0\n", {}},
    // nothing
    {"hello\n", {}}, {"}\n", {}}, {"{\n", {}}, {"{{{{{{{{{{{{{{{{{{{{{\n", {}}, {"[1,2]\n", {}},
};

/// As stdio_link does it, with all bytes there.
std::vector<std::string> messages_of(std::string_view text) {
    std::vector<std::string> messages;
    output_framer framer{10'000};
    while (!text.empty()) {
        if (framer.is_framed()) {
            const auto bytes = framer.next_part(text);
            if (bytes == 0) break;
            const auto part = text.substr(0, bytes);
            text.remove_prefix(bytes);
            if (framer.take_part(part)) messages.emplace_back(part);
            continue;
        }
        const auto newline = text.find('\n');
        if (newline == text.npos) break;
        auto line = text.substr(0, newline);
        text.remove_prefix(newline + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        if (scan_envelope(line).has_value()) {
            framer.reset();
            messages.emplace_back(line);
            continue;
        }
        for (const auto& found : framer.on_line(line).messages) messages.emplace_back(found);
    }
    return messages;
}

} // namespace

TEST_CASE("messages_are_found_however_a_server_frames_them") {
    REQUIRE(answer.size() == 47);
    REQUIRE(request.size() == 40);
    const auto& odd = GENERATE(from_range(odd_outputs));
    INFO(odd.text);
    const auto found = messages_of(odd.text);
    REQUIRE(found.size() == odd.messages.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(json::parse(found[i]) == json::parse(odd.messages[i]));
}

TEST_CASE("what_is_printed_over_more_lines_than_a_message_may_have_bytes_is_dropped") {
    output_framer framer{100};
    CHECK(framer.on_line("{").messages.empty());
    CHECK(framer.on_line(std::string(200, ' ')).messages.empty());
    CHECK(framer.on_line("}").messages.empty());
}

TEST_CASE("a_line_that_is_a_message_ends_one_that_was_begun") {
    output_framer framer{1000};
    framer.on_line("{");
    framer.reset();
    CHECK(framer.on_line("Starting " + answer).messages.size() == 1);
}

TEST_CASE("a_spoilt_answer_tells_whose_it_was") {
    CHECK(find_spoilt_id(R"({"jsonrpc":"2.0","id":17,"result":{"a":nan)") == "17");
    CHECK(find_spoilt_id(R"({"id" : "17","result":)") == "17");
    CHECK(find_spoilt_id(R"({"result":1)").empty());
    CHECK(find_spoilt_id(R"(log "id":17)").empty());
    CHECK(find_spoilt_id(R"({"id":)").empty());
}

TEST_CASE("output_is_shown_on_one_line_and_not_whole") {
    CHECK(shown_output("a\tb\x1b[0m\xE9") == "a\\x09b\\x1b[0m\xEF\xBF\xBD");
    CHECK(shown_output(std::string(500, 'x')) == std::string(200, 'x') + "…");
}

TEST_CASE("message_of_a_told_length_that_is_printed_over_several_lines_becomes_one_line") {
    const auto whole = on_one_line(shared_text::copy_of("\n{\"id\":1,\n  \"result\":{}}\r\n"));
    CHECK(std::string_view{whole}.find('\n') == std::string_view::npos);
    CHECK(minify_json(whole) == R"({"id":1,"result":{}})");
    CHECK(std::string_view{on_one_line(shared_text::copy_of("{}"))} == "{}");
}
