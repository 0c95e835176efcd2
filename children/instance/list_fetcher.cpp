// SPDX-License-Identifier: Apache-2.0
#include "children/instance/list_fetcher.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/repair/message_repair.hpp"
#include "protocol/repair/shapes.hpp"
#include "protocol/text/value_rules.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::seconds refresh_pause{1}; // for lists that nobody may keep
constexpr std::chrono::seconds repair_pause{10}; // for a list that could not be read

constexpr std::string_view method_not_found = "-32601";
constexpr std::size_t shown_name_bytes_max = 100;

/// Capabilities that were declared, and tools.
std::string with_tools(std::string_view capabilities) {
    member_writer all;
    member_reader members{capabilities};
    while (const auto member = members.next())
        if (member->key != "tools") all.add(member->key, member->value);
    all.add("tools", "{}");
    return all.take_object();
}

} // namespace

task<> list_fetcher::fetch(std::shared_ptr<link> peer) {
    if (!is_offered_) co_return;
    // All at once: who sees the capabilities takes the lists for complete.
    upstream_lists fresh = session_.agreed;
    fresh.fetched_at = clock_type::now();
    std::string problem;
    for (const auto kind : all_lists) {
        // Some servers have tools and do not say so: they are asked all the same.
        const bool is_declared = fresh.has_list(kind);
        if (!is_declared && kind != list_kind::tools) continue;
        const auto read = co_await fetch_list(peer, kind, fresh);
        if (!is_declared && !fresh.tools.empty())
            fresh.capabilities = with_tools(session_.agreed.capabilities);
        if (!read.has_error() || !is_declared) continue;
        // Better the list of before than half of one, or none.
        fresh.items(kind) = lists_->items(kind);
        fresh.hints[static_cast<std::size_t>(kind)] = {};
        problem = fmt::format("{} failed: {}", list_method(kind), read.error().message());
        // A start that was broken off on purpose is no news.
        if (!session_.is_stop_wanted && !session_.is_closed)
            session_.context.log->warning("server '{}': {}", session_.options.name, problem);
    }
    learn_headers(fresh.tools);
    if (peer->has_ended()) co_return; // half a list is worse than the one we had
    problem_ = std::move(problem);
    lists_ = std::make_shared<const upstream_lists>(std::move(fresh));
    on_lists_();
}

/// All pages of a list. The server may be wrong in many ways: what can be used of its list is.
task<result<void>> list_fetcher::fetch_list(std::shared_ptr<link> peer, list_kind kind,
                                            upstream_lists& into) {
    std::set<std::string> cursors; // raw
    std::string cursor;
    abort_signal never;
    const auto cut = [&](std::string_view why) {
        remark(into, fmt::format("{} {}; the rest is left out", list_method(kind), why));
    };
    for (std::size_t page = 0; page < session_.options.limits.list_pages_max; ++page) {
        auto request = own_call(list_method(kind), session_.options.list_timeout);
        if (!cursor.empty()) request.members = fmt::format(R"("cursor":{})", cursor);
        const auto answer = co_await peer->call(request, session_.spoken, nullptr, never);
        if (answer.has_error()) co_return answer.error();
        if (answer->message.is_error) {
            const auto error = answer->message.error.of(answer->line);
            // Many servers declare resources but have no templates: the list is empty then.
            if (find_member(error, "code") == method_not_found) co_return result<void>{};
            const auto text = unquote_json(find_member(error, "message")).value_or("no message");
            if (page == 0) co_return fault{errc::server_failed, text};
            cut(fmt::format("refused page {} ({})", page + 1, text));
            co_return result<void>{};
        }
        const auto body = answer->message.result.of(answer->line);
        if (!is_json_array(find_member(body, array_key(kind))))
            co_return fault{errc::server_failed,
                            fmt::format("the answer has no array `{}`", array_key(kind))};
        const auto hints = cache_hints::of(body);
        auto& merged = into.hints[static_cast<std::size_t>(kind)];
        if (page == 0)
            merged = hints;
        else
            merged.merge(hints);
        if (!add_page(kind, body, into)) {
            cut(fmt::format("has more than {} entries (limits.list_items_max)",
                            session_.options.limits.list_items_max));
            co_return result<void>{};
        }
        cursor = answer->message.in_result.next_cursor.of(answer->line);
        // A number is none, but what wrote it understands it.
        if (!is_json_string(cursor) && !is_whole_number(cursor)) co_return result<void>{};
        if (!cursors.insert(cursor).second) {
            // An empty text may be a cursor; from most it means that there is no more.
            if (cursor != R"("")") cut("gives the same cursor again");
            co_return result<void>{};
        }
    }
    cut(fmt::format("has more than {} pages (limits.list_pages_max)",
                    session_.options.limits.list_pages_max));
    co_return result<void>{};
}

/// What a person should hear of entries: that they are mended or left out.
void list_fetcher::remark(upstream_lists& on, std::string text) const {
    if (on.remarks.size() >= upstream_lists::remarks_max) return;
    const bool is_news = std::ranges::find(lists_->remarks, text) == lists_->remarks.end();
    if (is_news) session_.context.log->warning("server '{}': {}", session_.options.name, text);
    on.remarks.push_back(std::move(text));
}

/// False: there are more entries than allowed. One bad entry never costs a client the others.
bool list_fetcher::add_page(list_kind kind, std::string_view result_json,
                            upstream_lists& into) const {
    auto& items = into.items(kind);
    element_reader elements{find_member(result_json, array_key(kind))};
    for (std::size_t index = 0;; ++index) {
        const auto element = elements.next();
        if (!element) return true;
        const auto place = fmt::format("{}[{}]", array_key(kind), index);
        if (!is_json_object(*element)) {
            remark(into, fmt::format("{} is left out: it is {}, not an object", place,
                                     kind_of(*element)));
            continue;
        }
        const auto name = find_member(*element, item_key(kind));
        const auto shown = name.empty()
                               ? place
                               : fmt::format("{} {}", place, name.substr(0, shown_name_bytes_max));
        auto fitted = fit(without_nulls(*element), list_item_shape(kind), place);
        if (fitted.has_error()) {
            remark(into, fmt::format("{} is left out: {}", shown, fitted.error().detail));
            continue;
        }
        for (const auto& part : fitted->left_out)
            remark(into, fmt::format("a part of {} is left out: {}", shown, part));
        auto key = unquote_json(find_member(fitted->text, item_key(kind)));
        if (!key || std::ranges::find(items, *key, &list_item::key) != items.end()) continue;
        if (items.size() >= session_.options.limits.list_items_max) return false;
        items.push_back({std::move(*key), minify_json(fitted->text)});
    }
}

bool list_fetcher::are_stale(clock_type::time_point now) const {
    if (!is_offered_ || !session_.is_running()) return false;
    const auto age = now - lists_->fetched_at;
    if (!problem_.empty() && age >= repair_pause) return true;
    // Legacy servers have no such rule: their lists are good until they say otherwise.
    return session_.speaks == era::modern && age >= refresh_pause && lists_->is_stale(now);
}

task<> list_fetcher::refresh_stale(clock_type::time_point now, std::chrono::milliseconds patience,
                                   abort_signal& abort) {
    if (are_stale(now)) is_refresh_wanted_ = true;
    refresh_if_wanted();
    co_await refresh_until(refreshing_since_ + patience, abort);
}

task<> list_fetcher::refresh_until(clock_type::time_point deadline, abort_signal& abort) {
    refresh_if_wanted();
    while (is_refreshing_ && clock_type::now() < deadline && !abort.reason())
        co_await session_.changed.wait_until(deadline, abort);
}

/// Only what is reached over HTTP must heed the annotations, and only in the modern era.
void list_fetcher::learn_headers(std::vector<list_item>& tools) {
    if (session_.speaks != era::modern || session_.options.remote.url.empty()) return;
    for (const auto& [tool, reason] : headers_.learn(tools))
        session_.context.log->warning("server '{}': tool '{}' is left out: {}",
                                      session_.options.name, tool, reason);
}

void list_fetcher::refresh_if_wanted() {
    if (!is_offered_ || !is_refresh_wanted_ || is_refreshing_ || !session_.is_running()) return;
    auto work = refresh_all(
        session_.connection); // first: where there is no memory for it, no flag may stay set
    is_refreshing_ = true;    // it may end before spawn() returns
    refreshing_since_ = clock_type::now();
    if (!session_.tasks.spawn(std::move(work))) is_refreshing_ = false;
}

task<> list_fetcher::refresh_all(std::shared_ptr<link> peer) {
    const on_scope_exit finish{[this] {
        is_refreshing_ = false;
        session_.changed.notify_all();
    }};
    // Several changes in a row cost one more fetch, not one each.
    while (std::exchange(is_refresh_wanted_, false) && !peer->has_ended()) {
        co_await fetch(peer);
        refreshing_since_ = clock_type::now();
    }
}

void list_fetcher::want_refresh() {
    is_refresh_wanted_ = true; // during the start: looked at when that has ended
    refresh_if_wanted();
}

void list_fetcher::on_changed() {
    is_offered_ = true;
    want_refresh();
}

task<> list_fetcher::refresh(abort_signal& abort) {
    is_refresh_wanted_ = true;
    co_await refresh_until(clock_type::now() + session_.options.list_timeout, abort);
}

} // namespace mcpgw
