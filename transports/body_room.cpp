#include "transports/body_room.hpp"

#include <algorithm>

namespace mcpgw {

std::span<char> make_room(std::string& body, std::size_t told) {
    const auto come = body.size();
    if (come >= told) return {};
    if (come == body.capacity() || come == 0) {
        const auto bytes = std::min(told, std::max(2 * come, body_first_bytes));
        std::string larger;
        larger.reserve(bytes); // of an empty one: a text that grows rounds up beyond what was told
        larger.append(body);
        body.swap(larger);
    }
    const auto ready = come == 0 ? body_first_bytes : come + body_step_bytes;
    body.resize(std::min({told, body.capacity(), ready}));
    return std::span{body}.subspan(come);
}

} // namespace mcpgw
