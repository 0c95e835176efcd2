// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/http/http_url.hpp"
#include "protocol/message/envelope.hpp"
#include "transports/http_client/http_response_parser.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What the reply of a remote server to a POST means, as far as HTTP tells. Pure.

/// A stream of events, from which one message after the other can be read.
bool is_event_stream(const http_response_head& head);
/// The same by what the body begins with, where that is certain; else by the head. Servers send
/// one under the name of the other, or under none.
bool is_event_stream(const http_response_head& head, std::string_view begin);
/// 400, 404, 405: what a server answers that serves nothing of the kind here (2026-07-28,
/// basic/transports/streamable-http, "Backward Compatibility").
bool is_nothing_here(int status);
/// What a server of HTTP+SSE may say to a POST at the address of its stream: those, and whatever
/// else frameworks answer to a method or a type that they do not serve.
bool is_other_transport_likely(int status);

/// The fault of a reply that is no answer: what the server did, and what to do about it.
/// method_not_found where that is evidence of another era or transport, which only an
/// `is_opening` request (server/discover, initialize) can give. `where` is shown without its query,
/// which may hold a secret. `body`: what came; its begin is repeated, without `secrets`.
fault reply_fault(const http_response_head& head, const http_url& where, bool is_opening,
                  std::string_view body = {}, const std::vector<std::string>& secrets = {});
/// `url` as it may be shown.
std::string shown_url(const http_url& url);

/// The messages in a body or in the data of an event, each on one line: one, those of a batch
/// (2025-03-26), or one a line, as some servers write them. A byte-order mark is dropped (RFC 8259,
/// 8.1). Error: what is there is no JSON-RPC.
result<std::vector<std::string>> split_messages(std::string text);

/// The text of a JSON-RPC error, or empty.
std::string error_text(std::string_view body);
/// Whether `body` is an error of the modern era: -32020 to -32022.
bool is_modern_error(std::string_view body);
/// A 400 that means "no such session": what many servers send instead of 404 after a restart.
bool is_session_refusal(int status, std::string_view body);

} // namespace mcpgw
