// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/workflow.hpp"
#include "server/workflows/workflow_keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// The steps of one workflow, as JSON says them; what is wrong is told.
class step_reader {
public:
    step_reader(const workflow_limits& limits, workflow_problems& problems)
        : limits_(limits), problems_(problems) {}

    /// `prefix`: of the ids of steps that say none; empty: "step".
    std::vector<workflow_step> read(const boost::json::array& list, const std::string& place,
                                    std::string_view prefix);
    /// Fills workflow_step::after from depends_on and from what expressions refer to. False: no
    /// step says anything of the kind, nor has an id of its own.
    bool find_needs(std::vector<workflow_step>& steps, const std::string& place);
    /// Whether expressions know their names; `properties`: of the parameters, or null.
    void check_names(const workflow_step& step, const std::string& place,
                     const std::vector<workflow_step>& steps,
                     const boost::json::object* properties);
    void check_output(const value_template& output, const std::vector<workflow_step>& steps,
                      const boost::json::object* properties);

private:
    workflow_step read_one(const boost::json::object& source, const std::string& place,
                           std::string id, bool is_nested);
    void read_target(const workflow_table& table, workflow_step& step);
    void read_repetition(const workflow_table& table, workflow_step& step);
    void read_failure(const workflow_table& table, workflow_step& step, bool is_nested);
    void read_retry(const workflow_table& table, workflow_step& step);
    void read_question(const workflow_table& table, workflow_step& step);
    void check_one(const expression& says, const std::string& place,
                   std::span<const std::string_view> known, const std::vector<workflow_step>& steps,
                   const boost::json::object* properties);

    const workflow_limits& limits_;
    workflow_problems& problems_;
    std::set<std::string, std::less<>> ids_;
    std::set<std::string, std::less<>> inner_ids_; ///< of fallback steps
    std::vector<std::vector<std::string>> wanted_; ///< depends_on, by step
    bool has_own_ids_ = false;
    std::size_t count_ = 0;
};

/// All expressions of a step, also of its fallback steps, with their places.
struct step_expression {
    std::string place; ///< "when", "arguments.path"
    const expression* says;
    bool is_of_output = false;
    bool is_of_item = false; ///< may use item and index
};
std::vector<step_expression> expressions_of(const workflow_step& step);

} // namespace mcpgw
