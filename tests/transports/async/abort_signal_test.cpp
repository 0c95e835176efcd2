// SPDX-License-Identifier: Apache-2.0
#include "transports/async/abort_signal.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using mcpgw::abort_signal;
using mcpgw::errc;
using mcpgw::fault;

TEST_CASE("abort_tells_the_listener_once_and_keeps_the_first_reason") {
    abort_signal signal;
    int told = 0;
    const abort_signal::listener listener{signal, [&] {
                                              ++told;
                                          }};
    CHECK_FALSE(signal.reason().has_value());
    signal.abort({errc::call_cancelled, "first"});
    signal.abort({errc::gateway_stopping, "second"});
    CHECK(told == 1);
    CHECK(signal.reason()->code == errc::call_cancelled);
    CHECK(signal.reason()->detail == "first");
}

TEST_CASE("listening_to_an_aborted_signal_tells_at_once") {
    abort_signal signal;
    signal.abort(errc::call_cancelled);
    int told = 0;
    const abort_signal::listener listener{signal, [&] {
                                              ++told;
                                          }};
    CHECK(told == 1);
}

TEST_CASE("a_listener_out_of_scope_is_not_told") {
    abort_signal signal;
    int told = 0;
    {
        const abort_signal::listener listener{signal, [&] {
                                                  ++told;
                                              }};
    }
    signal.abort(errc::call_cancelled);
    CHECK(told == 0);
}

TEST_CASE("an_inner_listener_takes_over_and_gives_back") {
    abort_signal signal;
    std::string told;
    const abort_signal::listener outer{signal, [&] {
                                           told += "outer ";
                                       }};
    {
        const abort_signal::listener inner{signal, [&] {
                                               told += "inner ";
                                           }};
    }
    signal.abort(errc::call_cancelled);
    CHECK(told == "outer ");

    abort_signal other;
    const abort_signal::listener first{other, [&] {
                                           told += "first ";
                                       }};
    const abort_signal::listener second{other, [&] {
                                            told += "second ";
                                        }};
    other.abort(errc::call_cancelled);
    CHECK(told == "outer second ");
}

TEST_CASE("a_listener_may_abort_again_while_it_is_told") {
    abort_signal signal;
    int told = 0;
    const abort_signal::listener listener{signal, [&] {
                                              ++told;
                                              signal.abort(errc::gateway_stopping);
                                          }};
    signal.abort(errc::call_cancelled);
    CHECK(told == 1);
    CHECK(signal.reason()->code == errc::call_cancelled);
}
