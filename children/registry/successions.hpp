// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/retired_upstreams.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Servers that run, and the processes with other options that shall take their places: such an
/// heir is started, and its lists are read, while the old one goes on answering. One that cannot
/// be started changes nothing. Owned by `registry`.
class successions {
public:
    /// The heir of that server takes calls: take() it.
    using ready_handler = std::function<void(const std::string& name)>;

    /// `work`: its owner waits for its end. `retired`: gets heirs of which nothing comes.
    successions(task_group& work, retired_upstreams& retired, logger& log, ready_handler on_ready)
        : tasks_(work), retired_(retired), log_(log), on_ready_(std::move(on_ready)) {}

    /// In the place of one that was begun before.
    void begin(std::unique_ptr<upstream> heir);
    /// Nothing shall take its place any more, and why an earlier heir did not is of no interest.
    void cancel(std::string_view name);
    void cancel_all();
    /// The heir, which is the caller's from now on.
    [[nodiscard]] std::unique_ptr<upstream> take(std::string_view name);
    /// Null: there is none.
    [[nodiscard]] const upstream* heir_of(std::string_view name) const;
    /// Why the last heir did not take its place; empty: nothing was wrong.
    [[nodiscard]] std::string_view failure_of(std::string_view name) const;

private:
    struct entry {
        std::unique_ptr<upstream> heir; ///< null: it could not be started
        std::string failure;
    };
    task<> prepare(upstream_ref heir);

    task_group& tasks_;
    retired_upstreams& retired_;
    logger& log_;
    ready_handler on_ready_;
    std::map<std::string, entry, std::less<>> entries_;
};

} // namespace mcpgw
