// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <new>

namespace mcpgw {

namespace {
constexpr std::size_t registry_tasks_max = 100'000;  // one per child and list request that waits
constexpr std::chrono::minutes first_start_time{10}; // far more than a start may take
} // namespace

registry::registry(executor ex, naming_options naming, process_guard* guard, logger& log,
                   std::vector<std::string> environment)
    : executor_(ex)
    , naming_(std::move(naming))
    , guard_(guard)
    , log_(log)
    , environment_(std::move(environment))
    , schemas_({}, log)
    , merged_(std::make_shared<catalog>())
    , told_(ex)
    , tasks_(ex, registry_tasks_max) {
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
    rebuild();
    // What is offered from here on is what later changes are told against.
    if (offers_something && listener_ != nullptr) listener_->on_catalog_changed();
}

upstream* registry::find(std::string_view name) const {
    const auto found = std::ranges::find(
        upstreams_, name, [](const auto& c) -> std::string_view { return c->name(); });
    return found == upstreams_.end() ? nullptr : found->get();
}

std::shared_ptr<const catalog> registry::only(std::string_view name) const {
    const auto found = single_.find(name);
    return found == single_.end() ? nullptr : found->second;
}

void registry::rebuild() {
    std::vector<catalog::source> sources;
    for (const auto& c : upstreams_) {
        sources.push_back({c->name(), &c->lists()});
        single_[c->name()] = std::make_shared<catalog>(std::vector{sources.back()}, std::nullopt);
    }
    merged_ = std::make_shared<catalog>(sources, naming_);
    for (const auto& conflict : merged_->conflicts()) {
        const auto key = fmt::format("{} {}", conflict.kind, conflict.key);
        if (!reported_conflicts_.emplace(key, true).second) continue;
        log_.warning("{} '{}' is offered by {} ({}); {}", conflict.kind, conflict.key,
                     conflict.is_own ? "the gateway itself and others" : "several servers",
                     fmt::join(conflict.others, ", "), conflict.outcome());
    }
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
    rebuild();
    told_.notify_all();
    if (listener_ != nullptr) listener_->on_catalog_changed();
}

void registry::on_notification(upstream& source, std::string_view line, const envelope& message) {
    if (listener_ != nullptr) listener_->on_upstream_notification(source, line, message);
}

void registry::start_kept(bool is_listing_children, std::size_t at_once_max) {
    for (const auto& c : upstreams_) {
        const auto policy = c->options().start;
        if (policy == start_policy::pre_warm ||
            (policy == start_policy::automatic && is_listing_children))
            warming_.push_back(c.get());
    }
    to_warm_ = warming_;
    for (std::size_t i = 0; i < std::min(at_once_max, warming_.size()); ++i)
        tasks_.spawn(warm_up());
}

/// One start after the other. A server that fails is tried again by itself; its first attempt is
/// what the others wait for.
task<> registry::warm_up() {
    while (!to_warm_.empty() && !is_closing_) {
        auto& c = *to_warm_.front();
        to_warm_.pop_front();
        const on_scope_exit finish{[this, &c] {
            std::erase(warming_, &c);
        }};
        log_.info("server '{}' is being started", c.name());
        c.life().keep_running();
        co_await c.life().ensure_running(clock_type::now() + c.options().start_wait());
    }
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

void registry::begin_listing(upstream& c) {
    wanted_since_.try_emplace(&c, clock_type::now());
    if (is_closing_ || !listing_.insert(&c).second) return; // before: it may end within spawn()
    if (!tasks_.spawn(start_one(c))) listing_.erase(&c);
}

/// A failure is told where the child is used; the list goes on without it.
task<> registry::start_one(upstream& c) {
    const on_scope_exit finish{[this, &c] {
        listing_.erase(&c);
        told_.notify_all();
    }};
    co_await c.life().ensure_running(clock_type::now() + first_start_time);
}

task<bool> registry::wait_for_one(std::vector<upstream*> which, std::chrono::milliseconds patience,
                                  abort_signal& abort) {
    if (abort.reason()) co_return false;
    const auto now = clock_type::now();
    auto until = now;
    for (auto* const c : which) {
        begin_listing(*c);
        if (listing_.contains(c)) until = std::max(until, wanted_since_[c] + patience);
    }
    if (until <= now) co_return false;
    co_await told_.wait_until(until, abort);
    co_return !abort.reason();
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
    is_closing_ = true;
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
