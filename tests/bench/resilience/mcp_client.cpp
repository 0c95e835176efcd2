// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/resilience/mcp_client.hpp"

#include "protocol/http/sse.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr std::string_view line_end = "\r\n";

/// The value of a header field, lower case name; empty: it is not there.
std::string field_of(std::string_view head, std::string_view name) {
    while (!head.empty()) {
        const auto end = std::min(head.find(line_end), head.size());
        const auto line = head.substr(0, end);
        const auto colon = line.find(':');
        const bool is_it = colon == name.size() &&
                           std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
                               return a == std::tolower(static_cast<unsigned char>(b));
                           });
        if (is_it) {
            const auto begin = line.find_first_not_of(' ', colon + 1);
            return begin == std::string_view::npos ? "" : std::string{line.substr(begin)};
        }
        head.remove_prefix(std::min(end + line_end.size(), head.size()));
    }
    return {};
}

/// The message in an event stream that answers a request.
std::string answer_in(std::string_view stream, std::string_view id) {
    sse_decoder decoder;
    if (decoder.feed(stream).has_error()) return {};
    while (const auto event = decoder.next())
        if (!event->data.empty() && find_member(event->data, "id") == id) return event->data;
    return {};
}

std::string text_in(std::string_view content) {
    element_reader blocks{content};
    const auto first = blocks.next();
    return first ? unquote_json(find_member(*first, "text")).value_or("") : "";
}

void judge(std::string_view message, call_outcome& made) {
    const auto error = find_member(message, "error");
    const auto result = find_member(message, "result");
    if (!error.empty()) {
        made.name = unquote_json(find_member(find_member(error, "data"), "code")).value_or("");
        made.text = unquote_json(find_member(error, "message")).value_or("");
        made.is = made.name.empty() ? call_outcome::kind::broken : call_outcome::kind::failed;
        if (made.name.empty()) made.name = "error without a name: " + made.text;
        return;
    }
    made.result = result;
    made.text = text_in(find_member(result, "content"));
    made.answered_by = find_member(find_member(result, "_meta"), meta_key::answered_by);
    made.is = call_outcome::kind::answered;
    if (find_member(result, "isError") != "true") return;
    // The gateway's own tools tell failures this way.
    const auto inner = find_member(find_member(result, "structuredContent"), "error");
    made.name = unquote_json(find_member(inner, "code")).value_or("");
    made.is = made.name.empty() ? call_outcome::kind::broken : call_outcome::kind::failed;
    if (made.name.empty()) made.name = "tool error: " + made.text;
}

} // namespace

mcp_client::mcp_client(std::uint16_t port, era spoken) : port_(port), era_(spoken) {
    if (era_ == era::modern) return;
    constexpr std::chrono::seconds limit{30};
    const auto opened = request(method::initialize,
                                R"("protocolVersion":"2025-11-25","capabilities":{},)"
                                R"("clientInfo":{"name":"bench","version":"1"})",
                                {}, limit);
    if (opened.is != call_outcome::kind::answered || session_.empty())
        throw std::runtime_error("no session: " + opened.name);
    std::string wrong;
    deadline_ = clock_type::now() + limit;
    exchange(text_of(notification::initialized, {},
                     R"({"jsonrpc":"2.0","method":"notifications/initialized"})"),
             wrong);
}

mcp_client::~mcp_client() {
    disconnect();
}

call_outcome mcp_client::call(std::string_view tool, std::string_view arguments,
                              std::chrono::milliseconds limit) {
    return request(method::tools_call,
                   fmt::format(R"("name":{},"arguments":{})", quote_json(tool), arguments), tool,
                   limit);
}

call_outcome mcp_client::request(std::string_view method_name, const std::string& members,
                                 std::string_view name, std::chrono::milliseconds limit) {
    constexpr std::string_view meta =
        R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
        R"("io.modelcontextprotocol/clientCapabilities":{}})";
    auto params = members;
    if (era_ == era::modern) params += fmt::format("{}{}", params.empty() ? "" : ",", meta);
    const auto id = std::to_string(next_id_++);
    const auto body = fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{{{}}}}})",
                                  id, method_name, params);
    const auto begun = clock_type::now();
    deadline_ = begun + limit;
    call_outcome made;
    const auto reply = exchange(text_of(method_name, name, body), made.name);
    made.time = std::chrono::duration_cast<std::chrono::microseconds>(clock_type::now() - begun);
    if (!reply) return made;
    if (!reply->session.empty()) session_ = reply->session;
    const auto message = reply->is_stream ? answer_in(reply->body, id) : reply->body;
    if (find_member(message, "id") != id) {
        made.name = fmt::format("HTTP {} without an answer to the request", reply->status);
        return made;
    }
    judge(message, made);
    return made;
}

std::string mcp_client::get(std::string_view path, std::chrono::milliseconds limit) {
    deadline_ = clock_type::now() + limit;
    std::string wrong;
    const auto reply = exchange(
        fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n", path), wrong);
    return reply && reply->status == 200 ? reply->body : std::string{};
}

std::string mcp_client::text_of(std::string_view method_name, std::string_view name,
                                const std::string& body) const {
    auto head = fmt::format("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                            "Content-Type: application/json\r\n"
                            "Accept: application/json, text/event-stream\r\n"
                            "Content-Length: {}\r\n",
                            body.size());
    const bool is_opening = method_name == method::initialize;
    if (!is_opening)
        head += fmt::format("MCP-Protocol-Version: {}\r\n",
                            era_ == era::modern ? "2026-07-28" : "2025-11-25");
    if (era_ == era::modern) head += fmt::format("Mcp-Method: {}\r\n", method_name);
    if (era_ == era::modern && !name.empty()) head += fmt::format("Mcp-Name: {}\r\n", name);
    if (!session_.empty()) head += fmt::format("Mcp-Session-Id: {}\r\n", session_);
    return head + "\r\n" + body;
}

/// On the kept connection, or once more on a new one where that had ended before.
std::optional<mcp_client::http_reply> mcp_client::exchange(const std::string& text,
                                                           std::string& wrong) {
    const bool was_kept = socket_ >= 0;
    for (int attempt = was_kept ? 0 : 1; attempt < 2; ++attempt) {
        if (socket_ < 0 && !connect()) {
            wrong = "no connection";
            return std::nullopt;
        }
        buffer_.clear();
        std::size_t head_end = 0;
        if (!send(text) || !read_until("\r\n\r\n", head_end)) {
            const bool has_time = clock_type::now() < deadline_;
            disconnect();
            wrong = has_time ? "the connection ended" : "no answer in time";
            if (has_time && buffer_.empty()) continue;
            return std::nullopt;
        }
        http_reply reply;
        const auto head = buffer_.substr(0, head_end);
        buffer_.erase(0, head_end + 4);
        const auto code = head.substr(head.find(' ') + 1);
        std::from_chars(code.data(), code.data() + code.size(), reply.status);
        reply.session = field_of(head, "mcp-session-id");
        reply.is_stream = field_of(head, "content-type").starts_with("text/event-stream");
        if (read_body(head, reply)) {
            if (field_of(head, "connection") == "close") disconnect();
            return reply;
        }
        disconnect();
        wrong = clock_type::now() < deadline_ ? "the reply was cut off" : "no answer in time";
        return std::nullopt;
    }
    return std::nullopt;
}

bool mcp_client::connect() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket_, where, sizeof address) == 0) return true;
    disconnect();
    return false;
}

void mcp_client::disconnect() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

bool mcp_client::send(std::string_view text) const {
    while (!text.empty()) {
        const auto count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool mcp_client::receive() {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - clock_type::now());
    pollfd input{socket_, POLLIN, 0};
    if (::poll(&input, 1, std::max(0, static_cast<int>(left.count()))) != 1) return false;
    std::array<char, 16384> bytes{};
    const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
}

bool mcp_client::read_until(std::string_view mark, std::size_t& at) {
    while ((at = buffer_.find(mark)) == std::string::npos)
        if (!receive()) return false;
    return true;
}

bool mcp_client::read_body(std::string_view head, http_reply& reply) {
    if (field_of(head, "transfer-encoding") == "chunked") return read_chunks(reply);
    const auto length_text = field_of(head, "content-length");
    std::size_t length = 0;
    std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
    while (buffer_.size() < length)
        if (!receive()) return false;
    reply.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return true;
}

bool mcp_client::read_chunks(http_reply& reply) {
    for (;;) {
        std::size_t size_end = 0;
        if (!read_until(line_end, size_end)) return false;
        std::size_t size = 0;
        std::from_chars(buffer_.data(), buffer_.data() + size_end, size, 16);
        const auto whole = size_end + 2 + size + 2;
        while (buffer_.size() < whole)
            if (!receive()) return false;
        reply.body.append(buffer_, size_end + 2, size);
        buffer_.erase(0, whole);
        if (size == 0) return true;
    }
}

} // namespace mcpgw::bench
