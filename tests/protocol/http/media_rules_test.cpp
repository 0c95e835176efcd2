// SPDX-License-Identifier: Apache-2.0
// The second part of http_rules. Sources: media_rules.cpp.
#include "protocol/http/http_rules.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {
namespace {

request_head make_post(std::vector<header_field> fields) {
    return {.method = "POST", .target = "/mcp", .version = 11, .fields = std::move(fields)};
}

template <class Value>
bool is_code(const result<Value>& checked, errc code) {
    return checked.has_error() && checked.error().code == code;
}

bool is_accepted(std::vector<header_field> accept) {
    accept.push_back({"Content-Type", "application/json"});
    const auto checked = check_post(make_post(std::move(accept)));
    if (checked) return true;
    REQUIRE(checked.error().code == errc::not_acceptable);
    return false;
}

TEST_CASE("a_post_carries_json") {
    for (const std::string_view type :
         {"application/json", "Application/JSON", "application/json; charset=utf-8",
          "application/json;charset=\"a;b\"", " application/json ;", "", "application/json-rpc",
          "application/x-json", "text/json", "application/mcp+json"}) {
        CAPTURE(type);
        CHECK(check_post(make_post({{"content-type", type}})).has_value());
    }
    for (const std::string_view type :
         {"text/plain", "application/jsonx", "+json", "application/json, text/plain",
          "text/plain; application/json", "json", "multipart/form-data", ";application/json",
          "application / json"}) {
        CAPTURE(type);
        CHECK(
            is_code(check_post(make_post({{"Content-Type", type}})), errc::unsupported_media_type));
    }
    CHECK(check_post(make_post({})).has_value());
}

TEST_CASE("accept_admits_both_forms_of_a_reply") {
    CHECK(is_accepted({}));
    for (const std::string_view accept :
         {"application/json, text/event-stream", "text/event-stream,application/json",
          "APPLICATION/JSON , Text/Event-Stream", "*/*", "application/*, text/*",
          "application/json;q=0.5, text/event-stream;q=0.001", "application/json, */*;q=0.1",
          "text/html, image/gif, *; q=.2, */*; q=.2", ",, application/json ,,text/event-stream,",
          "application/json;x=\"a,b;q=0\", text/event-stream", "*/*;q=0, application/*, text/*",
          "text/*;q=0, text/event-stream, application/json;q=1.000",
          "application/json;Q=0.0, application/json, text/event-stream",
          "application/json ; version=1 ; q=1, text/event-stream"}) {
        CAPTURE(accept);
        CHECK(is_accepted({{"Accept", accept}}));
    }
    CHECK(is_accepted({{"Accept", "application/json"}, {"accept", "text/event-stream"}}));
}

TEST_CASE("accept_that_excludes_one_form_asks_for_the_other") {
    const auto form_of = [](std::string_view accept) {
        const auto checked =
            check_post(make_post({{"Content-Type", "application/json"}, {"Accept", accept}}));
        REQUIRE(checked.has_value());
        return *checked;
    };
    for (const std::string_view accept :
         {"application/json", "application/*", "application/json, text/event-stream;q=0",
          "*/*, text/event-stream;q=0", "*/*, text/*;Q=0",
          "application/json, \"text/event-stream\"", "application/json, \"x, text/event-stream"}) {
        CAPTURE(accept);
        CHECK(form_of(accept) == reply_form::json);
    }
    for (const std::string_view accept :
         {"text/event-stream", "text/*", "application/json;q=0.000, text/event-stream",
          "application/json;q=0, application/*, */*", "application/jsonx, text/event-stream"}) {
        CAPTURE(accept);
        CHECK(form_of(accept) == reply_form::events);
    }
    // A weight that is none excludes nothing; an empty field says nothing.
    for (const std::string_view accept :
         {"", ",", "*", "application/json, text/event-stream;q=x",
          "application/json, text/event-stream;q=2", "application/json, text/event-stream;q=-1",
          "application/json, text/event-stream;q=", "application/json;q=., text/event-stream"}) {
        CAPTURE(accept);
        CHECK(form_of(accept) == reply_form::either);
    }
    for (const std::string_view accept :
         {"text/html", "*/*;q=0", "*/json, */event-stream", "application/json text/event-stream"}) {
        CAPTURE(accept);
        CHECK_FALSE(is_accepted({{"Accept", accept}}));
    }
}

TEST_CASE("a_get_for_a_stream_accepts_events") {
    CHECK(check_get_stream(make_post({})).has_value());
    CHECK(check_get_stream(make_post({{"Accept", "text/event-stream"}})).has_value());
    CHECK(check_get_stream(make_post({{"Accept", "text/*"}})).has_value());
    CHECK(is_code(check_get_stream(make_post({{"Accept", "application/json"}})),
                  errc::not_acceptable));
    CHECK(is_code(check_get_stream(make_post({{"Accept", "*/*, text/event-stream; q=0"}})),
                  errc::not_acceptable));
}

TEST_CASE("a_page_is_wanted_by_those_that_name_it") {
    for (const std::string_view accept :
         {"text/html", "TEXT/HTML;q=0.9, */*;q=0.1", "application/xml, text/html"})
        CHECK(wants_page(make_post({{"Accept", accept}})));
    for (const std::string_view accept :
         {"*/*", "text/*", "text/event-stream", "text/html;q=0", ""})
        CHECK_FALSE(wants_page(make_post({{"Accept", accept}})));
    CHECK_FALSE(wants_page(make_post({})));
}

} // namespace
} // namespace mcpgw
