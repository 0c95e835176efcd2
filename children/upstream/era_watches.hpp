// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/resource_watches.hpp"
#include "children/upstream/upstream_life.hpp"

#include <string>

namespace mcpgw {

/// Watches resources for all clients on one instance of each era: the one whose lists are offered,
/// and one of the other era where there is one, of which only the notifications count. Owned by
/// `upstream`.
class era_watches {
public:
    /// `work`: runs what goes on beside; its owner waits for its end.
    era_watches(const child_context& context, const child_options& options, task_group& work,
                era_pools& pools, upstream_life& life);

    /// One more client wants to hear of changes of this resource. Starts the server if it does not
    /// run. Calls that come while the server is being asked wait for the same answer.
    task<result<void>> watch(std::string uri, abort_signal& abort);
    /// One less wants to. Nothing is started for that.
    task<> unwatch(std::string uri);
    /// What was wanted of the server whose place this one takes. Starts this one if it does not
    /// run.
    void take_over(era_watches& from);
    /// An instance is ready for calls.
    void on_ready() {
        if (!wanted_.empty()) watch_beside();
    }
    /// Nothing is wanted any more.
    void close() { wanted_.close(); }

private:
    /// A server that has a process in the other era, too, tells there of what is done there.
    void watch_beside();
    task<result<void>> update(abort_signal& abort);
    task<> keep_beside();
    task<> ask_again();

    const child_options& options_;
    task_group& tasks_;
    era_pools& pools_;
    upstream_life& life_;
    resource_watches wanted_;
    bool is_watching_beside_ = false;
};

} // namespace mcpgw
