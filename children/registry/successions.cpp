// SPDX-License-Identifier: Apache-2.0
#include "children/registry/successions.hpp"

#include <utility>

namespace mcpgw {

void successions::begin(std::unique_ptr<upstream> heir) {
    const auto& name = heir->name();
    cancel(name);
    auto work = prepare(upstream_ref{heir.get()});
    log_.info("server '{}' is started with its changed configuration; the one that runs goes on "
              "until that answers",
              name);
    entries_[name].heir = std::move(heir); // before: it may end within spawn()
    tasks_.spawn(std::move(work));
}

task<> successions::prepare(upstream_ref heir) {
    const auto deadline = clock_type::now() + heir->options().start_wait();
    const auto started = co_await heir->life().ensure_running(deadline);
    const auto place = entries_.find(heir->name());
    const bool is_wanted = place != entries_.end() && place->second.heir.get() == heir.get();
    if (!is_wanted) co_return;
    if (!started.has_error()) {
        on_ready_(heir->name());
        co_return;
    }
    log_.error("server '{}' cannot be started with its changed configuration, the one that runs "
               "goes on: {}",
               heir->name(), started.error().message());
    place->second.failure = started.error().message();
    retired_.take(std::move(place->second.heir));
}

void successions::cancel(std::string_view name) {
    const auto place = entries_.find(name);
    if (place == entries_.end()) return;
    auto unwanted = std::move(place->second.heir);
    entries_.erase(place);
    if (unwanted) retired_.take(std::move(unwanted));
}

void successions::cancel_all() {
    while (!entries_.empty()) cancel(std::string{entries_.begin()->first});
}

std::unique_ptr<upstream> successions::take(std::string_view name) {
    const auto place = entries_.find(name);
    if (place == entries_.end()) return nullptr;
    auto heir = std::move(place->second.heir);
    entries_.erase(place);
    return heir;
}

const upstream* successions::heir_of(std::string_view name) const {
    const auto place = entries_.find(name);
    return place == entries_.end() ? nullptr : place->second.heir.get();
}

std::string_view successions::failure_of(std::string_view name) const {
    const auto place = entries_.find(name);
    return place == entries_.end() ? std::string_view{} : place->second.failure;
}

} // namespace mcpgw
