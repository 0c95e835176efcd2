// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_pages.hpp"

#include "protocol/http/cors.hpp"
#include "protocol/http/request_target.hpp"
#include "transports/http_request/head_meaning.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

constexpr std::string_view methods = "GET, HEAD, POST, DELETE, OPTIONS";

/// Everything that the page needs is in it: nothing is loaded, nothing runs.
constexpr std::string_view page = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mcp-gateway</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem;
  color: #222; background: #fff; }}
code, pre {{ font: 14px/1.5 ui-monospace, monospace; background: #f2f2f2; border-radius: 4px; }}
code {{ padding: .1em .3em; }}
pre {{ padding: .8em; overflow-x: auto; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #ddd; background: #161616; }} code, pre {{ background: #2a2a2a; }} a {{ color: #8bf; }} }}
</style>
</head>
<body>
<h1>mcp-gateway {version}</h1>
<p>This is an endpoint for programs: one place in front of many servers of the
<a href="https://modelcontextprotocol.io" rel="noreferrer">Model Context Protocol</a>.
It works; there is nothing to click here.</p>
<p>Give a client this address:</p>
<pre>{{"mcpServers": {{"gateway": {{"type": "http", "url": "http://{host}{path}"}}}}}}</pre>
<ul>
<li><code>{path}</code>: MCP over Streamable HTTP, all servers</li>
<li><code>/servers/NAME{mcp}</code>: one server alone</li>
<li><code>/views/NAME{path}</code>, <code>/layers/NAME{path}</code>, <code>/tags/NAME{path}</code>: a
view, or the servers of a layer or tag</li>
<li><code>{sse}</code>: MCP for clients of the HTTP+SSE transport (2024-11-05)</li>
<li><a href="/healthz"><code>/healthz</code></a>, <a href="/readyz"><code>/readyz</code></a>
(<code>?strict</code>): for probes</li>
<li><a href="/status"><code>/status</code></a>: state of every server as JSON, from this machine
only; on a shell <code>mcp-gateway status --url http://{host}{path}</code></li>
</ul>
</body>
</html>
)";

std::string escape_html(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (c == '&')
            safe += "&amp;";
        else if (c == '<')
            safe += "&lt;";
        else if (c == '>')
            safe += "&gt;";
        else if (c == '"')
            safe += "&quot;";
        else
            safe += c;
    }
    return safe;
}

/// Nothing of it is shown within another site, guessed at, or kept.
void add_guards(http_reply& reply) {
    reply.fields.emplace_back("X-Content-Type-Options", "nosniff");
    reply.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    reply.fields.emplace_back("Cache-Control", "no-store");
}

http_reply welcome_page(const request_head& head, const http_options& options) {
    http_reply reply;
    reply.content_type = "text/html; charset=utf-8";
    // The Host passed check_access().
    reply.body = fmt::format(
        fmt::runtime(page), fmt::arg("version", MCPGW_VERSION),
        fmt::arg("host", escape_html(head.find(header_name::host).value_or("127.0.0.1"))),
        fmt::arg("path", escape_html(options.path)), fmt::arg("mcp", "/mcp"),
        fmt::arg("sse", escape_html(options.sse_path)));
    reply.fields = {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; "
                                                "base-uri 'none'; form-action 'none'; "
                                                "frame-ancestors 'none'"},
                    {"Referrer-Policy", "no-referrer"}};
    add_guards(reply);
    return reply;
}

http_reply text_reply(const result<std::string>& state) {
    http_reply reply;
    reply.content_type = "text/plain";
    if (state.has_error()) reply.status = 503;
    reply.body = state.has_error() ? std::string{state.error().message()} + "\n" : "ok\n" + *state;
    return reply;
}

http_reply status_reply(const request_head& head, const http_service& service, bool is_near) {
    if (!is_near || !is_local_request(head))
        return error_reply({errc::host_refused,
                            "/status is told to this machine alone, without a proxy in between; "
                            "clients of MCP call get_child_status"});
    http_reply reply;
    reply.body = service.handler.status_json() + "\n";
    add_guards(reply);
    return reply;
}

} // namespace

http_reply preflight_reply(const request_head& head) {
    http_reply reply;
    reply.status = 204;
    reply.fields = {{"Allow", std::string{methods}},
                    {"Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS"},
                    {"Access-Control-Allow-Headers", allowed_cors_headers(head)},
                    {"Access-Control-Max-Age", "600"}};
    return reply;
}

http_reply endpoint_reply() {
    http_reply reply;
    reply.fields.emplace_back("Allow", methods);
    return reply;
}

http_reply page_reply(const request_head& head, const http_service& service, bool is_near) {
    const auto target = split_target(head.target);
    const auto path = target.path;
    const bool is_probe = path == "/healthz" || path == "/readyz" || path == "/status";
    const bool is_read = head.method == "GET" || head.method == "HEAD";
    if (is_probe && !is_read) {
        auto reply = error_reply({errc::method_not_allowed, "this path takes GET"});
        reply.fields.emplace_back("Allow", "GET, HEAD, OPTIONS");
        return reply;
    }
    if (path == "/healthz") return text_reply(std::string{});
    const bool is_strict = target.query == "strict" || target.query.starts_with("strict=") ||
                           target.query.starts_with("strict&");
    if (path == "/readyz") return text_reply(service.handler.readiness(is_strict));
    if (path == "/status") return status_reply(head, service, is_near);
    const bool is_root = path == "/" && is_read;
    if (shows_page(head) || (is_root && head.method == "HEAD"))
        return welcome_page(head, service.options);
    return error_reply({errc::path_not_found,
                        fmt::format("nothing is served at this path; MCP clients use {}, for one "
                                    "server alone /servers/NAME/mcp",
                                    service.options.path)});
}

bool is_loopback_address(const asio::ip::address& address) {
    if (address.is_loopback()) return true;
    return address.is_v6() && address.to_v6().is_v4_mapped() &&
           asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
}

} // namespace mcpgw
