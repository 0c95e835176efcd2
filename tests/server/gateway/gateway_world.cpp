// SPDX-License-Identifier: Apache-2.0
#include "tests/support/gateway_world.hpp"

#include "protocol/crypto/random.hpp"
#include "server/gateway/gateway_tool_list.hpp"
#include "transports/session/session_table.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace mcpgw::gateway_test {

namespace {

constexpr std::chrono::seconds patience{20}; // sanitizers and busy machines; never waited out
constexpr std::size_t calls_max = 1000;
constexpr std::size_t stream_bytes_max = 1U << 20U;

json::value parse(std::string_view text) {
    INFO(text);
    // The gateway promises one line of valid JSON, more strictly checked than Boost.JSON does.
    REQUIRE_FALSE(check_json(text).has_error());
    REQUIRE(text.find('\n') == text.npos);
    return json::parse(text);
}

/// What the gateway lets children inherit comes from here.
std::vector<std::string> small_environment() {
    const char* const path = std::getenv("PATH");
    return {fmt::format("PATH={}", path == nullptr ? "/usr/bin:/bin" : path)};
}

} // namespace

gateway_options exposing(exposure expose) {
    gateway_options options;
    options.expose = expose;
    return options;
}

gateway_world::gateway_world(gateway_options options)
    : upstreams_(io_.get_executor(), naming_beside_own(options), nullptr, log_, small_environment())
    , gateway_(options, upstreams_, log_)
    , tasks_(io_.get_executor(), calls_max) {
    std::signal(SIGPIPE, SIG_IGN); // as the application does
}

gateway_world::~gateway_world() {
    gateway_.stop();
    spawn(close());
    if (try_run_until([this] { return is_closed_ && tasks_.size() == 0; })) return;
    std::fputs("gateway_world: the children or a request did not end\n", stderr);
    std::abort();
}

task<> gateway_world::close() {
    co_await gateway_.close();
    co_await upstreams_.close();
    is_closed_ = true;
}

child_options gateway_world::demo(const std::string& name) {
    child_options options;
    options.name = name;
    options.command = MCPGW_BINARY;
    options.args = {"demo-server"};
    options.restart.base = std::chrono::milliseconds{1};
    options.restart.max = std::chrono::milliseconds{5};
    options.restart.restarts_max = 0;
    return options;
}

child_options gateway_world::fake(const std::string& name, std::vector<std::string> args) {
    auto options = demo(name);
    options.command = MCPGW_FAKE_SERVER;
    options.args = std::move(args);
    return options;
}

void gateway_world::remove_and_add(const std::string& name) {
    const auto options = upstreams_.find(name)->options();
    const auto never_the_same = [](const child_options&, const child_options&) {
        return false;
    };
    upstreams_.change({}, {}, false, never_the_same);
    const wanted_server back{options};
    upstreams_.change(std::span{&back, 1}, {}, false, never_the_same);
}

void gateway_world::spawn(task<> t) {
    REQUIRE(tasks_.spawn(std::move(t)));
}

bool gateway_world::try_run_until(const std::function<bool()>& is_done) {
    const auto deadline = clock_type::now() + patience;
    while (!is_done()) {
        if (clock_type::now() >= deadline) return false;
        if (io_.stopped()) io_.restart();
        io_.run_one_until(deadline);
    }
    return true;
}

void gateway_world::run_until(const std::function<bool()>& is_done) {
    REQUIRE(try_run_until(is_done));
}

gateway_call::gateway_call(client_request request, answerer answer, executor ex)
    : request_(std::move(request)), answer_(std::move(answer)), executor_(ex) {
    request_.abort = &abort_;
}

task<> gateway_call::run(gateway& front, std::shared_ptr<gateway_call> self) {
    std::optional<client_session::running_request> running;
    if (self->request_.session)
        running.emplace(*self->request_.session, self->request_.id(), self->abort_);
    auto reply = co_await front.handle(self->request_, *self);
    self->reply_ = std::move(reply);
}

json::value gateway_call::result() const {
    auto message = parse(text());
    INFO(text());
    REQUIRE(message.as_object().contains("result"));
    return message.at("result");
}

json::value gateway_call::error() const {
    auto message = parse(text());
    INFO(text());
    REQUIRE(message.as_object().contains("error"));
    return message.at("error");
}

std::string gateway_call::raw_result() const {
    return std::string{find_member(text(), "result")};
}

void gateway_call::notify(std::string line) {
    heard_.push_back(parse(line));
}

result<std::shared_ptr<question>> gateway_call::ask(std::string_view method,
                                                    std::string_view params) {
    asked_.push_back({std::string{method}, params.empty() ? json::value{} : parse(params)});
    if (request_.client_era == era::modern)
        return fault{errc::session_error, "a modern client cannot be asked"};
    auto made = request_.session->make_question(method, params);
    if (made.has_error()) return made.error();
    const auto said = answer_ ? answer_(asked_.back()) : std::nullopt;
    if (said) {
        const std::string id{find_member(made->line, "id")};
        auto line = fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, *said);
        asio::post(executor_, [session = request_.session, line = std::move(line)] {
            session->on_response(line, *scan_envelope(line));
        });
    }
    return made->pending;
}

gateway_client::gateway_client(gateway_world& world, client_traits traits)
    : world_(world), traits_(std::move(traits)) {
    if (traits_.spoken == era::modern) return;
    session_ = std::make_shared<client_session>(world_.get_executor(), random_hex(8), 100);
    session_->scope = traits_.scope;
    session_->principal = traits_.principal;
    stream_ =
        std::make_shared<outbox>(world_.get_executor(), outbox::framing::lines, stream_bytes_max);
    session_->attach(stream_);
    if (!traits_.is_initialized) return;
    request(method::initialize,
            fmt::format(R"("protocolVersion":"{}","capabilities":{},"clientInfo":)"
                        R"({{"name":"test","version":"1"}})",
                        traits_.version, traits_.capabilities));
}

gateway_client::~gateway_client() {
    if (session_) world_.front().on_session_closed(*session_);
}

std::shared_ptr<gateway_call> gateway_client::start(std::string_view method,
                                                    const std::string& members,
                                                    const std::string& meta) {
    std::string all = meta;
    if (traits_.spoken == era::modern)
        all = fmt::format(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                          R"("io.modelcontextprotocol/clientCapabilities":{}{}{})",
                          traits_.capabilities, meta.empty() ? "" : ",", meta);
    client_request request;
    request.text =
        fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{{{}{}{}}}}})", next_id_++,
                    method, members, members.empty() || all.empty() ? "" : ",",
                    all.empty() ? std::string{} : fmt::format(R"("_meta":{{{}}})", all));
    INFO(request.text.view());
    const auto scanned = scan_envelope(request.text);
    REQUIRE_FALSE(scanned.has_error());
    request.message = *scanned;
    request.client_era = traits_.spoken;
    request.spoken = session_ ? session_->spoken : newest_modern;
    request.session = session_;
    request.scope = traits_.scope;
    request.principal = traits_.principal;
    request.param_headers = param_headers;
    auto call = std::make_shared<gateway_call>(std::move(request), answer, world_.get_executor());
    world_.spawn(gateway_call::run(world_.front(), call));
    return call;
}

std::shared_ptr<gateway_call>
gateway_client::send(std::string_view method, const std::string& members, const std::string& meta) {
    const auto call = start(method, members, meta);
    world_.run_until([&call] { return call->is_done(); });
    return call;
}

json::value gateway_client::request(std::string_view method, const std::string& members,
                                    const std::string& meta) {
    return send(method, members, meta)->result();
}

json::value gateway_client::call(std::string_view tool, const std::string& arguments,
                                 const std::string& meta) {
    return request(method::tools_call, call_members(tool, arguments), meta);
}

std::vector<std::string> gateway_client::names(std::string_view method, std::string_view array,
                                               std::string_view key) {
    std::vector<std::string> list;
    const auto result = request(method);
    for (const auto& item : result.at(array).as_array())
        list.emplace_back(item.at(key).as_string());
    return list;
}

std::vector<json::value> gateway_client::take_session_messages() {
    std::vector<json::value> list;
    std::string bytes;
    for (const auto& chunk : stream_->take_batch().chunks) bytes += chunk.view();
    for (std::size_t end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
        list.push_back(parse(bytes.substr(0, end)));
        bytes.erase(0, end + 1);
    }
    CHECK(bytes.empty());
    return list;
}

std::string text_of(const json::value& tool_result) {
    return std::string{tool_result.at("content").at(0).at("text").as_string()};
}

bool is_error(const json::value& tool_result) {
    const auto* const flag = tool_result.as_object().if_contains("isError");
    return flag != nullptr && flag->as_bool();
}

std::string failure_of(const json::value& tool_result) {
    INFO(json::serialize(tool_result));
    REQUIRE(is_error(tool_result));
    const auto& error = tool_result.at("structuredContent").at("error");
    const std::string code{error.at("code").as_string()};
    // The text, which is all that some models see, begins with the same name.
    CHECK(text_of(tool_result).starts_with(code + ": "));
    return code;
}

std::string call_members(std::string_view tool, const std::string& arguments) {
    return fmt::format(R"("name":{},"arguments":{})", quote_json(tool), arguments);
}

} // namespace mcpgw::gateway_test
