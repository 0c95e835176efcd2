// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/place_finder.hpp"
#include "transports/async/async_condition.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace mcpgw {

/// Which server is meant, across waits and changes of the configuration: one that was removed and
/// came back under its name is another one, which knows nothing of the tasks and watches of the
/// first.
struct server_identity {
    std::string name;
    std::uint64_t lineage = 0; ///< see upstream_uses

    bool operator==(const server_identity&) const = default;
};

/// Who works with a server, and since when it is the same one: when a changed configuration no
/// longer names it, its calls end first, and it is forgotten when nobody holds it any more. Owned
/// by `upstream`.
class upstream_uses {
public:
    upstream_uses(executor ex, const child_options& options, const era_pools& pools,
                  place_finder& places)
        : options_(options), pools_(pools), places_(places), released_(ex) {
        places_.on_last_call(&released_);
    }

    /// The same for all that take each other's place; another one for a server that was removed
    /// and came back under its name. Given by the registry; never 0 there.
    [[nodiscard]] std::uint64_t lineage() const { return lineage_; }
    [[nodiscard]] server_identity identity() const { return {options_.name, lineage_}; }
    void set_lineage(std::uint64_t lineage) { lineage_ = lineage; }

    /// It gets no new clients: returns when the calls of those that it has are over, when
    /// `instances.drain_timeout` is over for them and no call waits for its client, or when the
    /// wait is aborted.
    task<> drain(abort_signal& abort);
    /// Returns when nobody holds it any more, or the wait is aborted.
    task<> wait_unused(abort_signal& abort);

    // of upstream_visit
    void on_visit() { ++visits_; }
    void on_visit_ended() {
        if (--visits_ == 0) released_.notify_all();
    }
    // of upstream_ref
    void add() { ++users_; }
    void release() {
        if (--users_ == 0) released_.notify_all();
    }

private:
    const child_options& options_;
    const era_pools& pools_;
    place_finder& places_;
    async_condition released_; ///< a call has ended, or somebody has let go of it
    std::uint64_t lineage_ = 0;
    std::size_t users_ = 0;
    std::size_t visits_ = 0;
};

class upstream;

/// A server that somebody works with, maybe across waits: one that a changed configuration no
/// longer names is not forgotten before the last of them has let go of it. Null: no such server.
/// Never the owner: that is the registry.
using upstream_ref = boost::intrusive_ptr<upstream>;

/// Counted on the thread of the event loop alone.
void intrusive_ptr_add_ref(upstream* used);
void intrusive_ptr_release(upstream* used);

/// A server that a client's call works with, from when it was found to the end of its retries: one
/// that is on its way out waits for such calls also while they have no place on it.
class upstream_visit {
public:
    explicit upstream_visit(upstream_ref of);
    ~upstream_visit();
    upstream_visit(upstream_visit&& other) noexcept = default;
    upstream_visit& operator=(upstream_visit&&) = delete;

    [[nodiscard]] upstream& operator*() const { return *of_; }
    [[nodiscard]] upstream* operator->() const { return of_.get(); }
    /// False: there is no such server.
    explicit operator bool() const { return of_ != nullptr; }

private:
    upstream_ref of_;
};

} // namespace mcpgw
