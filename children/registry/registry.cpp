// SPDX-License-Identifier: Apache-2.0
#include "children/registry/registry.hpp"

#include <algorithm>
#include <new>

namespace mcpgw {

namespace {
constexpr std::size_t registry_tasks_max = 100'000; // one per child and list request that waits
} // namespace

registry::registry(executor ex, naming_options naming, process_guard* guard, logger& log,
                   std::vector<std::string> environment)
    : executor_(ex)
    , guard_(guard)
    , log_(log)
    , environment_(std::move(environment))
    , schemas_({}, log)
    , catalogs_(std::move(naming), log)
    , tasks_(ex, registry_tasks_max)
    , starts_(tasks_, log)
    , listing_(ex, tasks_) {
    tasks_.on_exception = [this](const std::string& what) {
        log_.error("unexpected exception in the work on servers: {}", what);
    };
}

registry::~registry() = default;

void registry::add(std::span<const child_options> children) {
    bool offers_something = false;
    upstream_events& above = *this;
    for (const auto& options : children) {
        if (!options.is_enabled) continue;
        child_context context{executor_, guard_, &log_, environment_};
        upstreams_.push_back(std::make_unique<upstream>(std::move(context), options, above));
        if (!options.defect.empty()) { // nothing is offered that cannot be had
            log_.warning("server '{}' is not started: {}", options.name, options.defect);
            continue;
        }
        auto schema = schemas_.load(options);
        if (!schema) continue;
        upstreams_.back()->recall(std::move(*schema));
        offers_something = true;
    }
    catalogs_.rebuild(upstreams_);
    // What is offered from here on is what later changes are told against.
    if (offers_something && listener_ != nullptr) listener_->on_catalog_changed();
}

upstream* registry::find(std::string_view name) const {
    const auto found = std::ranges::find(
        upstreams_, name, [](const auto& c) -> std::string_view { return c->name(); });
    return found == upstreams_.end() ? nullptr : found->get();
}

void registry::remember(const upstream& source) {
    if (!schemas_.is_on()) return;
    const auto schema = source.schema();
    if (!schema) return;
    const auto stored = schemas_.store(source.options(), *schema);
    // Nobody misses it before the next start of the gateway.
    if (stored.has_error())
        log_.warning("server '{}': what it offers is not kept: {}", source.name(),
                     stored.error().message());
}

void registry::on_lists_changed(upstream& source) {
    remember(source);
    catalogs_.rebuild(upstreams_);
    listing_.on_told();
    if (listener_ != nullptr) listener_->on_catalog_changed();
}

void registry::on_notification(upstream& source, std::string_view line, const envelope& message) {
    if (listener_ != nullptr) listener_->on_upstream_notification(source, line, message);
}

void registry::start_kept(bool is_listing_children, std::size_t at_once_max) {
    std::deque<upstream*> wanted;
    for (const auto& c : upstreams_) {
        const auto policy = c->options().start;
        if (policy == start_policy::pre_warm ||
            (policy == start_policy::automatic && is_listing_children))
            wanted.push_back(c.get());
    }
    starts_.start(std::move(wanted), at_once_max);
}

bool registry::is_listed() const {
    return std::ranges::none_of(upstreams_,
                                [](const auto& c) { return c->view().is_worth_listing(); });
}

std::vector<upstream*> registry::untold() const {
    std::vector<upstream*> found;
    for (const auto& c : upstreams_)
        if (c->view().is_worth_listing()) found.push_back(c.get());
    return found;
}

task<> registry::ensure_listed(std::chrono::milliseconds patience, abort_signal& abort) {
    for (bool is_waiting = true; is_waiting;) {
        auto left = untold();
        is_waiting = co_await wait_for_one(std::move(left), patience, abort);
    }
}

task<> registry::refresh_one(upstream& c, clock_type::time_point now,
                             std::chrono::milliseconds patience,
                             std::shared_ptr<countdown> refreshes) {
    const auto ends = refreshes->begin();
    abort_signal never; // whoever lists may be gone, and it does not take long
    co_await c.pools().refresh_stale(now, patience, never);
}

task<> registry::refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                               abort_signal& abort) {
    // Shared: whoever lists may be gone before the children have answered.
    const auto refreshes = std::make_shared<countdown>(executor_);
    for (const auto& c : upstreams_) {
        if (!c->pools().has_stale_lists(now)) continue;
        ++refreshes->pending;
        if (!tasks_.spawn(refresh_one(*c, now, patience, refreshes))) --refreshes->pending;
    }
    while (refreshes->pending > 0 && !abort.reason())
        co_await refreshes->ended.wait_until(clock_type::time_point::max(), abort);
}

task<> registry::close_one(upstream& c, std::shared_ptr<countdown> ends) {
    const auto end = ends->begin();
    co_await c.close();
}

task<> registry::close() {
    starts_.close();
    listing_.close();
    for (const auto& c : upstreams_) {
        try {
            remember(*c);                 // also what was found out about its questions
        } catch (const std::bad_alloc&) { // nobody misses it before the next start
        }
    }
    const auto ends = std::make_shared<countdown>(executor_);
    for (const auto& c : upstreams_) {
        bool is_begun = false;
        try {
            auto closed = close_one(*c, ends); // first: without memory for it, nothing is counted
            ++ends->pending;
            is_begun = tasks_.spawn(std::move(closed));
            if (!is_begun) --ends->pending;
        } catch (const std::bad_alloc&) {
        }
        if (!is_begun) co_await c->close(); // before the next one, then
    }
    while (ends->pending > 0) co_await ends->ended.wait_until(clock_type::time_point::max());
    co_await tasks_.wait_all();
}

} // namespace mcpgw
