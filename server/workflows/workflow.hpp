// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/expressions/expression.hpp"
#include "server/expressions/value_template.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What workflows may be. Over a limit one is refused.
struct workflow_limits {
    std::size_t steps_max = 1'000;  ///< with those of fallback and on_abort
    std::size_t depth_max = 5;      ///< of workflows in workflows
    std::size_t parallel_max = 64;  ///< what `max_parallel` may say
    std::size_t items_max = 10'000; ///< what `max_items` may say
    std::size_t calls_max = 20'000; ///< of one run, with those of its workflows
    std::chrono::milliseconds timeout_max{24LL * 60 * 60 * 1000};
};

/// What becomes of the others when a step fails.
enum class step_failure : std::uint8_t {
    abort,   ///< the workflow fails
    go_on,   ///< they go on; what needs its result sees `default`, or that it is missing
    instead, ///< its `fallback` steps are run, and it is as the last of them
};

struct workflow_step {
    std::string id;
    std::string server; ///< empty: `tool` is a public name
    std::string tool;
    std::string workflow; ///< the name of another, in place of a tool
    value_template arguments;
    std::vector<std::size_t> after; ///< the steps that it waits for, in order
    std::optional<expression> when; ///< false: it is skipped

    /// Once for each entry of a list.
    struct repetition {
        value_template collection;
        std::size_t parallel_max = 4;
        std::size_t items_max = 100;
    };
    std::optional<repetition> for_each;

    struct repeated_tries {
        std::size_t times = 0;                ///< after the first
        std::chrono::milliseconds delay{500}; ///< before the first of them; doubled each time
    };
    repeated_tries retry;
    std::chrono::milliseconds timeout{0}; ///< of one try; zero: as long as the server's limits say
    step_failure on_error = step_failure::abort;
    std::vector<workflow_step> fallback;
    std::optional<value_template> otherwise; ///< `default`: its output where it has none

    /// The client is asked, in place of a tool.
    struct question {
        std::string method; ///< elicitation/create or sampling/createMessage
        value_template params;
        bool may_decline = false; ///< else that aborts the workflow
    };
    std::optional<question> ask;
    std::optional<value_template> output; ///< in place of what the tool said, called `output` there
};

/// Some calls of tools, in an order that follows from what they need of each other, as one. Plain
/// data, immutable while it runs.
struct workflow {
    std::string name;
    std::string title;
    std::string description;
    boost::json::object parameters; ///< JSON Schema
    std::vector<workflow_step> steps;
    std::vector<workflow_step> on_abort;  ///< one after another, when it has failed
    std::optional<value_template> output; ///< else the outputs of the steps by their ids
    boost::json::object output_schema;
    std::optional<bool> read_only, destructive, idempotent, open_world;
    std::chrono::milliseconds timeout{30LL * 60 * 1000};
    std::size_t parallel_max = 8;
    bool is_enabled = true;
    /// What it was read from, without its name: two of the same source are the same.
    boost::json::object source;
    /// Lines of its file, by places in it such as "steps[2].when". Empty: it is not from a file.
    std::map<std::string, std::size_t, std::less<>> lines;

    [[nodiscard]] const workflow_step* find_step(std::string_view id) const;
};

/// Something wrong with one, at a place such as "steps[2].when".
struct workflow_problem {
    std::string place;
    std::string message;
    std::string hint{};
    bool is_warning = false;
};

} // namespace mcpgw
