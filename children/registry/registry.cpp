// SPDX-License-Identifier: Apache-2.0
#include "children/registry/registry.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t registry_tasks_max = 100'000; // one per child and list request that waits
} // namespace

registry::registry(executor ex, naming_options naming, process_guard* guard, logger& log,
                   std::vector<std::string> environment)
    : executor_(ex)
    , log_(log)
    , maker_(ex, guard, log, std::move(environment))
    , catalogs_(std::move(naming), log)
    , tasks_(ex, registry_tasks_max)
    , starts_(tasks_, log)
    , listing_(ex, tasks_)
    , changes_(upstreams_, *this, tasks_, log) {
    tasks_.on_exception = [this](const std::string& what) {
        log_.error("unexpected exception in the work on servers: {}", what);
    };
}

void registry::add(std::span<const child_options> children) {
    bool offers_something = false;
    for (const auto& options : children) {
        if (!options.is_enabled) continue;
        upstreams_.push_back(make(options));
        offers_something = offers_something || upstreams_.back()->offer().is_recalled();
    }
    index_.rebuild(upstreams_);
    catalogs_.rebuild(upstreams_);
    // What is offered from here on is what later changes are told against.
    if (offers_something && listener_ != nullptr) listener_->on_catalog_changed();
}

// ---- a changed configuration -------------------------------------------------------------------

void registry::change(std::span<const wanted_server> wanted, naming_options naming,
                      bool is_listing_children, const server_changes::same_process& is_same) {
    is_listing_children_ = is_listing_children;
    {
        is_changing_ = true;
        const on_scope_exit end{[this] {
            is_changing_ = false;
        }};
        index_.clear(); // which are of the options of before
        changes_.apply(wanted, is_same);
        index_.rebuild(upstreams_);
    }
    catalogs_.set_naming(std::move(naming));
    tell_change();
    std::deque<upstream_ref> starting;
    for (const auto& c : upstreams_) {
        if (!is_kept(*c))
            c->life().let_rest();
        else if (!c->life().is_kept() && has_started_kept_)
            starting.emplace_back(c.get());
    }
    starts_.start(std::move(starting), starts_at_once_);
}

void registry::on_removed(const upstream& old) {
    starts_.forget(old);
    listing_.forget(old);
}

void registry::on_replaced(upstream& heir) {
    index_.rebuild(upstreams_);
    if (has_started_kept_ && is_kept(heir)) heir.life().keep_running();
    tell_change();
}

void registry::tell_change() {
    if (is_changing_) return;
    catalogs_.rebuild(upstreams_);
    listing_.on_told();
    if (listener_ != nullptr) listener_->on_catalog_changed();
}

// ------------------------------------------------------------------------------------------------

void registry::on_lists_changed(upstream& source) {
    if (changes_.is_retired(source)) return; // what it was is of no interest any more
    maker_.remember(source);
    if (find(source.name()).get() == &source) tell_change(); // and no heir
}

void registry::on_notification(upstream& source, std::string_view line, const envelope& message) {
    if (listener_ != nullptr && find(source.name()).get() == &source)
        listener_->on_upstream_notification(source, line, message);
}

void registry::start_kept(bool is_listing_children, std::size_t at_once_max) {
    is_listing_children_ = is_listing_children;
    starts_at_once_ = at_once_max;
    has_started_kept_ = true;
    std::deque<upstream_ref> wanted;
    for (const auto& c : upstreams_)
        if (is_kept(*c)) wanted.emplace_back(c.get());
    starts_.start(std::move(wanted), at_once_max);
}

bool registry::is_kept(const upstream& c) const {
    const auto policy = c.options().start;
    return policy == start_policy::pre_warm ||
           (policy == start_policy::automatic && is_listing_children_);
}

void registry::want_logs() {
    maker_.want_logs();
    for (const auto& c : upstreams_) c->pools().want_logs();
}

std::vector<upstream_ref> registry::untold() const {
    std::vector<upstream_ref> found;
    for (const auto& c : upstreams_)
        if (c->view().is_worth_listing()) found.emplace_back(c.get());
    return found;
}

task<> registry::ensure_listed(std::chrono::milliseconds patience, abort_signal& abort) {
    for (bool is_waiting = true; is_waiting;) {
        auto left = untold();
        is_waiting = co_await wait_for_one(std::move(left), patience, abort);
    }
}

task<> registry::count_down(task<> work, std::shared_ptr<countdown> of) {
    const auto end = of->begin();
    co_await std::move(work);
}

namespace {

task<> refresh_one(upstream_ref c, clock_type::time_point now, std::chrono::milliseconds patience) {
    abort_signal never; // whoever lists may be gone, and it does not take long
    co_await c->pools().refresh_stale(now, patience, never);
}

} // namespace

task<> registry::refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                               abort_signal& abort) {
    // Shared: whoever lists may be gone before the children have answered.
    const auto refreshes = std::make_shared<countdown>(executor_);
    for (const auto& c : upstreams_) {
        if (!c->pools().has_stale_lists(now)) continue;
        ++refreshes->pending;
        auto work = refresh_one(upstream_ref{c.get()}, now, patience);
        if (!tasks_.spawn(count_down(std::move(work), refreshes))) --refreshes->pending;
    }
    while (refreshes->pending > 0 && !abort.reason())
        co_await refreshes->ended.wait_until(clock_type::time_point::max(), abort);
}

task<> registry::close() {
    starts_.close();
    listing_.close();
    changes_.hurry();
    for (const auto& c : upstreams_) {
        try {
            maker_.remember(*c);          // also what was found out about its questions
        } catch (const std::bad_alloc&) { // nobody misses it before the next start
        }
    }
    const auto ends = std::make_shared<countdown>(executor_);
    for (const auto& c : upstreams_) {
        bool is_begun = false;
        try {
            // First: without memory for it, nothing is counted.
            auto closed = count_down(c->close(), ends);
            ++ends->pending;
            is_begun = tasks_.spawn(std::move(closed));
            if (!is_begun) --ends->pending;
        } catch (const std::bad_alloc&) {
        }
        if (!is_begun) co_await c->close(); // before the next one, then
    }
    while (ends->pending > 0) co_await ends->ended.wait_until(clock_type::time_point::max());
    co_await changes_.close();
    co_await tasks_.wait_all();
}

} // namespace mcpgw
