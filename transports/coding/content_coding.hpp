// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Content codings (RFC 9110, 8.4.1): bodies that travel compressed. Pure: bytes in, bytes out.
enum class content_coding : std::uint8_t { identity, gzip, deflate, br, zstd };
std::string_view to_string(content_coding coding);

/// How much more may come out than went in. Text that repeats itself shrinks to a fiftieth; what
/// grows more was made to fill memory. The reader of the body limits the size of the whole.
struct expansion_limits {
    std::size_t free_bytes = 4U << 20U; ///< come out of however little
    std::size_t ratio_max = 300;        ///< of all that comes out beyond that
};

/// Undoes the codings of one body as it comes. Any split is fine, and all that can come out does,
/// so that an event that was flushed is not held back.
class content_decoder {
public:
    static constexpr std::size_t codings_max = 2; ///< one around the other
    /// The coder of one coding.
    class stage {
    public:
        virtual ~stage() = default;
        /// Appends to `out` what follows from `bytes`, at most `room` bytes. Errors:
        /// bad_http_request (damaged), message_too_large (more than `room`).
        virtual result<void> feed(std::string_view bytes, std::size_t room, std::string& out) = 0;
        /// All that was begun has ended.
        [[nodiscard]] virtual bool is_whole() const = 0;
    };

    /// For the value of Content-Encoding. Null: nothing has to be undone. Error bad_http_request:
    /// it names a coding that nobody knows.
    static result<std::unique_ptr<content_decoder>> make(std::string_view value,
                                                         expansion_limits limits = {});

    /// What follows from the next bytes of the body.
    result<std::string> feed(std::string_view bytes);
    /// False: the body was cut off.
    [[nodiscard]] bool is_whole() const;

private:
    explicit content_decoder(expansion_limits limits) : limits_(limits) {}

    expansion_limits limits_;
    std::vector<std::unique_ptr<stage>> stages_; ///< the outermost coding first
    std::size_t bytes_in_ = 0;
    std::size_t bytes_out_ = 0;
};

/// What an Accept-Encoding wants most of what we make: zstd before gzip where it likes both
/// equally, because it takes a third of the time. Identity where it wants neither.
content_coding choose_coding(std::string_view accept_encoding);

/// Encodes one body, piece by piece, quickly rather than tightly.
class content_encoder {
public:
    virtual ~content_encoder() = default;
    /// Appends to `out`. `is_last`: nothing follows, and what is held back comes out. False: it
    /// cannot be done (no memory).
    virtual bool feed(std::string_view bytes, bool is_last, std::string& out) = 0;
};
/// gzip or zstd; null for others, and where there is no memory.
std::unique_ptr<content_encoder> make_encoder(content_coding coding);

} // namespace mcpgw
