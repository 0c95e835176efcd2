// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/instance.hpp"
#include "children/policy/pool_rules.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// The instances of one server in one era: which of them a call goes to, how many there are, and
/// when one is stopped or makes room for another. `pool_rules` decides, this does. Owned by
/// `upstream`.
class instance_pool {
    struct member;

public:
    /// A hold on one instance: while it lives, nothing stops the instance in good order.
    class place {
    public:
        place() = default;
        ~place() { give_back(); }
        place(place&& other) noexcept
            : pool_(std::exchange(other.pool_, nullptr))
            , on_(other.on_)
            , use_(other.use_)
            , is_unproven_(other.is_unproven_)
            , can_answer_(other.can_answer_) {}
        place& operator=(place&& other) noexcept;

        [[nodiscard]] instance& on() const;
        /// False: on nothing.
        explicit operator bool() const { return pool_ != nullptr; }
        /// Another one on the same instance, for what comes after a call. It takes no place away
        /// from others.
        [[nodiscard]] place follow() const;
        /// Of the calls that are made on it.
        [[nodiscard]] call_kind kind() const {
            return use_ < use::call ? call_kind::follow_up : call_kind::client;
        }

    private:
        friend class instance_pool;
        enum class use : std::uint8_t {
            hold,    ///< it must not be forgotten; whether it is stopped is not our business
            nothing, ///< it must not be stopped
            call,
            asked_call,
        };
        place(instance_pool& pool, member& on, use what, bool is_unproven = false,
              bool can_answer = false);
        void give_back();

        instance_pool* pool_ = nullptr;
        member* on_ = nullptr;
        use use_ = use::hold;
        bool is_unproven_ = false;
        bool can_answer_ = false;
    };

    /// What a status shows of one instance.
    struct member_status {
        const instance* who;
        std::size_t calls;
        bool is_leaving;
    };

    instance_pool(const child_context& context, const child_options& options,
                  instance::owner& above, restart_policy& restarts, era spoken);
    ~instance_pool();
    instance_pool(const instance_pool&) = delete;
    instance_pool& operator=(const instance_pool&) = delete;

    [[nodiscard]] era spoken_era() const { return era_; }
    /// The instance whose lists are the server's; it may not run.
    instance& lister();
    /// The same, for whoever waits inside it: while it is held, it is not forgotten.
    place hold_lister();
    [[nodiscard]] bool is_lister(const instance& one) const;
    /// Beside those of the lister: of instances that said that their own lists changed.
    [[nodiscard]] std::vector<std::shared_ptr<const upstream_lists>> other_lists() const;
    /// Lists were read, or an instance that had its own has ended.
    void note_lists() { has_other_lists_ = !other_lists().empty(); }
    /// The same, or another one where there is none; null: there is none at all.
    [[nodiscard]] const instance* first() const;
    [[nodiscard]] place hold_first();
    /// One that takes calls now.
    [[nodiscard]] bool has_running() const;
    [[nodiscard]] bool is_alive() const;
    /// It is on its way out, another one has taken its place.
    [[nodiscard]] bool is_leaving(const instance& one) const;

    /// A place for a call; its instance may have to be started. Waits where all are taken.
    /// Errors: server_busy, with `retryAfterMs` (the queue is full, or its time is over), and the
    /// reason of the abort.
    task<result<place>> take(pool_request request, abort_signal& abort);

    /// The same where nothing has to be waited for; nothing: use take().
    std::optional<place> try_take(const pool_request& request);

    /// The server asks its clients, and its questions name no call.
    void set_interactive(bool is_interactive);
    /// Nothing is stopped for being idle, and as many are kept ready as the options say.
    void set_kept(bool is_kept);
    void want_logs();
    /// Those that belong to this session or user end after their calls.
    void end_key(std::string_view key);
    /// Whose it is; empty: nobody's.
    [[nodiscard]] std::string_view key_of(const instance& one) const;
    /// The client with this key has other roots now.
    void renew_roots(std::string_view key);
    /// Takes over `one` of another pool, which goes on in our era. False: it must stay where it is,
    /// for a call waits on it, or the place of the lister is taken here.
    bool adopt(instance_pool& from, const instance& one);
    /// The state of one of its instances has changed.
    void on_state(const instance& one);
    /// A server that was stopped by hand is wanted again.
    void resume() { is_stop_wanted_ = false; }

    void begin_stop();
    /// As close(), without waiting for it.
    void begin_close();
    /// Until no process is left; the next call starts one.
    task<> stop(abort_signal& abort);
    /// Stops it for good. Returns when nothing of it is left.
    task<> close();

    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& m : members_) visit(member_status{m->who.get(), m->calls, m->is_leaving});
        for (const auto& m : ending_) visit(member_status{m->who.get(), m->calls, true});
    }

private:
    struct member {
        std::unique_ptr<instance> who;
        std::string key;
        const member* replaces = nullptr;
        std::size_t calls = 0;
        std::size_t askers = 0;
        std::size_t unproven = 0;  ///< of the askers, those of which nobody knows whether they ask
        std::size_t answerers = 0; ///< of the askers, those whose clients can be asked
        clock_type::time_point unproven_until{}; ///< then they have had time enough to ask
        std::size_t leases = 0;
        std::size_t holds = 0;
        std::uint64_t number = 0; ///< never given twice
        owner_id owner = 0;
        owner_id last_owner = 0;
        bool is_used = false; ///< its process has had a call
        bool is_lister = false;
        bool is_leaving = false;
        bool has_closed = false;
        clock_type::time_point idle_since{};
        clock_type::time_point leaving_since{};
    };
    struct waiter {
        std::string_view key;
        bool may_be_asked = false;
    };
    using place_in_line = std::list<waiter>::iterator;

    // places (instance_pool.cpp)
    member& add_member(std::size_t at);
    [[nodiscard]] std::span<const pool_member> view(std::string_view tool = {});
    [[nodiscard]] pool_terms terms() const;
    [[nodiscard]] std::size_t members_max() const;
    member* choose(const pool_request& request, bool is_first);
    [[nodiscard]] clock_type::time_point next_seat(clock_type::time_point now) const;
    [[nodiscard]] bool has_tool(const instance& one, std::string_view tool) const;
    task<result<member*>> wait_in_line(pool_request request, abort_signal& abort);
    place enter(member& chosen, const pool_request& request);
    [[nodiscard]] bool is_first_in_line(const pool_request& request) const {
        return is_first_before(line_.end(), request);
    }
    [[nodiscard]] bool is_first_before(std::list<waiter>::const_iterator end,
                                       const pool_request& request) const;
    [[nodiscard]] fault busy(std::string_view what) const;
    [[nodiscard]] fault is_shut_down() const;
    void let_oldest_parked_give_way();
    [[nodiscard]] member* lister_member() const;

    // upkeep (instance_pool_upkeep.cpp)
    void look();
    task<> look_after();
    void begin_start(member& one);
    task<> start_ahead(place held);
    task<> close_member(member& one);
    void carry_out(const std::vector<pool_step>& steps);
    void begin_replacing(member& old);
    void leave(member& old);
    void begin_closing(member& one);
    void forget_ended();
    [[nodiscard]] bool has_work() const;

    const child_context& context_;
    const child_options& options_;
    instance::owner& owner_;
    restart_policy& restarts_;
    era era_;
    std::vector<std::unique_ptr<member>> members_;
    std::vector<std::unique_ptr<member>> ending_; ///< closing, or still held
    std::vector<pool_member> view_;               ///< made anew for each decision
    std::uint64_t members_made_ = 0;
    std::list<waiter> line_;
    task_group tasks_;
    broadcast freed_;   ///< a place may be free
    broadcast changed_; ///< something may be due
    std::chrono::milliseconds usual_wait_{1'000};
    bool is_interactive_ = false;
    bool is_kept_ = false;
    bool wants_logs_ = false;
    bool is_looking_after_ = false;
    bool has_other_lists_ = false; ///< some instance that is no lister has read lists of its own
    bool is_stop_wanted_ = false;
    bool is_closed_ = false;
};

} // namespace mcpgw
