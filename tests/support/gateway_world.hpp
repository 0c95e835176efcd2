// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/gateway/gateway.hpp"
#include "transports/async/task_group.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::gateway_test {

namespace json = boost::json;

/// A gateway without transports, with real child processes. Ends them, and fails the test program
/// if that takes too long. Everything waits for events with a deadline, so a test that would hang
/// fails.
class gateway_world {
public:
    explicit gateway_world(gateway_options options = {});
    ~gateway_world();
    gateway_world(const gateway_world&) = delete;
    gateway_world& operator=(const gateway_world&) = delete;

    /// The demo server of the built binary; the gateway talks the modern era to it.
    static child_options demo(const std::string& name = "demo");
    /// gateway_fake_server: "legacy" or "modern", and more of its arguments.
    static child_options fake(const std::string& name, std::vector<std::string> args);
    void add(const child_options& options) { upstreams_.add(options); }
    /// It is removed from the configuration, and comes back as another one of that name.
    void remove_and_add(const std::string& name);

    [[nodiscard]] gateway& front() { return gateway_; }
    [[nodiscard]] registry& upstreams() { return upstreams_; }
    [[nodiscard]] executor get_executor() { return io_.get_executor(); }
    void spawn(task<> t);
    /// Runs the event loop until `is_done`; REQUIREs that it comes to that.
    void run_until(const std::function<bool()>& is_done);

private:
    bool try_run_until(const std::function<bool()>& is_done);
    task<> close();

    asio::io_context io_{1};
    logger log_{log_level::off};
    registry upstreams_;
    gateway gateway_;
    task_group tasks_;
    bool is_closed_ = false;
};

gateway_options exposing(exposure expose);

/// One request on its way through the gateway, and what the client sees of it.
class gateway_call final : public reply_sink {
public:
    /// A question that the gateway asked this client.
    struct asked {
        std::string method;
        json::value params;
    };
    /// Answers a question: raw result JSON, or nothing to leave it open.
    using answerer = std::function<std::optional<std::string>(const asked& question)>;

    gateway_call(client_request request, answerer answer, executor ex);

    [[nodiscard]] bool is_done() const { return reply_.has_value(); }
    [[nodiscard]] int http_status() const { return reply_->http_status; }
    [[nodiscard]] std::string text() const { return reply_->text.str(); }
    /// REQUIREs a response with a result, or with an error.
    [[nodiscard]] json::value result() const;
    [[nodiscard]] json::value error() const;
    /// As the gateway wrote it, byte for byte.
    [[nodiscard]] std::string raw_result() const;
    [[nodiscard]] const std::vector<json::value>& notifications() const { return heard_; }
    [[nodiscard]] const std::vector<asked>& questions() const { return asked_; }

    /// notifications/cancelled of the client.
    void cancel() { abort_.abort({errc::call_cancelled, "the client cancelled the request"}); }

    void notify(std::string line) override;
    mcpgw::result<std::shared_ptr<question>> ask(std::string_view method,
                                                 std::string_view params) override;
    static task<> run(gateway& front, std::shared_ptr<gateway_call> self);

private:
    client_request request_;
    answerer answer_;
    executor executor_;
    abort_signal abort_;
    std::optional<client_reply> reply_;
    std::vector<json::value> heard_;
    std::vector<asked> asked_;
};

/// What one test client is.
struct client_traits {
    era spoken = era::legacy;
    std::string capabilities = "{}";
    std::string scope;                  ///< child of /servers/{name}/mcp
    std::string version = "2025-11-25"; ///< legacy: as it asks for it
    bool is_initialized = true;         ///< legacy: sends initialize by itself
    std::string principal;              ///< who the client is
};

/// An MCP client of either era that speaks to a gateway_world as a transport would.
class gateway_client {
public:
    gateway_client(gateway_world& world, client_traits traits);
    ~gateway_client();
    gateway_client(const gateway_client&) = delete;
    gateway_client& operator=(const gateway_client&) = delete;

    gateway_call::answerer answer; ///< of questions; without one they stay open
    param_fields param_headers;    ///< of every request from now on; modern clients only

    /// `members` of params and `meta` members of `_meta`: raw JSON without braces.
    std::shared_ptr<gateway_call> start(std::string_view method, const std::string& members = {},
                                        const std::string& meta = {});
    /// The same, and waits for the reply.
    std::shared_ptr<gateway_call> send(std::string_view method, const std::string& members = {},
                                       const std::string& meta = {});
    /// Result of a request that must succeed.
    json::value request(std::string_view method, const std::string& members = {},
                        const std::string& meta = {});
    /// Result of tools/call; `arguments` is a raw object.
    json::value call(std::string_view tool, const std::string& arguments = "{}",
                     const std::string& meta = {});

    /// Public names in a list result.
    std::vector<std::string> names(std::string_view method, std::string_view array,
                                   std::string_view key = "name");
    [[nodiscard]] client_session& session() { return *session_; }
    /// What came for the session beside answers, since the last call.
    std::vector<json::value> take_session_messages();
    void set_next_id(std::uint64_t id) { next_id_ = id; }

private:
    gateway_world& world_;
    client_traits traits_;
    std::shared_ptr<client_session> session_;
    std::shared_ptr<outbox> stream_;
    std::uint64_t next_id_ = 1;
};

/// Text of the first content block of a tool result.
std::string text_of(const json::value& tool_result);
bool is_error(const json::value& tool_result);
/// structuredContent.error.code of a failed tool of the gateway itself.
std::string failure_of(const json::value& tool_result);
/// members of params for tools/call.
std::string call_members(std::string_view tool, const std::string& arguments = "{}");

/// What of `value` breaks the JSON Schema `schema`, or empty. Knows type, enum, properties,
/// required, additionalProperties false and items: what the gateway's own tools use.
std::string breach_of_schema(const json::value& value, const json::value& schema,
                             const std::string& path = "$");

/// A client that can be asked, or declares what `capabilities` says.
inline client_traits able(era spoken,
                          const std::string& capabilities = R"({"elicitation":{},"roots":{}})") {
    client_traits traits;
    traits.spoken = spoken;
    traits.capabilities = capabilities;
    return traits;
}

/// Members of a call of a child's tool by the gateway's own.
inline std::string executing(const std::string& server, const std::string& tool,
                             const std::string& arguments = "{}") {
    return call_members("execute_child_tool", R"({"server_id":")" + server + R"(","tool_name":")" +
                                                  tool + R"(","arguments":)" + arguments + "}");
}

/// The two ways to a tool of a child.
inline std::vector<std::string> ways_to(const std::string& server, const std::string& tool,
                                        const std::string& arguments = "{}") {
    return {call_members(server + "__" + tool, arguments), executing(server, tool, arguments)};
}

/// What the gateway says of the server `demo`.
inline json::value status_of(gateway_client& client) {
    return client.call("get_child_status", R"({"server_id":"demo"})").at("structuredContent");
}

/// The demo server with pauses that tests have time for.
inline child_options quick_demo() {
    auto options = gateway_world::demo();
    options.retry.base = std::chrono::milliseconds{1};
    options.restart.base = std::chrono::milliseconds{5}; // a call that finds it at rest waits
    options.restart.max = std::chrono::milliseconds{5};
    return options;
}

/// The name of an error.
inline std::string code_of(const gateway_call& call) {
    return std::string{call.error().at("data").at("code").as_string()};
}

/// A client of 2026-07-28.
inline client_traits modern() {
    client_traits traits;
    traits.spoken = era::modern;
    return traits;
}

/// A client of the endpoint of one server.
inline client_traits scoped(const std::string& child, era spoken = era::legacy) {
    client_traits traits;
    traits.spoken = spoken;
    traits.scope = child;
    return traits;
}

/// The name of an error object.
inline std::string data_code(const json::value& error) {
    return std::string{error.at("data").at("code").as_string()};
}

/// Arguments that name a server. `more`: further arguments, with a leading comma.
inline std::string on(const std::string& server, const std::string& more = {}) {
    return R"({"server_id":")" + server + "\"" + more + "}";
}

/// Arguments of execute_child_tool.
inline std::string execution(const std::string& server, const std::string& tool,
                             const std::string& arguments = "{}", const std::string& more = {}) {
    return on(server, R"(,"tool_name":")" + tool + R"(","arguments":)" + arguments + more);
}

} // namespace mcpgw::gateway_test
