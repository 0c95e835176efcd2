// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/message_repair.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <string>
#include <vector>

using namespace mcpgw;
namespace json = boost::json;

namespace {

struct odd_message {
    std::string sent;
    std::string means; ///< empty: refused
    message_origin from = message_origin::server;
};

std::string result_of(std::string_view result) {
    return R"({"jsonrpc":"2.0","id":1,"result":)" + std::string{result} + "}";
}
std::string request_of(std::string_view members) {
    return R"({"jsonrpc":"2.0","id":1,)" + std::string{members} + "}";
}

// clang-format off
const std::vector<odd_message> odd_messages{
    // numbers of programs that know no whole ones
    {R"({"jsonrpc":"2.0","id":131072.0,"result":{}})",
        R"({"jsonrpc":"2.0","id":131072,"result":{}})"},
    {R"({"jsonrpc":"2.0","id":1.31072e5,"result":{}})",
        R"({"jsonrpc":"2.0","id":131072,"result":{}})"},
    {R"({"jsonrpc":"2.0","id":1.5,"result":{}})", ""},
    // escapes mean what JSON says
    {request_of(R"("method":"tools\/list","params":{})"), request_of(
        R"("method":"tools/list","params":{})"), message_origin::client},
    {request_of(R"("method":"tools\u002flist")"), request_of(R"("method":"tools/list")"),
        message_origin::client},
    {R"({"jsonrpc":"2.0","\u0069d":1,"method":"ping"})", request_of(R"("method":"ping")"),
        message_origin::client},
    {R"({"jsonrpc":"2\u002e0","id":1,"method":"ping"})", request_of(R"("method":"ping")"),
        message_origin::client},
    {request_of(R"("method":"tools/call","params":{"n\u0061me":"a","arguments":{}})"), request_of(
        R"("method":"tools/call","params":{"name":"a","arguments":{}})"), message_origin::client},
    {request_of(R"("method":"tools/call","params":{"_met\u0061":{"progressToken":1}})"), request_of(
        R"("method":"tools/call","params":{"_meta":{"progressToken":1}})"), message_origin::client},
    {R"({"jsonrpc":"2.0","id":"a\/b","method":"ping"})",
        R"({"jsonrpc":"2.0","id":"a/b","method":"ping"})", message_origin::client},
    {
        R"({"jsonrpc":"2.0","method":"notifications\/cancelled","params":{"requestId":")"
        R"(a\/b"}})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a)"
        R"(/b"}})", message_origin::client},
    {result_of(R"({"structured\u0043ontent":{"a":null},"content":[]})"), result_of(
        R"({"structuredContent":{"a":null},"content":[]})")},
    // two names for one member stay refused
    {R"({"jsonrpc":"2.0","id":1,"\u0069d":2,"method":"ping"})", "", message_origin::client},
    {request_of(R"("method":"tools/call","params":{"name":"a","n\u0061me":"b"})"), "",
        message_origin::client},
    {request_of(R"("method":"ping","meth\u006fd":"tools/list")"), "", message_origin::client},
    // null counts as absent
    {request_of(R"("method":"tools/list","params":null)"), request_of(R"("method":"tools/list")"),
        message_origin::client},
    {request_of(R"("method":"tools/list","params":{"cursor":null})"), request_of(
        R"("method":"tools/list","params":{})"), message_origin::client},
    {request_of(R"("method":"tools/list","params":{"_meta":null})"), request_of(
        R"("method":"tools/list","params":{})"), message_origin::client},
    {request_of(R"("method":"tools/call","params":{"name":"a","arguments":null})"), request_of(
        R"("method":"tools/call","params":{"name":"a"})"), message_origin::client},
    {request_of(R"("method":"tools/call","params":{"name":"a","arguments":{"b":null}})"),
        request_of(R"("method":"tools/call","params":{"name":"a","arguments":{"b":null}})"),
        message_origin::client},
    {request_of(R"("method":"ping","params":{"_meta":{"progressToken":null,"mine":null}})"),
        request_of(R"("method":"ping","params":{"_meta":{"mine":null}})"), message_origin::client},
    {R"({"jsonrpc":"2.0","id":null,"method":"notifications/initialized"})",
        R"({"jsonrpc":"2.0","method":"notifications/initialized"})", message_origin::client},
    {R"({"jsonrpc":"2.0","id":1,"result":{},"error":null})", result_of("{}")},
    {R"({"jsonrpc":"2.0","id":1,"result":null,"error":{"code":-1,"message":"no"}})", request_of(
        R"("error":{"code":-1,"message":"no"})")},
    {R"({"jsonrpc":"2.0","id":1,"method":null,"params":null,"result":{}})", result_of("{}")},
    {result_of(R"({"content":[],"_meta":null,"isError":null,"nextCursor":null})"), result_of(
        R"({"content":[]})")},
    {result_of(R"({"content":[{"type":"text","text":"a","annotations":null,"_meta":null}]})"),
        result_of(R"({"content":[{"type":"text","text":"a"}]})")},
    {result_of(
        R"({"tools":[{"name":"a","inputSchema":{"type":"object","default":null},"descri)"
        R"(ption":null}]})"), result_of(
        R"({"tools":[{"name":"a","inputSchema":{"type":"object","default":null}}]})")},
    {result_of(R"({"prompts":[{"name":"a","arguments":[{"name":"b","description":null}]}]})"),
        result_of(R"({"prompts":[{"name":"a","arguments":[{"name":"b"}]}]})")},
    {result_of(R"({"task":{"taskId":"a","ttl":null,"pollInterval":null}})"), result_of(
        R"({"task":{"taskId":"a","ttl":null}})")},
    {result_of(R"({"structuredContent":{"a":null,"b":[null]},"content":[]})"), result_of(
        R"({"structuredContent":{"a":null,"b":[null]},"content":[]})")},
    {result_of(R"({"action":"accept","content":{"name":null}})"), result_of(
        R"({"action":"accept","content":{"name":null}})"), message_origin::client},
    {
        R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info",")"
        R"(data":null,"logger":null}})",
        R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info",")"
        R"(data":null}})"},
    {result_of("null"), result_of("null")}, // an answer of a kind: who waits has to hear of it
    // errors are objects with a code and a message
    {request_of(R"("error":"it broke")"), request_of(
        R"("error":{"code":-32603,"message":"it broke"})")},
    {request_of(R"("error":{"code":"E1","message":"no"})"), request_of(
        R"("error":{"code":-32603,"message":"no"})")},
    {request_of(R"("error":{"message":"no","data":{"a":1}})"), request_of(
        R"("error":{"code":-32603,"message":"no","data":{"a":1}})")},
    {request_of(R"("error":{"code":-1})"), request_of(
        R"("error":{"code":-1,"message":"no message"})")},
    {request_of(R"("error":{"code":1.5,"message":null})"), request_of(
        R"("error":{"code":-32603,"message":"no message"})")},
    {request_of(R"("error":{"code":-1,"message":{"why":1}})"), request_of(
        R"("error":{"code":-1,"message":"{\"why\":1}"})")},
    {request_of(R"("error":[1])"), request_of(R"("error":{"code":-32603,"message":"[1]"})")},
    {R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}})",
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}})"},
    // bytes, of servers only
    {"\xEF\xBB\xBF" + result_of("{}"), result_of("{}")},
    {"\xEF\xBB\xBF" + request_of(R"("method":"ping")"), "", message_origin::client},
    {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", "", message_origin::client},
    {result_of(R"({"structuredContent":{"mean":NaN,"max":Infinity,"min":-Infinity}})"), result_of(
        R"({"structuredContent":{"mean":null,"max":null,"min":null}})")},
    {result_of(R"({"content":[{"type":"text","text":"NaN \ud83d x"}]})"), result_of(
        R"({"content":[{"type":"text","text":"NaN \ufffd x"}]})")},
    {result_of(R"({"content":[{"type":"text","text":"\udE00\ud83d\ude00"}]})"), result_of(
        R"({"content":[{"type":"text","text":"\ufffd\ud83d\ude00"}]})")},
    {result_of("{\"content\":[{\"type\":\"text\",\"text\":\"caf\xE9\"}]}"), result_of(
        "{\"content\":[{\"type\":\"text\",\"text\":\"caf\\ufffd\"}]}")},
    {result_of("{\"content\":[{\"type\":\"text\",\"text\":\"a\tb\x01\"}]}"), result_of(
        R"({"content":[{"type":"text","text":"a\tb\u0001"}]})")},
    {result_of("{\"a\":\"x\tb\"}"), "", message_origin::client},
    {result_of(R"({"a":NaN})"), "", message_origin::client},
    // beyond repair
    {"", ""}, {"null", ""}, {"Server started on port 1", ""}, {"{", ""}, {R"({"a":1)", ""},
    {result_of("{\"a\":undefined}"), ""}, {result_of("{'a':1}"), ""}, {result_of("{\"a\":1,}"), ""},
    {R"({"jsonrpc":"2.0","id":1})", ""}, 
    // what has the members of an answer alone is one; a line of a log is not
    {R"({"id":1,"result":{}})", result_of("{}")},
    {R"({"jsonrpc":2.0,"id":1,"result":{}})", result_of("{}")},
    {R"({"jsonrpc":null,"id":1,"error":{"code":-1,"message":"no"}})",
        request_of(R"("error":{"code":-1,"message":"no"})")},
    {R"({"id":1,"result":{}})", "", message_origin::client},
    {R"({"id":1,"error":{"code":-1,"message":"no"},"level":"warn"})", ""},
    // parameters and metadata that are no objects are of no use
    {result_of(R"({"a":1,"_meta":7})"), result_of(R"({"a":1})")},
    {request_of(R"("method":"ping","params":{"_meta":[],"a":1})"),
        request_of(R"("method":"ping","params":{"a":1})")},
    {request_of(R"("method":"ping","params":"x")"), request_of(R"("method":"ping")")},
    {request_of(R"("method":"ping","params":{"_meta":[]})"), "", message_origin::client},
    // codes that no reader takes
    {request_of(R"("error":{"code":123456789012345678901,"message":"a"})"),
        request_of(R"("error":{"code":-32603,"message":"a"})")},
    {request_of(R"("error":{"code":1.5,"message":"a"})"),
        request_of(R"("error":{"code":-32603,"message":"a"})")},
    {R"({"jsonrpc":"2.0","id":{},"result":{}})", ""}, {R"({"jsonrpc":"2.0","id":1,"method":5})",
        ""},
    {R"({"jsonrpc":"2.0","id":1,"method":"a","params":[1]})", "", message_origin::client},
};
// clang-format on

} // namespace

TEST_CASE("an_odd_message_means_what_its_sender_meant_or_is_refused") {
    const auto& odd = GENERATE(from_range(odd_messages));
    INFO(odd.sent);
    shared_text text{odd.sent};
    const auto scanned = scan_message(text, {}, nullptr, odd.from);
    REQUIRE(scanned.has_value() == !odd.means.empty());
    if (!scanned) {
        CHECK(text == odd.sent);
        return;
    }
    CHECK(json::parse(std::string_view{text}) == json::parse(odd.means));
    const auto again = scan_envelope(text);
    REQUIRE(again.has_value());
    CHECK(*again == *scanned);
}

TEST_CASE("a_message_as_it_should_be_is_the_same_text_afterwards") {
    const std::string plain = request_of(R"("method":"tools/call","params":{"name":"a\/b"})");
    shared_text text{plain};
    const char* const before = text.view().data();
    REQUIRE(scan_message(text, {}, nullptr, message_origin::client).has_value());
    CHECK(text.view().data() == before);
}

TEST_CASE("the_meta_of_the_message_before_hides_no_null") {
    meta_cache known;
    const std::string sent =
        R"({"jsonrpc":"2.0","id":1,"result":{"_meta":{"progressToken":null},"content":[]}})";
    for (int i = 0; i < 2; ++i) {
        shared_text text{sent};
        REQUIRE(scan_message(text, {}, &known, message_origin::server).has_value());
        CHECK(text.view().find("null") == std::string_view::npos);
    }
}
