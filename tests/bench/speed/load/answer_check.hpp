// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/load/requests.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw::bench {

/// Judges every answer: is it to this request, and is its payload whole? The first one is read with
/// care; one that has the same bytes but for the id is as good. Shared by all lanes of a load.
class answer_check {
public:
    explicit answer_check(const call_kind& kind);

    /// One message with an answer.
    bool accepts(std::string_view message, std::uint64_t id);
    /// The body of a reply that is an event stream: the notifications, in their order, and the
    /// answer.
    bool accepts_stream(std::string_view body, std::uint64_t id);
    /// The id that a message answers, for pipes; nothing: it answers none.
    [[nodiscard]] std::optional<std::uint64_t> id_in(std::string_view message) const;
    /// A notification of progress of the call `id`, the next after `seen`.
    bool accepts_progress(std::string_view message, std::uint64_t id, int seen);

    /// A notification that is not looked at any closer.
    void count_event() { ++events_; }

    [[nodiscard]] std::uint64_t wrong() const { return wrong_; }
    [[nodiscard]] const std::string& first_wrong() const { return first_wrong_; }
    /// Notifications that were right.
    [[nodiscard]] std::uint64_t events() const { return events_; }
    /// Answers that had to be read with care.
    [[nodiscard]] std::uint64_t read_whole() const { return read_whole_; }

private:
    [[nodiscard]] bool is_known(std::string_view message, std::uint64_t id) const;
    [[nodiscard]] bool is_right(std::string_view message, std::string_view id) const;
    bool refuse(std::string_view message);

    const call_kind kind_;
    std::string known_; ///< the last answer that was read with care
    std::size_t known_id_at_ = 0;
    std::uint64_t wrong_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t read_whole_ = 0;
    std::string first_wrong_;
};

} // namespace mcpgw::bench
