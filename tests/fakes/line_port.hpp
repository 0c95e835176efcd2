// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw::fake {

/// stdin and stdout as lines, blocking.
class line_port {
public:
    explicit line_port(bool is_bytewise) : is_bytewise_(is_bytewise) {}

    /// The next line without its newline; nothing at the end of the input.
    std::optional<std::string> read_line();
    void write_line(std::string_view line);
    /// As it is, no newline.
    void write(std::string_view bytes);

private:
    std::string pending_;
    bool is_bytewise_;
};

/// All of it to a descriptor; stops silently when the reader is gone.
void write_all(int descriptor, std::string_view bytes);

} // namespace mcpgw::fake
