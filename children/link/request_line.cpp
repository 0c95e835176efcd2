// SPDX-License-Identifier: Apache-2.0
#include "children/link/request_line.hpp"

#include "protocol/json/decimal.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/identity.hpp"

#include <fmt/format.h>

namespace mcpgw {

using namespace std::string_view_literals;

namespace {

constexpr std::size_t framing_bytes = 160; // about what is around the texts of a request

/// Writes members of one object to the end of a line, which it does not copy.
class member_appender {
public:
    explicit member_appender(std::string& line) : line_(line), begin_(line.size()) {}

    void add(std::string_view key, std::string_view value) {
        separate();
        line_.append("\""sv).append(key).append("\":"sv).append(value);
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

/// What tells a modern server who asks, and how, up to what the client can.
std::string_view introduction() {
    static const auto text = fmt::format(R"("{}":"{}","{}":{},"{}":)", meta_key::protocol_version,
                                         to_string(newest_modern), meta_key::client_info,
                                         gateway_identity, meta_key::client_capabilities);
    return text;
}

/// `_meta` with what the gateway adds.
void append_meta(std::string& line, const upstream_call& request, std::string_view number,
                 bool is_modern) {
    line += R"("_meta":{)"sv;
    member_appender meta{line};
    meta.add_all(request.meta_members);
    if (is_modern) {
        const auto& capabilities = request.client_capabilities;
        meta.add_all(introduction());
        line += capabilities.empty() ? std::string_view{"{}"} : capabilities;
        if (!request.log_level.empty()) meta.add(meta_key::log_level, request.log_level);
    }
    if (request.wants_progress) meta.add(meta_key::progress_token, number);
    line += '}';
}

/// About what is around the members of a request, so that its line need not grow.
std::size_t framing_bytes_of(const upstream_call& request, bool is_modern) {
    const auto meta = request.meta_members.size() + request.client_capabilities.size();
    return framing_bytes + meta + (is_modern ? introduction().size() : 0);
}

} // namespace

message_text make_request_line(const upstream_call& request, multiplexer::upstream_id id,
                               std::optional<revision> spoken) {
    const decimal number{id};
    const bool is_modern = spoken && era_of(*spoken) == era::modern;
    const bool has_meta = is_modern || request.wants_progress || !request.meta_members.empty();
    const auto& members = request.members;
    const bool has_params = has_meta || !members.empty();
    message_text line;
    auto& before = line.before;
    before.reserve(framing_bytes_of(request, is_modern) + members.before.size());
    before.append(R"({"jsonrpc":"2.0","id":)"sv).append(number);
    before.append(R"(,"method":")"sv).append(request.method);
    before.append(has_params ? R"(","params":{)"sv : "\""sv);
    before.append(members.before);
    line.middle = members.middle;
    auto& rest = line.middle.empty() ? before : line.after;
    rest.append(members.after);
    if (has_meta && !members.empty()) rest += ',';
    if (has_meta) append_meta(rest, request, number, is_modern);
    rest.append(has_params ? "}}"sv : "}"sv);
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
