// SPDX-License-Identifier: Apache-2.0
#include "children/process/waited_process.hpp"

#include <mutex>
#include <set>

namespace mcpgw {

namespace {

/// Of this process as a whole, as its children are.
struct waited_set {
    std::mutex mutex;
    std::set<pid_t> pids;
};

waited_set& all() {
    static waited_set set;
    return set;
}

} // namespace

waited_process::waited_process(const std::function<pid_t()>& start) {
    const std::scoped_lock lock{all().mutex}; // it may end before we know its number
    pid_ = start();
    if (pid_ > 0) all().pids.insert(pid_);
}

waited_process::~waited_process() {
    const std::scoped_lock lock{all().mutex};
    all().pids.erase(pid_);
}

bool waited_process::is_one(pid_t pid) {
    const std::scoped_lock lock{all().mutex};
    return all().pids.contains(pid);
}

} // namespace mcpgw
