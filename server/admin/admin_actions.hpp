// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/admin_error.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/async/asio.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace mcpgw {

/// What can be asked of a running gateway. Each returns the object that the reply is made of; its
/// members are those of the OpenAPI description (admin_openapi.cpp). The gateway implements it, and
/// so do tests. `abort` is given when the gateway stops.
class admin_actions {
public:
    using answer = admin_result<boost::json::object>;

    virtual ~admin_actions() = default;

    virtual answer status() = 0;
    virtual task<answer> reload(bool is_dry_run, abort_signal& abort) = 0;

    virtual answer servers() = 0;
    virtual answer server(const std::string& name) = 0;
    virtual answer logs(const std::string& name) = 0;
    /// `entry`: as a table of `children`.
    virtual task<answer> add_server(boost::json::object entry, abort_signal& abort) = 0;
    virtual task<answer> remove_server(std::string name, abort_signal& abort) = 0;
    virtual task<answer> set_enabled(std::string name, bool is_enabled, abort_signal& abort) = 0;
    virtual task<answer> restart(std::string name, abort_signal& abort) = 0;

    virtual answer flags() = 0;
    virtual task<answer> set_flag(std::string name, boost::json::value value,
                                  abort_signal& abort) = 0;
    virtual task<answer> unset_flag(std::string name, abort_signal& abort) = 0;

    virtual answer views() = 0;
};

} // namespace mcpgw
