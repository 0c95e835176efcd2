// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/resource_watches.hpp"
#include "children/upstream/upstream_life.hpp"

#include <string>

namespace mcpgw {

/// Has one instance of each era hear of changes of resources, for all clients: the one whose lists
/// are offered, and where there is another, which counts for nothing but its news, that. Owned by
/// `upstream`.
class era_watches {
public:
    /// `work`: for what goes on beside; whoever owns it waits for its end.
    era_watches(const child_context& context, const child_options& options, task_group& work,
                era_pools& pools, upstream_life& life);

    /// One more wants to hear of changes of this resource. Starts the server if it does not run.
    /// Who comes while it is being asked for waits for the same answer.
    task<result<void>> watch(std::string uri, abort_signal& abort);
    /// One less wants to. Nothing is started for that.
    task<> unwatch(std::string uri);
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

    const child_options& options_;
    task_group& tasks_;
    era_pools& pools_;
    upstream_life& life_;
    resource_watches wanted_;
    bool is_watching_beside_ = false;
};

} // namespace mcpgw
