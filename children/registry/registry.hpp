// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/listing_starts.hpp"
#include "children/registry/offered_catalogs.hpp"
#include "children/registry/schema_cache.hpp"
#include "children/registry/start_queue.hpp"
#include "children/upstream/upstream.hpp"
#include "transports/async/on_scope_exit.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// All upstreams by name, in the order of the configuration, and what they offer. Owned by the
/// application; outlives every request.
class registry final : private upstream_events {
public:
    /// Told after the catalog changed, and of notifications that belong to no call.
    class listener {
    public:
        virtual void on_catalog_changed() = 0;
        virtual void on_upstream_notification(upstream& source, std::string_view line,
                                              const envelope& message) = 0;
        /// See upstream_events::client_with().
        virtual std::shared_ptr<call_observer> client_with(std::string_view key, revision server) {
            (void)key, (void)server;
            return nullptr;
        }

    protected:
        ~listener() = default;
    };

    registry(executor ex, naming_options naming, process_guard* guard, logger& log,
             std::vector<std::string> environment);
    ~registry();

    /// Set before the first request. The listener hears of changes; it may be null.
    void set_listener(listener* l) { listener_ = l; }
    /// Before the first add(): keep there what the children offer, and offer it from there until
    /// they have started. Empty: nowhere.
    void keep_schemas_in(std::string directory) { schemas_ = {std::move(directory), log_}; }
    void add(const child_options& options) { add(std::span{&options, 1}); }
    /// Those of them that are enabled. The catalog is merged once, not once for each.
    void add(std::span<const child_options> children);

    [[nodiscard]] executor get_executor() const { return executor_; }
    [[nodiscard]] upstream* find(std::string_view name) const;
    [[nodiscard]] const std::vector<std::unique_ptr<upstream>>& children() const {
        return upstreams_;
    }
    /// The merged catalog of all children as of now; shared with the requests that read it.
    [[nodiscard]] std::shared_ptr<const catalog> merged() const { return catalogs_.merged(); }
    /// One child alone, names as it knows them; null: no such child.
    [[nodiscard]] std::shared_ptr<const catalog> only(std::string_view name) const {
        return catalogs_.only(name);
    }

    /// Another number after each change of what is offered.
    [[nodiscard]] std::uint64_t generation() const { return catalogs_.generation(); }
    /// What catalogs that are made of the same offers share.
    [[nodiscard]] catalog_entries& entries() const { return *catalogs_.entries(); }

    /// Starts those that are started ahead of their use, at most `at_once_max` at the same time,
    /// without waiting for them.
    void start_kept(bool is_listing_children, std::size_t at_once_max);
    /// Those of them whose first start has not ended yet, in the order of their starts.
    [[nodiscard]] const std::deque<upstream*>& warming() const { return starts_.warming(); }
    /// No child has still to be started to know what it offers.
    [[nodiscard]] bool is_listed() const;
    /// Those that have still to be started to know what they offer, in the order of the
    /// configuration.
    [[nodiscard]] std::vector<upstream*> untold() const;
    /// Starts those of them that do not run, and waits for one more; see listing_starts.
    task<bool> wait_for_one(std::vector<upstream*> which, std::chrono::milliseconds patience,
                            abort_signal& abort) {
        return listing_.wait_for_one(std::move(which), patience, abort);
    }
    /// The same until all have, of those that are untold. A child that fails is left out: it must
    /// not fail the list of the others. Its start goes on when nobody waits any more.
    task<> ensure_listed(std::chrono::milliseconds patience, abort_signal& abort);
    /// Reads lists again that are out of date; waits for that as list_fetcher does.
    task<> refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                         abort_signal& abort);
    [[nodiscard]] const naming_options& naming() const { return catalogs_.naming(); }
    /// Work in the background that must end before the upstreams do: it has to end when they are
    /// closed. False: there is too much of it.
    bool spawn(task<> work) { return tasks_.spawn(std::move(work)); }
    /// Stops every child, all at once, and waits until nothing of them is left.
    task<> close();

private:
    /// How many children somebody still waits for.
    struct countdown {
        explicit countdown(executor ex) : ended(ex) {}
        /// One of them, for as long as its work takes.
        auto begin() {
            return on_scope_exit{[this] {
                --pending;
                ended.notify_all();
            }};
        }
        async_condition ended;
        std::size_t pending = 0;
    };
    void on_lists_changed(upstream& source) override;
    void on_notification(upstream& source, std::string_view line, const envelope& message) override;
    std::shared_ptr<call_observer> client_with(std::string_view key, revision server) override {
        return listener_ == nullptr ? nullptr : listener_->client_with(key, server);
    }
    void remember(const upstream& source);
    task<> refresh_one(upstream& c, clock_type::time_point now, std::chrono::milliseconds patience,
                       std::shared_ptr<countdown> refreshes);
    task<> close_one(upstream& c, std::shared_ptr<countdown> ends);

    executor executor_;
    process_guard* guard_;
    logger& log_;
    std::vector<std::string> environment_;
    schema_cache schemas_;
    listener* listener_ = nullptr;
    std::vector<std::unique_ptr<upstream>> upstreams_;
    offered_catalogs catalogs_;
    task_group tasks_;
    start_queue starts_;
    listing_starts listing_;
};

} // namespace mcpgw
