// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/era_watches.hpp"
#include "children/upstream/place_finder.hpp"
#include "children/upstream/remembered_schema.hpp"
#include "children/upstream/upstream_uses.hpp"
#include "children/upstream/upstream_view.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

class upstream;

/// What upstreams report upwards. Implemented by the registry.
class upstream_events {
public:
    /// The lists changed (first start, restart with differences, list_changed).
    virtual void on_lists_changed(upstream& source) = 0;
    /// Notifications that belong to no call: resources/updated, and others that are passed on.
    virtual void on_notification(upstream& source, std::string_view line,
                                 const envelope& message) = 0;

    /// The client whose instances have this key (`sharing`), for questions outside of calls to a
    /// server of this revision; null: it cannot be asked now.
    virtual std::shared_ptr<call_observer> client_with(std::string_view key, revision server) {
        (void)key, (void)server;
        return nullptr;
    }

protected:
    ~upstream_events() = default;
};

/// One configured MCP server behind us, as the server room sees it. Made of the parts below, which
/// it tells what its instances report. Owned by the registry.
class upstream final : private instance::owner {
public:
    upstream(child_context context, child_options options, upstream_events& events);

    [[nodiscard]] const std::string& name() const { return options_.name; }
    [[nodiscard]] const child_options& options() const { return options_; }
    /// Lists as of the last start or list_changed; kept while the upstream is not running.
    [[nodiscard]] const upstream_lists& lists() const { return *offer_.lists(); }
    /// Where these come from.
    [[nodiscard]] const server_offer& offer() const { return offer_; }

    // Its parts.
    /// How it looks from outside.
    [[nodiscard]] const upstream_view& view() const { return view_; }
    /// Starts, waits for starts, ends.
    upstream_life& life() { return life_; }
    /// Places for calls.
    place_finder& places() { return places_; }
    /// Its instances, of both eras.
    era_pools& pools() { return pools_; }
    /// What is known of the eras that it speaks.
    known_eras& eras() { return eras_; }
    /// Resources whose changes somebody waits for.
    era_watches& watches() { return watches_; }
    /// Who works with it.
    upstream_uses& uses() { return uses_; }
    [[nodiscard]] const upstream_uses& uses() const { return uses_; }
    /// Whether one more of its calls may be tried again; one that begins is told to on_call().
    [[nodiscard]] retry_budget& retries() { return retries_; }

    // As view() says.
    [[nodiscard]] upstream_status status() const { return view_.status(); }
    [[nodiscard]] upstream_state state() const { return view_.state(); }

    /// Before its first start: it offers what it did when it last ran, until it says otherwise.
    void recall(remembered_schema schema);
    /// What is worth to be remembered; nothing: it has not told everything.
    [[nodiscard]] std::optional<remembered_schema> schema() const;
    /// Other options hold from now on, of the same name and for the same processes: none of the
    /// changed keys may need a new one (key_effect). What waits for a time that they say looks
    /// again. True: other tools are shown.
    bool adopt(child_options options);
    /// It takes the place of `old`, which is on its way out.
    void take_over(upstream& old);
    /// Stops it for good: nothing starts it again. Returns when nothing of it is left.
    task<> close();

private:
    void merge_lists();
    // of its instances
    void on_state(instance& from) override;
    void on_verdict(instance& from, const era_verdict& eras) override;
    bool move_to(instance& from, era spoken) override { return pools_.move(from, spoken); }
    void on_ready(instance& from) override;
    void on_lists(instance& from) override;
    void on_question(instance& from) override;
    std::shared_ptr<call_observer> client_of(const instance& one) override;
    void on_notification(instance& from, std::string_view line, const envelope& message) override;

    child_context context_;
    child_options options_;
    upstream_events& events_;
    task_group tasks_;
    circuit_breaker breaker_;
    retry_budget retries_;
    restart_policy restarts_;
    question_record questions_;
    known_eras eras_;
    era_pools pools_;
    server_offer offer_;
    upstream_life life_;
    upstream_view view_;
    legacy_trial trial_;
    era_watches watches_;
    place_finder places_;
    upstream_uses uses_;
};

} // namespace mcpgw
