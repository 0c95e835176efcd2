#include "children/request_line.hpp"

#include "protocol/identity.hpp"
#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

constexpr std::size_t framing_bytes = 128;     // about what is around the texts of a request
constexpr std::size_t large_bytes = 64 * 1024; // moving it in place beats a new place for it

/// Writes members of one object to the end of a line, which it does not copy.
class member_appender {
public:
    explicit member_appender(std::string& line) : line_(line), begin_(line.size()) {}

    void add(std::string_view key, std::string_view value) {
        separate();
        line_.append("\"").append(key).append("\":").append(value);
    }
    /// Members that are text already.
    void add_all(std::string_view members) {
        if (members.empty()) return;
        separate();
        line_ += members;
    }

private:
    void separate() {
        if (line_.size() > begin_) line_ += ',';
    }

    std::string& line_;
    std::size_t begin_;
};

/// The line of a request but for its own members.
struct line_frame {
    std::string before;
    std::string after;
};

/// What tells a modern server who asks, and how.
std::string_view introduction() {
    static const auto text =
        fmt::format(R"("{}":"{}","{}":{})", meta_key::protocol_version, to_string(newest_modern),
                    meta_key::client_info, gateway_identity);
    return text;
}

line_frame frame_of(const upstream_call& request, multiplexer::upstream_id id,
                    std::optional<revision> spoken) {
    const auto number = std::to_string(id);
    const bool is_modern = spoken && era_of(*spoken) == era::modern;
    const bool has_meta = is_modern || request.wants_progress || !request.meta_members.empty();
    const bool has_params = has_meta || !request.members.empty();
    line_frame frame;
    auto& [before, after] = frame;
    before.reserve(framing_bytes);
    before.append(R"({"jsonrpc":"2.0","id":)").append(number);
    before.append(R"(,"method":")").append(request.method).append("\"");
    if (has_params) before += R"(,"params":{)";
    if (has_meta) {
        after.reserve(request.meta_members.size() + introduction().size() +
                      request.client_capabilities.size() + framing_bytes);
        if (!request.members.empty()) after += ',';
        after += R"("_meta":{)";
        member_appender meta{after};
        meta.add_all(request.meta_members);
        if (is_modern) {
            const auto& capabilities = request.client_capabilities;
            meta.add_all(introduction());
            meta.add(meta_key::client_capabilities, capabilities.empty() ? "{}" : capabilities);
            if (!request.log_level.empty()) meta.add(meta_key::log_level, request.log_level);
        }
        if (request.wants_progress) meta.add(meta_key::progress_token, number);
        after += '}';
    }
    after += has_params ? "}}" : "}";
    return frame;
}

} // namespace

std::string make_request_line(const upstream_call& request, multiplexer::upstream_id id,
                              std::optional<revision> spoken) {
    const auto [before, after] = frame_of(request, id, spoken);
    std::string line;
    line.reserve(before.size() + request.members.size() + after.size() + 1);
    line.append(before).append(request.members).append(after);
    return line;
}

std::string take_request_line(upstream_call& request, multiplexer::upstream_id id,
                              std::optional<revision> spoken) {
    if (request.members.size() < large_bytes) return make_request_line(request, id, spoken);
    const auto [before, after] = frame_of(request, id, spoken);
    auto line = std::exchange(request.members, {});
    line.insert(0, before);
    line += after;
    return line;
}

std::string make_cancel_line(multiplexer::upstream_id id, std::string_view reason) {
    return fmt::format(
        R"({{"jsonrpc":"2.0","method":"{}","params":{{"requestId":{},"reason":{}}}}})",
        notification::cancelled, id, quote_json(reason));
}

std::string gateway_client_info() {
    return std::string{gateway_identity};
}

} // namespace mcpgw
