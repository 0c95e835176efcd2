// Places on the processes of a legacy server that asks its clients: one client at a time on each,
// because its questions do not say which call they belong to.
#include "children/upstream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::seconds parked_grace{2}; // for people, before others need the process

} // namespace

bool upstream::is_interactive() const {
    // Over HTTP a question comes on the stream of its call.
    if (!options_.remote.url.empty()) return false;
    if (options_.interactive == interactivity::automatic) return has_asked_;
    return options_.interactive == interactivity::yes;
}

upstream::seat* upstream::find_seat(owner_id whose) {
    if (!is_interactive()) return legacy_.front().get();
    seat* free = nullptr;
    for (const auto& place : legacy_) {
        const bool is_own = place->users > 0 && place->owner == whose && whose != 0;
        if (is_own) return place.get();
        if (place->users > 0) continue;
        // What a server remembers of a client is where the client was last.
        if (free == nullptr || place->last_owner == whose) free = place.get();
    }
    if (free != nullptr) return free;
    return legacy_.size() < options_.limits.instances_max ? &add_seat() : nullptr;
}

task<result<upstream::seat*>> upstream::take_seat(caller who, abort_signal& abort) {
    const auto whose = who.owner;
    const auto deadline = std::min(clock_type::now() + options_.instance_wait, who.deadline);
    auto patient_until = clock_type::now() + parked_grace;
    const abort_signal::listener on_abort{abort, [this] {
                                              changed_.notify_all();
                                          }};
    auto* place = find_seat(whose);
    const auto busy = [this](std::string_view what) {
        return fault{errc::server_busy,
                     fmt::format("all {} processes of server '{}' are busy with calls that ask "
                                 "their clients{}",
                                 legacy_.size(), options_.name, what)};
    };
    if (place == nullptr && seats_wanted_ >= options_.limits.instance_queue_max)
        co_return busy(", and as many calls wait as may (limits.instance_queue_max)");
    ++seats_wanted_;
    while (place == nullptr && clock_type::now() < deadline && !abort.reason() && !is_closed_) {
        // Nobody must wait for people: who never comes back with the answers would block the rest.
        if (clock_type::now() >= patient_until) {
            let_oldest_parked_give_way();
            patient_until = clock_type::now() + parked_grace;
        }
        co_await changed_.wait_until(std::min(deadline, patient_until));
        place = find_seat(whose);
    }
    --seats_wanted_;
    if (abort.reason()) co_return *abort.reason();
    if (place == nullptr) co_return busy("");
    const bool changes_hands = place->users == 0 && place->last_owner != whose;
    if (changes_hands && place->last_owner != 0 && is_interactive()) place->who->drop_roots();
    place->owner = place->users == 0 || place->owner == whose ? whose : 0;
    place->last_owner = whose;
    ++place->users;
    // A call that was given up may still be at work there, and ask: nobody else's business.
    const bool is_tainted =
        is_interactive() && place->users == 1 && place->who->is_abandoned(whose);
    if (is_tainted) co_await place->who->stop();
    co_return place;
}

void upstream::let_oldest_parked_give_way() {
    std::shared_ptr<call_observer> oldest;
    for (const auto& place : legacy_) {
        const auto peer = place->who->connection();
        if (!peer) continue;
        for (const auto& observer : peer->observers()) {
            const auto since = observer->parked_since();
            if (since && (!oldest || *since < *oldest->parked_since())) oldest = observer;
        }
    }
    if (!oldest) return;
    context_.log->info(
        "server '{}': all {} processes wait for clients; the call that waits longest "
        "gives way to a new one",
        options_.name, legacy_.size());
    oldest->give_way();
}

void upstream::leave_seat(seat& place) {
    if (--place.users == 0) place.owner = 0;
    changed_.notify_all();
}

} // namespace mcpgw
