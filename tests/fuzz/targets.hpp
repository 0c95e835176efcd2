// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mcpgw::test {

/// Each target runs a part of the gateway on `text`, which may be anything, and compares what comes
/// out with Boost.JSON, with a plainer telling of the same rules, or with itself. Returns what does
/// not fit, or an empty string. Plain functions: libFuzzer calls them through fuzz_main.cpp, and
/// fuzz_corpus_test.cpp replays their corpora with any compiler.

/// Everything that reads or edits JSON text and JSON-RPC messages.
std::string check_envelope_invariants(std::string_view text);

/// Event streams: the events do not depend on how the bytes arrive, limits hold, and what is
/// written is read back. The first byte chooses the limit.
std::string check_sse_invariants(std::string_view text);

/// Checks of HTTP requests: `text` is a request with its body. What is accepted as a modern request
/// says the same in its headers and in its body.
std::string check_http_rules_invariants(std::string_view text);

/// Translation between the eras: `text` is a JSON object, taken as params, result, error and
/// question. What comes out is valid JSON and has all the members that no rule names.
std::string check_era_bridge_invariants(std::string_view text);

/// Sealed tokens, Base64 and request digests: `text` is a forged token, a payload and arguments.
std::string check_sealed_token_invariants(std::string_view text);

/// Tasks of one form as the other: `text` is a JSON object, taken as a task, the result that
/// creates one, any result, and capabilities.
std::string check_task_bridge_invariants(std::string_view text);

/// HTTP responses of servers: what is read does not depend on how the bytes arrive. The first byte
/// chooses the limit of a head.
std::string check_http_response_invariants(std::string_view text);

/// Requests of a client on one connection: the answers are HTTP and do not depend on how the bytes
/// arrive, the connection ends with the client, and nothing of it is kept. The first byte chooses
/// the size of the parts.
std::string check_http_server_invariants(std::string_view text);

/// What a server writes to its stdout: its messages do not depend on how the bytes arrive, and each
/// call has at most one answer. The first byte chooses the limit of a message.
std::string check_child_output_invariants(std::string_view text);

/// Configuration files, ours and clients': the first line of `text` is a file's name, the rest what
/// stands in it. What is imported is read without an error.
std::string check_config_invariants(std::string_view text);

/// Expressions: `text` is one, alone and in a template. Reading and evaluating it ends, within its
/// limits and always with the same value.
std::string check_expression_invariants(std::string_view text);

} // namespace mcpgw::test
