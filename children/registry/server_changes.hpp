// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/successions.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What a changed configuration says of one server.
struct wanted_server {
    /// For one of this name that is there; one that is not is added.
    enum class step : std::uint8_t {
        keep,    ///< it is what it was
        adopt,   ///< other options, which its processes need not know of
        replace, ///< other processes
    };
    const child_options& options;
    step what = step::keep;
};

/// Makes the servers of before into those of a changed configuration, in one turn of the loop:
/// those that are kept are not touched; one that runs is replaced when its heir is ready; those
/// that are not wanted end their calls. Owned by `registry`, whose list of servers it changes.
class server_changes {
public:
    using servers = std::vector<std::unique_ptr<upstream>>;

    class owner {
    public:
        /// A server that is not in the list yet.
        virtual std::unique_ptr<upstream> make(const child_options& options) = 0;
        /// It is not in the list any more: nothing waits for it.
        virtual void on_removed(const upstream& old) = 0;
        /// `heir` is in the list now, in the place of another one.
        virtual void on_replaced(upstream& heir) = 0;

    protected:
        ~owner() = default;
    };
    /// Whether a process that was started with one of them is of use for the other.
    using same_process = std::function<bool(const child_options&, const child_options&)>;

    /// `work`: its owner waits for its end.
    server_changes(servers& list, owner& above, task_group& work, logger& log);

    /// From now on there are these, in this order.
    void apply(std::span<const wanted_server> wanted, const same_process& is_same);

    /// Why a server still runs with the configuration of before, if it could not be started with
    /// the new one; empty: nothing is wrong.
    [[nodiscard]] std::string_view failure_of(std::string_view name) const {
        return successions_.failure_of(name);
    }
    /// Its changed configuration is being tried.
    [[nodiscard]] bool is_being_replaced(std::string_view name) const {
        return successions_.heir_of(name) != nullptr;
    }
    /// Options of those that run with the configuration of before, for either reason.
    [[nodiscard]] std::vector<child_options> lagging() const;
    /// It is on its way out: what it says is of no interest any more.
    [[nodiscard]] bool is_retired(const upstream& one) const { return retired_.contains(one); }

    /// Nothing is replaced any more, and those that are on their way out have no more time.
    void hurry();
    /// After hurry(): until nothing of them runs.
    task<> close() { return retired_.close(); }

private:
    std::unique_ptr<upstream> keep_or_replace(const wanted_server& wanted,
                                              std::unique_ptr<upstream> old,
                                              const same_process& is_same);
    void on_heir(const std::string& name);
    void retire(std::unique_ptr<upstream> old);

    servers& list_;
    owner& owner_;
    logger& log_;
    retired_upstreams retired_;
    successions successions_;
};

} // namespace mcpgw
