// SPDX-License-Identifier: Apache-2.0
#include "transports/async/task_group.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <iterator>
#include <new>
#include <stdexcept>
#include <utility>

namespace mcpgw {

task_group::~task_group() {
    assert(running_.empty() && "a coroutine outlived its group");
}

bool task_group::spawn(task<> t) {
    /// What Asio calls when the coroutine has ended. One that cannot go on, because there is no
    /// memory for a wait, is destroyed instead, and this with it: that is an end too, or wait_all()
    /// would wait for ever.
    class end_report {
    public:
        end_report(task_group& group, entry it) : group_(&group), it_(it) {}
        end_report(end_report&& other) noexcept
            : group_(std::exchange(other.group_, nullptr)), it_(other.it_) {}
        end_report& operator=(end_report&&) = delete;
        end_report(const end_report&) = delete;
        end_report& operator=(const end_report&) = delete;
        ~end_report() {
            if (group_ == nullptr) return;
            try {
                group_->on_end(it_, std::make_exception_ptr(std::runtime_error(
                                        "there was no memory for it to go on")));
            } catch (const std::exception&) { // nobody takes it
            }
        }
        void operator()(std::exception_ptr error) {
            std::exchange(group_, nullptr)->on_end(it_, std::move(error));
        }

    private:
        task_group* group_;
        entry it_;
    };
    if (is_closed_ || is_full()) return false;
    const asio::cancellation_signal* one = nullptr;
    try {
        one = &running_.emplace_back();
        const auto it = std::prev(running_.end());
        end_report report{*this, it};
        asio::co_spawn(executor_, std::move(t),
                       asio::bind_cancellation_slot(it->slot(), std::move(report)));
    } catch (const std::bad_alloc& e) {
        if (!on_exception) throw;
        if (one == nullptr) on_exception(e.what()); // else the report tells, or has told
        // One that had begun ends by itself, when the loop comes to it.
        return std::ranges::any_of(running_, [one](const auto& each) { return &each == one; });
    }
    return true;
}

void task_group::on_end(entry it, std::exception_ptr error) {
    running_.erase(it);
    if (running_.empty()) idle_.notify();
    if (!error) return;
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
        // How a cancelled coroutine ends (pitfalls: as_tuple is not no-throw after cancellation).
        if (e.code() == asio::error::operation_aborted) return;
        if (!on_exception) throw;
        on_exception(e.what());
    } catch (const std::exception& e) {
        if (!on_exception) throw;
        on_exception(e.what());
    }
}

void task_group::cancel_all() {
    is_closed_ = true;
    // A coroutine may end, and leave the list, while it is being told.
    for (auto it = running_.begin(); it != running_.end();) {
        const auto current = it++;
        current->emit(asio::cancellation_type::terminal);
    }
}

task<> task_group::wait_all() {
    while (!running_.empty()) co_await idle_.wait();
}

} // namespace mcpgw
