// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/envelope.hpp"

namespace mcpgw {

/// Where the parts of a response are: what an envelope has of them. Small, because it is handed on
/// by each coroutine between the pipe and the client.
struct response_spans {
    bool is_error = false;
    bool mentions_resources = false; ///< as in an envelope
    text_span id, result, error;
    envelope::result_spans in_result;

    response_spans() = default;
    response_spans(const envelope& of)
        : is_error(of.is_error)
        , mentions_resources(of.mentions_resources)
        , id(of.id)
        , result(of.result)
        , error(of.error)
        , in_result(of.in_result) {}
};

} // namespace mcpgw
