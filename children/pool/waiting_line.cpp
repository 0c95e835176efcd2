// SPDX-License-Identifier: Apache-2.0
#include "children/pool/waiting_line.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::chrono::milliseconds hint_min{100}; // of "try again in"
constexpr std::chrono::milliseconds hint_max{30'000};

} // namespace

waiting_line::turn waiting_line::join(const pool_request& request) {
    return line_.insert(line_.end(), waiter{request.key, request.may_be_asked});
}

void waiting_line::leave(turn own) {
    line_.erase(own);
}

void waiting_line::note_wait(std::chrono::milliseconds waited) {
    usual_wait_ = (usual_wait_ * 7 + waited) / 8;
}

bool waiting_line::is_first(turn own, const pool_request& request) const {
    return std::none_of(line_.begin(), own, [&request](const waiter& w) {
        return w.key == request.key && (request.may_be_asked || !w.may_be_asked);
    });
}

std::chrono::milliseconds waiting_line::hint() const {
    return std::clamp(usual_wait_, hint_min, hint_max);
}

} // namespace mcpgw
