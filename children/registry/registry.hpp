// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/listing_starts.hpp"
#include "children/registry/offered_catalogs.hpp"
#include "children/registry/server_changes.hpp"
#include "children/registry/start_queue.hpp"
#include "children/registry/upstream_index.hpp"
#include "children/registry/upstream_maker.hpp"
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
class registry final : private upstream_events, private server_changes::owner {
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

    /// Set before the first request. The listener hears of changes; it may be null.
    void set_listener(listener* l) { listener_ = l; }
    /// Before the first add(): keep there what the children offer, and offer it from there until
    /// they have started. Empty: nowhere.
    void keep_schemas_in(std::string directory) { maker_.keep_schemas_in(std::move(directory)); }
    void add(const child_options& options) { add(std::span{&options, 1}); }
    /// Those of them that are enabled. The catalog is merged once, not once for each.
    void add(std::span<const child_options> children);
    /// From now on it has these servers, all enabled, in this order and under these names; see
    /// server_changes. `is_listing_children`: see start_kept(). Listeners hear of it once.
    void change(std::span<const wanted_server> wanted, naming_options naming,
                bool is_listing_children, const server_changes::same_process& is_same);
    /// What is still under way of that.
    [[nodiscard]] const server_changes& changes() const { return changes_; }

    [[nodiscard]] executor get_executor() const { return executor_; }
    /// Null: no such server.
    [[nodiscard]] upstream_ref find(std::string_view name) const { return index_.find(name); }
    /// See upstream_index.
    [[nodiscard]] upstream_ref find(const server_identity& which) const {
        return index_.find(which);
    }
    [[nodiscard]] const std::vector<std::unique_ptr<upstream>>& children() const {
        return upstreams_;
    }
    /// What they offer, together and each alone.
    [[nodiscard]] const offered_catalogs& catalogs() const { return catalogs_; }

    /// Starts those that are started ahead of their use, at most `at_once_max` at the same time,
    /// without waiting for them.
    void start_kept(bool is_listing_children, std::size_t at_once_max);
    /// Some client wants log messages of them all, also of those that come.
    void want_logs();
    /// Those of them whose first start has not ended yet, in the order of their starts.
    [[nodiscard]] const std::deque<upstream_ref>& warming() const { return starts_.warming(); }
    /// Those that have still to be started to know what they offer, in the order of the
    /// configuration.
    [[nodiscard]] std::vector<upstream_ref> untold() const;
    /// Starts those of them that do not run, and waits for one more; see listing_starts.
    task<bool> wait_for_one(std::vector<upstream_ref> which, std::chrono::milliseconds patience,
                            abort_signal& abort) {
        return listing_.wait_for_one(std::move(which), patience, abort);
    }
    /// The same until all have, of those that are untold. A child that fails is left out: it must
    /// not fail the list of the others. Its start goes on when nobody waits any more.
    task<> ensure_listed(std::chrono::milliseconds patience, abort_signal& abort);
    /// Reads lists again that are out of date; waits for that as list_fetcher does.
    task<> refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                         abort_signal& abort);
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
    // of server_changes
    std::unique_ptr<upstream> make(const child_options& options) override {
        return maker_.make(options, *this);
    }
    void on_removed(const upstream& old) override;
    void on_replaced(upstream& heir) override;

    [[nodiscard]] bool is_kept(const upstream& c) const;
    void tell_change();
    static task<> count_down(task<> work, std::shared_ptr<countdown> of);

    executor executor_;
    logger& log_;
    upstream_maker maker_;
    listener* listener_ = nullptr;
    std::vector<std::unique_ptr<upstream>> upstreams_;
    upstream_index index_;
    offered_catalogs catalogs_;
    task_group tasks_;
    start_queue starts_;
    listing_starts listing_;
    server_changes changes_;
    bool is_listing_children_ = false; ///< see start_kept()
    bool has_started_kept_ = false;
    std::size_t starts_at_once_ = 1;
    bool is_changing_ = false; ///< the catalog is merged at the end of it
};

} // namespace mcpgw
