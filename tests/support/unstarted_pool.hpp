// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/pool/pool_members.hpp"
#include "tests/support/io_loop.hpp"

namespace mcpgw::child_test {

/// An owner of instances that does nothing.
struct silent_owner final : instance::owner {
    void on_state(instance& /*from*/) override {}
    void on_verdict(instance& /*from*/, const era_verdict& /*verdict*/) override {}
    bool move_to(instance& /*from*/, era /*spoken*/) override { return false; }
    void on_ready(instance& /*from*/) override {}
    void on_lists(instance& /*from*/) override {}
    void on_question(instance& /*from*/) override {}
    std::shared_ptr<call_observer> client_of(const instance& /*one*/) override { return nullptr; }
    void on_notification(instance& /*from*/, std::string_view /*line*/,
                         const envelope& /*message*/) override {}
};

/// The members of a pool, none of which is ever started.
struct unstarted_pool {
    ~unstarted_pool() { loop.finish(); }

    io_test::io_loop loop;
    logger log{log_level::off};
    child_context context{loop.ex(), nullptr, &log, {}};
    child_options options;
    restart_policy restarts{options.restart, 1};
    silent_owner owner;
    pool_members members{context, options, owner, restarts, era::legacy};
};

} // namespace mcpgw::child_test
