#pragma once

#include "children/registry.hpp"
#include "server/call_relay.hpp"
#include "transports/request_handler.hpp"

#include <string>

namespace mcpgw {

/// An upstream's answer, already in the client's era: either a result or an error object.
struct forwarded_answer {
    std::string result; ///< raw; empty if it is an error
    std::string error;  ///< raw error object
};

/// Sends one request of a client to an upstream and brings back the answer in the client's era.
/// A modern server that needs input from a legacy client is answered here: the questions become
/// live requests to the client, then the request is retried with what it said (2026-07-28,
/// basic/patterns/mrtr). Owned by the gateway; stateless.
class forwarder {
public:
    explicit forwarder(const registry& upstreams) : upstreams_(upstreams) {}

    struct order {
        std::string upstream;
        std::string method;
        std::string members; ///< of params, for the upstream, without braces and `_meta`
        bool is_cacheable = false;
        std::string uri_json;                           ///< for resource errors
        output_shape output = output_shape::undeclared; ///< of the tool that is called
    };

    task<result<forwarded_answer>> send(order o, const client_request& request, reply_sink& sink);

private:
    task<result<std::string>> ask_client(const std::string& result_json, call_relay& relay,
                                         abort_signal& abort);

    const registry& upstreams_;
};

} // namespace mcpgw
