// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::bench {

/// Takes HTTP/1.1 replies of one connection apart, with as little work as can be. Knows no I/O: the
/// owner reads into space() and says so.
class reply_reader {
public:
    enum class state : std::uint8_t { incomplete, complete, broken };

    /// Where the next bytes go; never empty.
    std::span<char> space();
    state received(std::size_t count);
    /// After a complete one. What came after it may be complete at once.
    state next();

    [[nodiscard]] int status() const { return known_.status; }
    [[nodiscard]] bool is_event_stream() const { return known_.is_event_stream; }
    /// Status line and fields, each line with its end.
    [[nodiscard]] std::string_view head() const { return {in_.data(), head_size_}; }
    /// As much as is there, without the marks of chunks.
    [[nodiscard]] std::string_view body() const;
    /// Forgets the first bytes of the body of a chunked reply, for streams without end.
    void drop_body(std::size_t count) { body_.erase(0, count); }

private:
    struct head_facts {
        int status = 0;
        std::size_t length = 0;
        bool is_chunked = false;
        bool is_event_stream = false;
    };
    state advance();
    bool read_head();
    state read_chunks();

    std::vector<char> in_;
    std::size_t filled_ = 0;
    std::size_t head_size_ = 0; ///< 0: not whole yet
    head_facts known_;
    std::string known_head_; ///< that known_ was read from: most replies have the same one
    std::string body_;       ///< of a chunked reply
    std::size_t chunk_left_ = 0;
    bool is_in_chunk_ = false;
};

} // namespace mcpgw::bench
