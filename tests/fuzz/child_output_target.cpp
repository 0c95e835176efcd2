// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "children/link/multiplexer.hpp"
#include "children/process/output_framer.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "transports/buffers/line_buffer.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace mcpgw::test {

namespace {

constexpr std::size_t calls = 3;

struct call final : waiting_call {
    void on_answer(const shared_text& line, const envelope& /*message*/) override {
        ++ends;
        answer = std::string_view{line};
    }
    void on_progress(std::string_view /*line*/, const envelope& /*message*/) override {}
    void on_failure(const fault& /*reason*/) override { ++ends; }

    int ends = 0;
    std::string answer;
};

/// What stdio_link makes of the output of a server, without the process.
class reader {
public:
    explicit reader(std::size_t bytes_max) : buffer_(bytes_max), framer_(bytes_max) {
        for (auto& each : calls_) [[maybe_unused]] const auto id = table_.try_add(each);
    }
    void feed(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto space = buffer_.space();
            const auto taken = std::min(space.size(), bytes.size());
            std::copy_n(bytes.data(), taken, space.data());
            buffer_.commit(taken);
            bytes.remove_prefix(taken);
            take_pieces();
        }
    }
    /// What was understood, in its order: the kind of each message, and its text.
    [[nodiscard]] const std::vector<std::string>& heard() const { return heard_; }
    [[nodiscard]] std::string end() {
        table_.fail_all({errc::connection_lost});
        for (const auto& each : calls_) {
            if (each.ends != 1) return "a call that ended more than once, or never";
            if (!each.answer.empty() && !scan_envelope(each.answer))
                return "an answer that is no message";
        }
        return table_.size() == 0 ? "" : "calls in the table after its end";
    }

private:
    void take_pieces() {
        for (;;) {
            while (framer_.is_framed()) {
                const auto bytes = framer_.next_part(buffer_.rest());
                if (bytes == 0) return;
                const auto part = buffer_.take(bytes);
                if (framer_.take_part(part)) on_piece(on_one_line(part));
            }
            auto line = buffer_.next_line();
            if (line.has_error()) {
                if (const auto lost = buffer_.take_oversized()) heard_.push_back("too long");
            } else if (!*line) {
                return;
            } else {
                on_piece(**line);
            }
        }
    }
    void on_piece(const shared_text& line) {
        if (relay(line)) {
            framer_.reset();
            return;
        }
        for (const auto& message : framer_.on_line(line).messages) relay(message);
    }
    bool relay(const shared_text& line) {
        const auto report = table_.on_line(line);
        if (report.kind == multiplexer::line_kind::garbage) return false;
        heard_.push_back(std::to_string(static_cast<int>(report.kind)) + " " +
                         std::string{std::string_view{report.text(line)}});
        return true;
    }

    line_buffer buffer_;
    output_framer framer_;
    multiplexer table_{calls};
    std::array<call, calls> calls_;
    std::vector<std::string> heard_;
};

/// Ids of calls are numbers of the table's; in the corpus they are 1, 2 and 3 behind a '#'.
std::string with_ids(std::string_view text) {
    multiplexer table{calls};
    std::array<call, calls> waiting;
    std::array<std::string, calls> ids;
    for (std::size_t i = 0; i < calls; ++i) ids[i] = std::to_string(*table.try_add(waiting[i]));
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_id = text[at] == '#' && at + 1 < text.size() && text[at + 1] >= '1' &&
                           text[at + 1] < '1' + static_cast<char>(calls);
        if (is_id)
            out += ids[static_cast<std::size_t>(text[++at] - '1')];
        else
            out += text[at];
    }
    table.fail_all({errc::connection_lost});
    return out;
}

} // namespace

std::string check_child_output_invariants(std::string_view text) {
    if (text.empty()) return {};
    const std::size_t bytes_max = 16 + std::size_t{8} * static_cast<unsigned char>(text.front());
    const auto output = with_ids(text.substr(1));
    reader whole{bytes_max};
    whole.feed(output);
    for (const std::size_t size : {1U, 2U, 3U, 7U, 64U}) {
        reader parts{bytes_max};
        for (std::size_t at = 0; at < output.size(); at += size)
            parts.feed(std::string_view{output}.substr(at, size));
        if (parts.heard() != whole.heard()) return "messages that depend on the parts";
        if (auto problem = parts.end(); !problem.empty()) return problem;
    }
    for (const auto& message : whole.heard())
        if (message.find('\n') != std::string::npos) return "a message on two lines";
    return whole.end();
}

} // namespace mcpgw::test
