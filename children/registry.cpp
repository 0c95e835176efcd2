#include "children/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace mcpgw {

namespace {
constexpr std::size_t registry_tasks_max = 100'000; // one per child and list request that waits
}

registry::registry(executor ex, naming_options naming, process_guard* guard, logger& log,
                   std::vector<std::string> environment)
    : executor_(ex)
    , naming_(std::move(naming))
    , guard_(guard)
    , log_(log)
    , environment_(std::move(environment))
    , schemas_({}, log)
    , merged_(std::make_shared<catalog>())
    , tasks_(ex, registry_tasks_max) {}

registry::~registry() = default;

void registry::add(std::span<const child_options> children) {
    bool offers_something = false;
    upstream_events& above = *this;
    for (const auto& options : children) {
        if (!options.is_enabled) continue;
        child_context context{executor_, guard_, &log_, environment_};
        upstreams_.push_back(std::make_unique<upstream>(std::move(context), options, above));
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
        c.keep_running();
        co_await c.ensure_running(clock_type::now() + c.options().start_timeout);
        std::erase(warming_, &c);
    }
}

task<> registry::start_one(upstream& c, clock_type::time_point deadline,
                           std::shared_ptr<countdown> starts) {
    // A failure is told where the child is used; the list goes on without it.
    co_await c.ensure_running(deadline);
    starts->on_end();
}

bool registry::is_listed() const {
    return std::ranges::none_of(upstreams_, [](const auto& c) { return c->is_worth_listing(); });
}

task<> registry::ensure_listed(clock_type::time_point deadline) {
    // Shared: whoever lists may be cancelled before the children have started.
    const auto starts = std::make_shared<countdown>(executor_);
    for (const auto& c : upstreams_) {
        if (!c->is_worth_listing()) continue;
        ++starts->pending; // before: the coroutine may end before spawn() returns
        if (!tasks_.spawn(start_one(*c, deadline, starts))) --starts->pending;
    }
    // start_one() ends by itself at the deadline, so this does too.
    while (starts->pending > 0) co_await starts->ended.wait_until(clock_type::time_point::max());
}

task<> registry::refresh_one(upstream& c, clock_type::time_point now,
                             clock_type::time_point deadline,
                             std::shared_ptr<countdown> refreshes) {
    co_await c.refresh_stale(now, deadline);
    refreshes->on_end();
}

task<> registry::refresh_stale(clock_type::time_point now, clock_type::time_point deadline) {
    const auto refreshes = std::make_shared<countdown>(executor_);
    for (const auto& c : upstreams_) {
        if (!c->has_stale_lists(now)) continue;
        ++refreshes->pending;
        if (!tasks_.spawn(refresh_one(*c, now, deadline, refreshes))) --refreshes->pending;
    }
    while (refreshes->pending > 0)
        co_await refreshes->ended.wait_until(clock_type::time_point::max());
}

task<> registry::close_one(upstream& c, std::shared_ptr<countdown> ends) {
    co_await c.close();
    ends->on_end();
}

task<> registry::close() {
    is_closing_ = true;
    const auto ends = std::make_shared<countdown>(executor_);
    for (const auto& c : upstreams_) {
        ++ends->pending;
        if (!tasks_.spawn(close_one(*c, ends))) --ends->pending;
    }
    while (ends->pending > 0) co_await ends->ended.wait_until(clock_type::time_point::max());
    co_await tasks_.wait_all();
}

} // namespace mcpgw
