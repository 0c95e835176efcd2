#pragma once

#include "transports/http_connection.hpp"
#include "transports/request_handler.hpp"

#include <memory>
#include <string>

namespace mcpgw {

/// One request over HTTP and its reply, whose form is chosen late: a plain JSON body if the answer
/// is all there is, an event stream from the first notification or question on. Lives in the frame
/// of the coroutine that serves the request.
class http_exchange final : public reply_sink {
public:
    http_exchange(http_connection& connection, client_request& request);
    ~http_exchange();
    http_exchange(const http_exchange&) = delete;
    http_exchange& operator=(const http_exchange&) = delete;

    /// Runs the handler and writes what it returns. False: the connection must be closed.
    /// `fields`: further header fields of a plain reply.
    task<bool> run(std::vector<std::pair<std::string, std::string>> fields = {});

    /// Runs the handler alone; finish() must follow.
    task<client_reply> handle();
    task<bool> finish(client_reply reply, std::vector<std::pair<std::string, std::string>> fields);

    void notify(std::string line) override;
    result<std::shared_ptr<question>> ask(std::string_view method,
                                          std::string_view params) override;

private:
    bool start_stream();
    task<> write_stream();

    http_connection& connection_;
    client_request& request_;
    abort_signal abort_;
    std::shared_ptr<outbox> box_; ///< null: no event stream yet
    wake_up stream_ended_;
    bool is_writing_ = false;
    bool is_good_ = true;
};

} // namespace mcpgw
