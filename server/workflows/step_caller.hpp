// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/workflow.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/async/asio.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// One call that a step makes.
struct step_call {
    std::string step;   ///< for messages: "search", "outer/search", "search[3]"
    std::string server; ///< empty: `tool` is a public name
    std::string tool;
    boost::json::object arguments;
    std::chrono::milliseconds timeout{0}; ///< zero: as long as the server's limits say
    /// How far the call is: 0 to 1, less than 0 where it does not say; and what it says. May be
    /// called until the call has ended.
    std::function<void(double part, std::string_view message)> on_progress;
};

/// What a running workflow needs of the world: all its calls, questions and waits. Whoever
/// implements it calls as the client that runs the workflow.
class step_caller {
public:
    /// The result of tools/call, or why there is none. Ends soon after `abort`.
    virtual task<result<boost::json::value>> call(step_call what, abort_signal& abort) = 0;
    /// The client's answer: the result of the method.
    virtual task<result<boost::json::value>>
    ask(std::string step, std::string method, boost::json::value params, abort_signal& abort) = 0;
    /// Ends sooner at `abort`.
    virtual task<> pause(std::chrono::milliseconds delay, abort_signal& abort) = 0;
    /// A workflow that the client may run; null: there is none.
    virtual std::shared_ptr<const workflow> find_workflow(std::string_view name) = 0;
    /// `done` of `steps`, with parts of those that run. Never less than before.
    virtual void on_progress(double done, std::size_t steps, const std::string& message) = 0;

protected:
    ~step_caller() = default;
};

} // namespace mcpgw
