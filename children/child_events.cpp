// What a child says of itself: requests to the client behind a call, and notifications.
#include "children/child.hpp"

#include "protocol/json_text.hpp"
#include "protocol/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mcpgw {

namespace {

constexpr std::chrono::minutes question_timeout{30}; // a person may have to think
constexpr std::size_t questions_max = 128;           // open at the same time, one child

/// The observer that a message without reference must belong to: the newest call, if all calls in
/// flight have one owner. A question that could belong to two clients belongs to nobody.
std::shared_ptr<call_observer>
sole_owner(const std::vector<std::shared_ptr<call_observer>>& observers) {
    std::set<const void*> owners;
    for (const auto& observer : observers) owners.insert(observer->owner());
    return owners.size() == 1 ? observers.back() : nullptr;
}

} // namespace

void child::on_request(std::string_view line, const envelope& message) {
    const auto name = message.method.of(line);
    const auto id = message.id.of(line);
    if (name == method::ping) return answer(id, std::string{"{}"});
    if (spoken_ && era_of(*spoken_) == era::modern) {
        // 2026-07-28, basic/transports/stdio: the server MUST NOT write requests to stdout.
        context_.log->warning("server '{}' sent a request although its protocol forbids that",
                              options_.name);
        return answer(id, fault{errc::method_not_found, "this protocol revision has no requests "
                                                        "from servers"});
    }
    if (name == method::sampling || name == method::elicitation || name == method::roots_list)
        return relay_question(line, message);
    answer(id, fault{errc::method_not_found, fmt::format("Method not found: {}", name)});
}

void child::relay_question(std::string_view line, const envelope& message) {
    const auto name = message.method.of(line);
    const auto id = message.id.of(line);
    if (!link_) return;
    const auto observers = link_->observers();
    // Roots are also asked for outside of any call, right after the handshake: there are none then.
    if (observers.empty() && name == method::roots_list)
        return answer(id, std::string{R"({"roots":[]})"});
    const auto observer = sole_owner(observers);
    if (!observer) {
        return answer(id,
                      fault{errc::session_error,
                            observers.empty()
                                ? "no client waits for an answer of this server, so nobody can "
                                  "be asked"
                                : "calls of several clients are in flight, so it is not certain "
                                  "who must be asked"});
    }
    if (questions_.size() >= questions_max)
        return answer(id, fault{errc::server_busy, "too many questions are open"});
    auto asked = observer->ask(name, message.params.of(line));
    if (asked.has_error()) return answer(id, asked.error());
    questions_.push_back({std::string{id}, *asked});
    if (tasks_.spawn(answer_question(link_, questions_.back()))) return;
    const fault refusal{errc::server_busy, "too many questions are open"};
    (*asked)->settle(refusal);
    questions_.pop_back();
    answer(id, refusal);
}

task<> child::answer_question(std::shared_ptr<stdio_link> link, pending_question pending) {
    const auto outcome = co_await pending.asked->wait(clock_type::now() + question_timeout);
    std::erase_if(questions_, [&](const auto& q) { return q.asked == pending.asked; });
    const bool was_withdrawn = outcome.has_error() && outcome.error().code == errc::call_cancelled;
    if (was_withdrawn || link != link_) co_return;
    answer(pending.child_id, outcome);
}

void child::answer(std::string_view child_id, const result<std::string>& outcome) {
    if (!link_) return;
    link_->try_send(outcome.has_error() ? make_error_response(child_id, outcome.error())
                                        : make_response(child_id, *outcome));
}

void child::on_notification(std::string_view line, const envelope& message) {
    const auto name = message.method.of(line);
    if (name == notification::message) return relay_log(line, message);
    if (name == notification::cancelled) return withdraw_question(line, message);
    if (name == notification::tools_changed || name == notification::prompts_changed ||
        name == notification::resources_changed) {
        is_refresh_wanted_ = true; // during the start: looked at when that has ended
        return refresh_if_wanted();
    }
    context_.events->on_notification(*this, line, message);
}

void child::relay_log(std::string_view line, const envelope& message) {
    if (!link_) return;
    // A log message names no call. It may quote what one client sent, so it reaches nobody else.
    if (const auto observer = sole_owner(link_->observers())) observer->on_log(line, message);
}

void child::withdraw_question(std::string_view line, const envelope& message) {
    const auto id = message.in_params.request_id.of(line);
    for (const auto& pending : questions_)
        if (pending.child_id == id)
            pending.asked->settle(fault{errc::call_cancelled, "the server withdrew its question"});
}

} // namespace mcpgw
