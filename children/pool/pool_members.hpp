// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/pool/pool_entry.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace mcpgw {

/// The instances of one server in one era: those that are there, and those that are on their way
/// out. Makes and forgets them; what they do is `pool_upkeep`'s business. Owned by `instance_pool`.
class pool_members {
public:
    using entries = std::vector<std::unique_ptr<pool_entry>>;

    /// What a status shows of one instance.
    struct member_status {
        const instance* who;
        std::size_t calls;
        bool is_leaving;
    };

    pool_members(const child_context& context, const child_options& options, instance::owner& above,
                 restart_policy& restarts, era spoken);

    [[nodiscard]] era spoken_era() const { return era_; }
    /// Without those that are ending.
    [[nodiscard]] const entries& all() const { return members_; }
    /// Closing, or still held.
    [[nodiscard]] const entries& ending() const { return ending_; }
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& m : members_) visit(member_status{m->who.get(), m->calls, m->is_leaving});
        for (const auto& m : ending_) visit(member_status{m->who.get(), m->calls, true});
    }

    /// One whose lists are the server's; it may not run. Null: there is none.
    [[nodiscard]] pool_entry* lister() const;
    [[nodiscard]] bool is_lister(const instance& one) const;
    /// The lister, or another one where there is none; null: there is none at all.
    [[nodiscard]] pool_entry* first_entry() const;
    [[nodiscard]] const instance* first() const;
    /// Null: it is none of ours, or is ending.
    [[nodiscard]] pool_entry* find(const instance& one) const;
    /// Whose it is; empty: nobody's.
    [[nodiscard]] std::string_view key_of(const instance& one) const;
    /// It is on its way out, another one has taken its place.
    [[nodiscard]] bool is_leaving(const instance& one) const;
    /// Some instance takes calls now.
    [[nodiscard]] bool has_running() const;
    [[nodiscard]] std::size_t count_running() const;
    [[nodiscard]] bool is_alive() const;
    /// Of the calls that wait for clients which may still come back with an answer, the one that
    /// waits longest; null: none waits.
    [[nodiscard]] std::shared_ptr<call_observer> oldest_parked() const;

    /// How many there may be.
    [[nodiscard]] std::size_t count_max() const;
    /// The server asks its clients, and its questions name no call: one client at a time.
    [[nodiscard]] bool is_interactive() const { return is_interactive_; }
    void set_interactive(bool is_interactive) { is_interactive_ = is_interactive; }
    /// Some client wants log messages: those that are there, and all that come.
    void want_logs();

    /// A new one, behind the last or before the one at `at`. The first one is the lister.
    pool_entry& add() { return add(members_.size()); }
    pool_entry& add(std::size_t at);
    /// One beside it, of the same owner and in its place in the order, that shall take its place.
    pool_entry& add_successor(const pool_entry& old);
    /// From now on it gets no more calls.
    void leave(pool_entry& old);
    /// It is ending from now on.
    void retire(pool_entry& old);
    /// Those that have ended and that nobody holds any more.
    void forget_ended();
    /// Gives it to another pool. It must be one of ours.
    std::unique_ptr<pool_entry> release(pool_entry& one);
    void adopt(std::unique_ptr<pool_entry> taken);

private:
    const child_context& context_;
    const child_options& options_;
    instance::owner& owner_;
    restart_policy& restarts_;
    era era_;
    entries members_;
    entries ending_;
    std::uint64_t members_made_ = 0;
    bool is_interactive_ = false;
    bool wants_logs_ = false;
};

} // namespace mcpgw
