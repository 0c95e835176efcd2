// SPDX-License-Identifier: Apache-2.0
#include "transports/async/task_group.hpp"

#include <cassert>
#include <exception>
#include <new>

namespace mcpgw {

task_group::~task_group() {
    assert(running_.empty() && "a coroutine outlived its group");
}

bool task_group::spawn(task<> t) {
    if (is_closed_ || is_full()) return false;
    std::list<asio::cancellation_signal> added;
    try {
        added.emplace_back();
        const auto it = added.begin();
        running_.splice(running_.end(), added);
        auto handler = [this, it](std::exception_ptr error) {
            on_end(it, std::move(error));
        };
        try {
            asio::co_spawn(executor_, std::move(t),
                           asio::bind_cancellation_slot(it->slot(), std::move(handler)));
        } catch (...) { // where it did not begin, nobody will say that it has ended
            running_.remove_if([signal = &*it](const auto& each) { return &each == signal; });
            throw;
        }
    } catch (const std::bad_alloc& e) {
        if (!on_exception) throw;
        on_exception(e.what());
        return false;
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
