// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_row.hpp"

#include "children/child_options.hpp"

#include <array>

namespace mcpgw {

namespace {

using enum key_effect;

template <auto... path>
constexpr config_place in_restart = place_in<&child_options::restart, path...>();
template <auto... path>
constexpr config_place in_health = place_in<&child_options::health, path...>();
template <auto... path>
constexpr config_place in_retry = place_in<&child_options::retry, path...>();
template <auto... path>
constexpr config_place in_breaker = place_in<&child_options::breaker, path...>();

constexpr std::array restart{
    key("base", in_restart<&restart_options::base>, at_once,
        "Longest pause after the first failure; doubles with each in a row.",
        range{0.001, day_seconds}, in_status),
    key("max", in_restart<&restart_options::max>, at_once, "Longest pause at all.",
        range{0.001, day_seconds}, in_status),
    key("jitter", in_restart<&restart_options::jitter>, at_once,
        "Share of each pause that is random.", range{0, 1}),
    key("stable_after", in_restart<&restart_options::stable_after>, at_once,
        "After a life of this length the pauses begin anew.", range{0.001, day_seconds}),
    key("restarts_max", in_restart<&restart_options::restarts_max>, at_once,
        "Failures within window after which it is given up and tried at slow_retry only, until it "
        "is stable. 0: never.",
        range{0, 1000}, in_status),
    key("window", in_restart<&restart_options::window>, at_once, "For restarts_max.",
        range{0.001, 30 * day_seconds}, in_status),
    key("slow_retry", in_restart<&restart_options::slow_retry>, at_once,
        "Pause of a child that was given up.", range{0.001, 30 * day_seconds}),
    key("calls", in_restart<&restart_options::calls>, new_calls,
        "What a call does during a pause. wait: it waits. fail: it fails at once and says when to "
        "come back. auto: it waits out a pause of at most base."),
};

constexpr std::array health{
    key("interval", in_health<&health_options::interval>, at_once,
        "Silence after which a process is asked for a sign of life. 0: never.",
        range{0, day_seconds}, in_status),
    key("timeout", in_health<&health_options::timeout>, at_once, "For its answer.",
        range{0.001, 3600}, in_status),
    key("misses_max", in_health<&health_options::misses_max>, at_once,
        "Answers missing in a row after which it counts as unhealthy and is replaced.",
        range{1, 1000}, in_status),
};

constexpr std::array retry{
    key("attempts", in_retry<&retry_options::attempts>, new_calls, "Attempts in all; 1: no retry.",
        range{1, 100}, in_status),
    key("base", in_retry<&retry_options::base>, new_calls, "Pause before the second attempt.",
        range{0, 3600}),
    key("factor", in_retry<&retry_options::factor>, new_calls,
        "By which each further pause is longer.", range{1, 100}),
    key("max", in_retry<&retry_options::max>, new_calls, "Longest pause.", range{0, 3600}),
    key("jitter", in_retry<&retry_options::jitter>, new_calls,
        "Share of each pause that is random.", range{0, 1}),
    key("budget", in_retry<&retry_options::budget>, new_calls,
        "Retries per call that the child gets on average, so that a bad day does not become a "
        "storm; 0: none.",
        range{0, 10}),
    key("codes", in_retry<&retry_options::codes>, new_calls,
        "Failures after which a call is tried again."),
    key("tools", in_retry<&retry_options::tools>, new_calls,
        "Tools that may be called twice although they do not say so (readOnlyHint, "
        "idempotentHint). \"*\": all of them."),
};

constexpr std::array breaker{
    key("threshold", in_breaker<&breaker_options::threshold>, at_once,
        "Failures in a row that open the breaker; 0: there is none.", range{0, 10'000}, in_status),
    key("failure_rate", in_breaker<&breaker_options::failure_rate>, at_once,
        "Share of failures among the last calls that opens it too; 0: only the row counts.",
        range{0, 1}),
    key("window", in_breaker<&breaker_options::window>, at_once,
        "Calls that this share is taken of.", range{1, 10'000}),
    key("timeout", in_breaker<&breaker_options::timeout>, at_once,
        "How long it stays open before one call is let through as a trial.",
        range{0.001, day_seconds}, in_status),
};

constexpr std::array tables{
    row_table{"children.restart", restart},
    row_table{"children.health", health},
    row_table{"children.retry", retry},
    row_table{"children.breaker", breaker},
};

} // namespace

std::span<const row_table> care_rows() {
    return tables;
}

} // namespace mcpgw
