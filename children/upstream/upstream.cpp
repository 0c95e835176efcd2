// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/upstream.hpp"

#include <random>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t upstream_tasks_max = 64;

} // namespace

upstream::upstream(child_context context, child_options options, upstream_events& events)
    : context_(std::move(context))
    , options_(std::move(options))
    , events_(events)
    , tasks_(context_.ex, upstream_tasks_max)
    , breaker_(options_.breaker)
    , retries_(options_.retry.budget)
    , restarts_(options_.restart, std::random_device{}())
    , eras_(options_.only_era)
    , pools_(context_, options_, *this, restarts_, eras_)
    , offer_(options_)
    , life_(context_, options_, tasks_, pools_, eras_, restarts_)
    , view_(options_, pools_, offer_, breaker_, restarts_, life_)
    , trial_(context_, options_, pools_, eras_, life_, [this] { events_.on_lists_changed(*this); })
    , watches_(context_, options_, tasks_, pools_, life_)
    , places_(options_, pools_, life_, trial_, breaker_, restarts_, questions_)
    , uses_(context_.ex, options_, pools_, places_) {
    tasks_.on_exception = [this](const std::string& what) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, what);
    };
}

void intrusive_ptr_add_ref(upstream* used) {
    used->uses().add();
}

void intrusive_ptr_release(upstream* used) {
    used->uses().release();
}

upstream_visit::upstream_visit(upstream_ref of) : of_(std::move(of)) {
    if (of_) of_->uses().on_visit();
}

upstream_visit::~upstream_visit() {
    if (of_) of_->uses().on_visit_ended();
}

// ---- a changed configuration -------------------------------------------------------------------

bool is_same(const upstream_lists& one, const upstream_lists& other) {
    return std::ranges::all_of(all_lists, [&](list_kind kind) {
        return std::ranges::equal(one.items(kind), other.items(kind), {}, &list_item::json,
                                  &list_item::json);
    });
}

bool upstream::adopt(child_options options) {
    // Names are viewed across waits: the text stays where it is.
    options.name = std::move(options_.name);
    options_ = std::move(options);
    breaker_.set_options(options_.breaker);
    retries_.set_per_call(options_.retry.budget);
    restarts_.on_options();
    pools_.on_options();
    life_.changed().notify_all();
    const auto before = offer_.lists();
    offer_.show_again();
    return !is_same(*before, *offer_.lists());
}

void upstream::take_over(upstream& old) {
    uses_.set_lineage(old.uses_.lineage());
    watches_.take_over(old.watches_);
}

task<> upstream::close() {
    life_.begin_close();
    watches_.close();
    co_await pools_.close();
    life_.changed().notify_all();
    co_await tasks_.wait_all();
}

// ---- what instances report --------------------------------------------------------------------

void upstream::on_state(instance& from) {
    // A belief that led nowhere is given up, so that a server that was replaced by one of the other
    // era is found out at the next start.
    const bool has_failed = from.session().state == upstream_state::failed;
    if (has_failed && !from.life().has_agreed()) eras_.forget();
    // One more that cannot be started is no reason to leave those alone that work.
    const bool is_spare = !from.life().has_agreed() && pools_.has_running();
    if (has_failed && !is_spare) breaker_.fail(clock_type::now());
    pools_.on_state(from);
    // What it alone had has gone with it.
    if (!from.life().is_alive() && from.offers().has_read() && offer_.has_more()) merge_lists();
    life_.changed().notify_all();
}

void upstream::on_ready(instance& /*from*/) {
    breaker_.recover();
    watches_.on_ready();
    life_.changed().notify_all();
}

void upstream::on_question(instance& /*from*/) {
    if (!questions_.on_question()) return;
    pools_.set_asking(true);
    events_.on_lists_changed(*this); // it is worth to be remembered
    if (options_.interactive != interactivity::automatic || !options_.remote.url.empty()) return;
    context_.log->info("server '{}' asks its clients: from now on each of its processes gets one "
                       "client's calls at a time, and further ones are started as needed "
                       "(instances.max)",
                       options_.name);
}

std::shared_ptr<call_observer> upstream::client_of(const instance& one) {
    const auto key = pools_.key_of(one);
    if (key.empty() || options_.pool.share != sharing::session) return nullptr;
    return events_.client_with(key, one.session().spoken.value_or(newest_legacy));
}

void upstream::on_notification(instance& from, std::string_view line, const envelope& message) {
    // What has taken its place tells the same.
    if (pools_.is_leaving(from)) return;
    events_.on_notification(*this, line, message);
}

void upstream::on_lists(instance& from) {
    auto& pool = pools_.of(from.session().speaks);
    if (pool.members().is_lister(from)) {
        offer_.take(from);
        if (from.session().speaks == era::legacy) questions_.meet(from.session().server_info);
    }
    merge_lists();
}

void upstream::merge_lists() {
    pools_.note_lists();
    offer_.merge(pools_.primary().view().other_lists());
    events_.on_lists_changed(*this);
}

void upstream::on_verdict(instance& /*from*/, const era_verdict& eras) {
    eras_.learn(eras, clock_type::now());
    pools_.settle();
}

// ---- what is remembered ------------------------------------------------------------------------

void upstream::recall(remembered_schema schema) {
    offer_.recall(std::move(schema.lists), {schema.spoken, std::move(schema.server_info)});
    questions_ = std::move(schema.questions);
    if (schema.eras) eras_.recall(*schema.eras, clock_type::now());
    pools_.set_asking(questions_.has_asked());
}

std::optional<remembered_schema> upstream::schema() const {
    const auto* const first = pools_.primary().members().first();
    if (offer_.is_recalled() || first == nullptr || !first->session().spoken ||
        !first->offers().problem().empty())
        return std::nullopt;
    remembered_schema schema{
        offer_.first(), *first->session().spoken, first->session().server_info, questions_, {}};
    schema.eras = eras_.to_remember();
    return schema;
}

} // namespace mcpgw
