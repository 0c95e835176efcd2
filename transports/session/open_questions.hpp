// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/envelope.hpp"
#include "transports/session/question.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Questions to one client that it has not answered, by our ids. Owned by the client's session. At
/// most `questions_max`.
///
/// A question that is withdrawn on our side (question::settle) is withdrawn at the client too, with
/// notifications/cancelled (2025-11-25, basic/utilities/cancellation).
class open_questions {
public:
    static constexpr std::size_t questions_max = 256;
    /// Sends a line where the question went; must be safe to call as long as the question is open.
    using teller = std::function<void(std::string line)>;

    explicit open_questions(executor ex) : executor_(ex), open_(std::make_shared<table>()) {}

    /// A question and the request line that asks it, for the caller to send.
    struct outgoing {
        std::shared_ptr<question> pending;
        std::string line;
    };
    /// server_busy over the limit. Without `tell` the client does not hear of a withdrawal.
    result<outgoing> make(std::string_view method, std::string_view params, teller tell);
    /// A response of the client. False: nobody asked that.
    bool on_response(std::string_view text, const envelope& message);
    /// The client is gone: all are settled, and nobody is told.
    void fail_all(const fault& reason);

private:
    struct entry {
        std::shared_ptr<question> asked;
        teller tell;
    };
    using table = std::map<std::string, entry, std::less<>>; // by our raw id
    static void on_settled(table& open, const std::string& raw_id, const result<std::string>& why);

    executor executor_;
    std::shared_ptr<table> open_; ///< a question may outlive the session
    std::uint64_t next_id_ = 1;
};

} // namespace mcpgw
