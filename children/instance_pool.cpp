// Places: which instance a call goes to, and the line of those that wait for one.
#include "children/instance_pool.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::size_t pool_tasks_max = 4096;       // starts and ends of instances
constexpr std::chrono::seconds parked_grace{2};    // for people, before others need the process
constexpr std::chrono::milliseconds hint_min{100}; // of "try again in"
constexpr std::chrono::milliseconds hint_max{30000};

pool_member::phase phase_of(const instance& one) {
    if (one.is_ending()) return pool_member::phase::off; // it only has to be waited for
    switch (one.state()) {
    case upstream_state::starting:
        return pool_member::phase::starting;
    case upstream_state::running:
        return pool_member::phase::running;
    case upstream_state::unhealthy:
        return pool_member::phase::unhealthy;
    case upstream_state::not_started:
    case upstream_state::failed:
    case upstream_state::stopped:
        break;
    }
    return pool_member::phase::off;
}

} // namespace

// ---- place ------------------------------------------------------------------------------------

instance_pool::place::place(instance_pool& pool, member& on, use what)
    : pool_(&pool), on_(&on), use_(what) {
    ++on.leases;
    if (what == use::nothing) return;
    ++on.calls;
    if (what == use::asked_call) ++on.askers;
}

instance_pool::place& instance_pool::place::operator=(place&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    pool_ = std::exchange(other.pool_, nullptr);
    on_ = other.on_;
    use_ = other.use_;
    return *this;
}

instance& instance_pool::place::on() const {
    return *on_->who;
}

instance_pool::place instance_pool::place::follow() const {
    return {*pool_, *on_, use::nothing};
}

void instance_pool::place::give_back() {
    if (pool_ == nullptr) return;
    auto& pool = *std::exchange(pool_, nullptr);
    auto& from = *on_;
    --from.leases;
    if (use_ != use::nothing) --from.calls;
    if (use_ == use::asked_call && --from.askers == 0) from.owner = 0;
    if (!pool.line_.empty()) pool.freed_.notify_all();
    if (from.leases > 0) return;
    from.idle_since = clock_type::now();
    // Whatever else may be due by then is due at a time that is known already.
    if (from.is_leaving || pool.options_.pool.share == sharing::call) pool.look();
}

// ---- members ----------------------------------------------------------------------------------

instance_pool::instance_pool(const child_context& context, const child_options& options,
                             instance::owner& above, restart_policy& restarts, era spoken)
    : context_(context)
    , options_(options)
    , owner_(above)
    , restarts_(restarts)
    , era_(spoken)
    , tasks_(context.ex, pool_tasks_max)
    , freed_(context.ex)
    , changed_(context.ex) {
    tasks_.on_exception = [this](const std::string& what) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, what);
    };
}

instance_pool::~instance_pool() = default;

instance_pool::member& instance_pool::add_member(std::size_t at) {
    auto made = std::make_unique<member>();
    made->who = std::make_unique<instance>(context_, options_, owner_, restarts_, era_);
    made->is_lister = lister_member() == nullptr;
    if (made->is_lister) made->who->offer_lists();
    if (wants_logs_) made->who->want_logs();
    made->who->trust_era(has_running());
    made->idle_since = clock_type::now();
    const auto position = members_.begin() + static_cast<std::ptrdiff_t>(at);
    return **members_.insert(position, std::move(made));
}

instance_pool::member* instance_pool::lister_member() const {
    for (const auto& m : members_)
        if (m->is_lister && !m->is_leaving) return m.get();
    return nullptr;
}

instance& instance_pool::lister() {
    auto* const found = lister_member();
    return *(found != nullptr ? *found : add_member(0)).who;
}

const instance* instance_pool::first() const {
    // A successor that is still starting says less than the one that it shall replace.
    const instance* found = nullptr;
    for (const auto& m : members_) {
        if (m->is_leaving || m->replaces != nullptr) continue;
        if (m->is_lister) return m->who.get();
        if (found == nullptr) found = m->who.get();
    }
    return found != nullptr || members_.empty() ? found : members_.front()->who.get();
}

instance* instance_pool::first() {
    return const_cast<instance*>(std::as_const(*this).first());
}

bool instance_pool::has_running() const {
    return std::ranges::any_of(
        members_, [](const auto& m) { return !m->is_leaving && m->who->is_running(); });
}

bool instance_pool::is_alive() const {
    return std::ranges::any_of(members_, [](const auto& m) { return m->who->is_alive(); });
}

bool instance_pool::is_leaving(const instance& one) const {
    return std::ranges::none_of(
        members_, [&one](const auto& m) { return m->who.get() == &one && !m->is_leaving; });
}

void instance_pool::want_logs() {
    wants_logs_ = true;
    for (const auto& m : members_) m->who->want_logs();
}

// ---- choice -----------------------------------------------------------------------------------

std::size_t instance_pool::members_max() const {
    const auto& pool = options_.pool;
    if (pool.max > 0) return pool.max;
    const bool is_one_enough = pool.share == sharing::shared && !is_interactive_;
    return std::max(pool.min, is_one_enough ? std::size_t{1} : pool_options::many);
}

pool_terms instance_pool::terms() const {
    return {options_.pool.share, is_interactive_, members_max(),
            options_.limits.calls_in_flight_max};
}

std::span<const pool_member> instance_pool::view() {
    view_.clear();
    for (const auto& m : members_) {
        pool_member seen;
        seen.state = phase_of(*m->who);
        seen.is_leaving = m->is_leaving;
        seen.is_lister = m->is_lister;
        seen.is_used = m->is_used;
        seen.calls = m->calls;
        seen.askers = m->askers;
        seen.leases = m->leases;
        seen.owner = m->owner;
        seen.last_owner = m->last_owner;
        seen.key = m->key;
        seen.idle_since = m->idle_since;
        seen.running_since = m->who->running_since();
        seen.leaving_since = m->leaving_since;
        for (std::size_t i = 0; m->replaces != nullptr && i < members_.size(); ++i)
            if (members_[i].get() == m->replaces) seen.replaces = i;
        view_.push_back(seen);
    }
    return view_;
}

/// Null: the caller has to wait. Who waits longest goes first, but for a place that the caller has
/// already.
instance_pool::member* instance_pool::choose(const pool_request& request, bool is_first) {
    using verdict = pool_choice::verdict;
    if (is_closed_) return nullptr;
    const auto choice = choose_member(terms(), view(), request);
    if (!is_first && !choice.is_own) return nullptr;
    switch (choice.what) {
    case verdict::wait:
        return nullptr;
    case verdict::grow:
        return &add_member(members_.size());
    case verdict::evict:
        begin_closing(*members_[choice.member]);
        return &add_member(members_.size());
    case verdict::take:
        break;
    }
    auto& chosen = *members_[choice.member];
    if (choice.is_growing && !restarts_.is_resting(clock_type::now())) {
        auto& another = add_member(members_.size());
        tasks_.spawn(start_ahead(another));
    }
    return &chosen;
}

fault instance_pool::busy(std::string_view what) const {
    const auto hint = std::clamp(usual_wait_, hint_min, hint_max);
    const auto running = std::ranges::count_if(
        members_, [](const auto& m) { return !m->is_leaving && m->who->is_running(); });
    return {errc::server_busy,
            fmt::format("server '{}' has more to do than its {} instance{} can take: {}; try again "
                        "in about {} ms",
                        options_.name, running, running == 1 ? "" : "s", what, hint.count()),
            fmt::format(R"({{"retryAfterMs":{}}})", hint.count())};
}

fault instance_pool::is_shut_down() const {
    return {errc::gateway_stopping, fmt::format("server '{}' has been shut down", options_.name)};
}

task<result<instance_pool::member*>> instance_pool::wait_in_line(pool_request request,
                                                                 abort_signal& abort) {
    if (line_.size() >= options_.pool.queue_max)
        co_return busy("as many calls wait as may (instances.queue_max)");
    if (is_closed_) co_return is_shut_down();
    const auto since = clock_type::now();
    const auto deadline = std::min(since + options_.pool.queue_timeout, request.deadline);
    auto patient_until = since + parked_grace;
    const abort_signal::listener on_abort{abort, [this] {
                                              freed_.notify_all();
                                          }};
    const auto own = line_.insert(line_.end(), waiter{request.key});
    member* chosen = nullptr;
    while (chosen == nullptr && clock_type::now() < deadline && !abort.reason() && !is_closed_) {
        // Nobody must wait for people: who never comes back with the answers would block the rest.
        if (is_interactive_ && clock_type::now() >= patient_until) {
            let_oldest_parked_give_way();
            patient_until = clock_type::now() + parked_grace;
        }
        const auto look_at = is_interactive_ ? std::min(deadline, patient_until) : deadline;
        co_await freed_.wait_until(look_at);
        const bool is_first = std::none_of(
            line_.begin(), own, [&request](const waiter& w) { return w.key == request.key; });
        chosen = choose(request, is_first);
    }
    line_.erase(own);
    freed_.notify_all(); // the next one is the first now
    const auto waited =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - since);
    usual_wait_ = (usual_wait_ * 7 + waited) / 8;
    if (abort.reason()) co_return *abort.reason();
    if (is_closed_) co_return is_shut_down();
    if (chosen == nullptr)
        co_return busy(fmt::format("no place was free for {} ms (instances.queue_timeout)",
                                   options_.pool.queue_timeout.count()));
    co_return chosen;
}

bool instance_pool::is_first_in_line(const pool_request& request) const {
    return std::ranges::none_of(line_,
                                [&request](const waiter& w) { return w.key == request.key; });
}

/// The place on the one that was chosen.
instance_pool::place instance_pool::enter(member& chosen, const pool_request& request) {
    const auto whose = request.owner;
    if (options_.pool.share == sharing::session || options_.pool.share == sharing::principal)
        chosen.key = request.key;
    chosen.is_used = true;
    if (!request.may_be_asked) return place{*this, chosen, place::use::call};
    const bool changes_hands = chosen.askers == 0 && chosen.last_owner != whose;
    if (changes_hands && chosen.last_owner != 0 && is_interactive_) chosen.who->drop_roots();
    chosen.owner = chosen.askers == 0 || chosen.owner == whose ? whose : 0;
    chosen.last_owner = whose;
    return place{*this, chosen, place::use::asked_call};
}

std::optional<instance_pool::place> instance_pool::try_take(const pool_request& request) {
    if (is_interactive_ || is_stop_wanted_) return std::nullopt; // there may be something to stop
    auto* const chosen = choose(request, is_first_in_line(request));
    if (chosen == nullptr) return std::nullopt;
    return enter(*chosen, request);
}

task<result<instance_pool::place>> instance_pool::take(pool_request request, abort_signal& abort) {
    auto* chosen = choose(request, is_first_in_line(request));
    if (chosen == nullptr) {
        auto waited = co_await wait_in_line(request, abort);
        if (waited.has_error()) co_return waited.error();
        chosen = *waited;
    }
    auto taken = enter(*chosen, request);
    // A call that was given up may still be at work there, and ask: nobody else's business.
    const bool is_tainted = is_interactive_ && request.may_be_asked && chosen->askers == 1 &&
                            chosen->who->is_abandoned(request.owner);
    if (is_tainted) co_await chosen->who->stop();
    co_return taken;
}

void instance_pool::let_oldest_parked_give_way() {
    std::shared_ptr<call_observer> oldest;
    for (const auto& m : members_) {
        const auto peer = m->who->connection();
        if (!peer) continue;
        for (const auto& observer : peer->observers()) {
            const auto since = observer->parked_since();
            if (since && (!oldest || *since < *oldest->parked_since())) oldest = observer;
        }
    }
    if (!oldest) return;
    context_.log->info("server '{}': all {} processes wait for clients; the call that waits "
                       "longest gives way to a new one",
                       options_.name, members_.size());
    oldest->give_way();
}

} // namespace mcpgw
