// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"
#include "transports/async/task_group.hpp"
#include "transports/log.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace mcpgw {

/// Servers that the configuration no longer names, or whose place another process has taken: each
/// ends its calls, is closed, and is forgotten when nobody holds it any more. Nothing that one of
/// them finds out brings it back. Owned by `registry`.
class retired_upstreams {
public:
    /// `work`: its owner waits for its end.
    retired_upstreams(task_group& work, logger& log) : tasks_(work), log_(log) {}

    /// Its end begins; nobody finds it from now on.
    void take(std::unique_ptr<upstream> old);
    /// Those that are left have no time for their calls any more.
    void hurry();
    /// Whether it is one of them.
    [[nodiscard]] bool contains(const upstream& one) const;
    [[nodiscard]] std::size_t size() const { return leaving_.size(); }
    /// After hurry(), for those whose end could not be begun: until nothing of them runs.
    task<> close();

private:
    /// Shared with its coroutine, which tells it when it has begun.
    struct leaving {
        std::unique_ptr<upstream> who;
        abort_signal hurry;
        bool is_closing = false;
    };
    task<> let_go(std::shared_ptr<leaving> old);

    task_group& tasks_;
    logger& log_;
    std::vector<std::shared_ptr<leaving>> leaving_;
    bool is_hurried_ = false;
};

} // namespace mcpgw
