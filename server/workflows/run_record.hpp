// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "server/workflows/workflow.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpgw {

/// One entry of a for_each: what `item` and `index` are.
struct list_entry {
    const boost::json::value& item;
    boost::json::value index;
    std::size_t number;
};

/// What the steps of one run have come to, as the expressions of the later ones see it. Pure.
class run_record {
public:
    explicit run_record(boost::json::value params) : params_(std::move(params)) {}

    /// Views the record, and the entry.
    [[nodiscard]] expression_scope scope(const list_entry* entry = nullptr) const;
    void note(const workflow_step& step, std::string_view status, boost::json::value output);
    void note_error(const workflow_step& step, std::string_view status, const fault& why);
    void note_reason(const workflow_step& step, const fault& why);
    void note_output(const workflow_step& step, boost::json::value output);
    void note_result(const workflow_step& step, const boost::json::value& whole);

    /// What `when` says now.
    [[nodiscard]] result<bool> is_wanted(const workflow_step& step, const list_entry* entry) const;
    /// What `output` of a step makes of what its tool said; `whole`: the result that had it.
    [[nodiscard]] result<boost::json::value> shaped(const workflow_step& step,
                                                    const list_entry* entry,
                                                    boost::json::value output,
                                                    const boost::json::value& whole) const;
    /// Null where a step has no `default`, or one without a value.
    [[nodiscard]] boost::json::value default_of(const workflow_step& step) const;

    /// What the workflow as a whole gives.
    [[nodiscard]] result<boost::json::value> output_of(const workflow& flow) const;
    /// By id: {"status", "output" | "error"}.
    [[nodiscard]] boost::json::object report_on(const workflow& flow) const;

private:
    boost::json::value params_;
    // Maps by the ids of steps.
    boost::json::value outputs_ = boost::json::object{};
    boost::json::value statuses_ = boost::json::object{};
    boost::json::value errors_ = boost::json::object{};
    boost::json::value results_ = boost::json::object{};
};

/// An expression that has no value, and where it stands.
fault wrong_expression(std::string_view what, std::string_view text);
/// The same fault, of that step.
fault failed_in(std::string_view step, fault why);
/// A second attempt may come to something else.
bool may_be_tried_again(const fault& why);

} // namespace mcpgw
