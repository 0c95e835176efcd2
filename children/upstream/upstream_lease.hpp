// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/circuit_breaker.hpp"
#include "children/pool/instance_place.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace mcpgw {

class place_finder;

/// A place on one instance for one call and its retries. While it is held, the instance is not
/// stopped, and no call of another client runs on it whose questions could be mistaken for this
/// one's. Made by `place_finder`, which must outlive it; owned by the caller.
class upstream_lease {
public:
    ~upstream_lease();
    upstream_lease(upstream_lease&& other) noexcept;
    upstream_lease& operator=(upstream_lease&&) = delete;

    [[nodiscard]] revision spoken() const { return spoken_; }
    [[nodiscard]] const std::string& server_info() const {
        return place_.on().session().server_info;
    }
    /// False: the process (or session) that it was taken for has ended.
    [[nodiscard]] bool is_alive() const { return !link_->has_ended(); }
    /// What the server has not done anything about is sent once more: with other headers, or to its
    /// next process or session. Errors: those of link::call(). `request` must live until then.
    task<result<upstream_answer>>
    call(upstream_call& request, std::shared_ptr<call_observer> observer, abort_signal& abort);
    /// Another one on the same process (or session), for what comes after this call. It takes no
    /// place away from others.
    [[nodiscard]] upstream_lease follow() const;
    /// What the server says of this task goes to `observer`, for as long as that lives.
    void give_task(task_names names, const std::shared_ptr<call_observer>& observer) {
        place_.on().questions().give_task(std::move(names), observer);
    }

private:
    friend class place_finder;
    upstream_lease(place_finder& from, instance_place place);
    [[nodiscard]] instance& on() const { return place_.on(); }
    /// To the connection of the instance. False: that does not run.
    bool try_bind();
    /// The same; it is started if it does not run.
    task<result<void>> bind(clock_type::time_point deadline, abort_signal& abort);
    /// Its calls decide what the breaker does.
    void count_as(circuit_breaker::pass pass) { pass_ = pass; }
    /// Nobody knows whether calls of this kind make the server ask; see question_record.
    void set_unproven() { is_unproven_ = true; }

    task<result<void>> bind_anew(std::optional<clock_type::time_point> call_ends,
                                 abort_signal& abort);
    void report(const upstream_call& request, const result<upstream_answer>& answer) const;
    [[nodiscard]] bool may_do_better(const result<upstream_answer>& answer) const;
    task<result<upstream_answer>> send_again(upstream_call& request,
                                             std::shared_ptr<call_observer> observer,
                                             result<upstream_answer> first, abort_signal& abort);

    place_finder* from_;
    std::optional<circuit_breaker::pass> pass_{}; ///< nothing: its outcomes decide nothing
    bool is_unproven_ = false;
    instance_place place_;
    std::shared_ptr<link> link_;
    revision spoken_ = newest_modern;
};

} // namespace mcpgw
