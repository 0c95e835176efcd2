#pragma once

#include "children/child_options.hpp"
#include "children/restart_delay.hpp"
#include "children/stdio_link.hpp"
#include "children/upstream.hpp"
#include "transports/broadcast.hpp"
#include "transports/log.hpp"
#include "transports/task_group.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// What the children need from outside; outlives them all.
struct child_context {
    executor ex;
    upstream_events* events = nullptr;
    process_guard* guard = nullptr; ///< may be null (tests)
    logger* log = nullptr;
    /// Our own environment, for `inherit_env` and for finding programs.
    std::vector<std::string> environment;
};

/// A child: one configured MCP server over stdio, across all lives of its process. Starts it,
/// finds out its era, keeps its lists, starts it again when it died. Owned by the registry.
class child final : public upstream, private stdio_link::events {
public:
    child(child_context context, child_options options);
    ~child() override;

    [[nodiscard]] const std::string& name() const override { return options_.name; }
    [[nodiscard]] const child_options& options() const { return options_; }
    [[nodiscard]] upstream_status status() const override;
    [[nodiscard]] std::optional<revision> spoken() const override { return spoken_; }
    [[nodiscard]] const upstream_lists& lists() const override { return lists_; }

    task<result<void>> ensure_running(clock_type::time_point deadline) override;
    task<result<upstream_answer>> call(upstream_call request,
                                       std::shared_ptr<call_observer> observer,
                                       abort_signal& abort) override;
    task<> stop() override;

    /// From now on it is started again by itself when it dies (pre-warm).
    void keep_running();
    /// Some client wants log messages: the server is told to send them all, now and after each
    /// start. Each client gets those of its own level.
    void want_logs();
    /// Stops it for good: nothing starts it again. Returns when nothing of it is left.
    task<> close();

private:
    struct pending_question {
        std::string child_id; ///< raw id of the child's request
        std::shared_ptr<question> asked;
    };

    // life of the process
    void start();
    task<> run();
    task<result<void>> run_once();
    task<> run_link(std::shared_ptr<stdio_link> link);
    [[nodiscard]] bool must_come_back() const;
    result<std::shared_ptr<stdio_link>> launch();
    std::vector<std::string> make_environment() const;
    void set_state(upstream_state state);
    void fail(fault reason);

    // handshake (child_handshake.cpp)
    task<result<void>> shake_hands(std::shared_ptr<stdio_link> link);
    /// True: it is modern and all is agreed. False: legacy, go on with initialize.
    task<result<bool>> discover(std::shared_ptr<stdio_link> link);
    task<result<void>> initialize(std::shared_ptr<stdio_link> link);
    result<bool> judge_discovery(const upstream_answer& answer);
    result<void> accept_initialize(const upstream_answer& answer);

    // lists (child_lists.cpp)
    task<> fetch_lists(std::shared_ptr<stdio_link> link);
    /// `before` where the server gives no answer.
    task<std::vector<list_item>> fetch_list(std::shared_ptr<stdio_link> link,
                                            std::string_view method_name,
                                            std::string_view array_key, std::string_view item_key,
                                            std::vector<list_item> before);
    void refresh_if_wanted();
    task<> refresh_lists(std::shared_ptr<stdio_link> link);
    task<> request_logs(std::shared_ptr<stdio_link> link);

    // what the process says of itself (child_events.cpp)
    void on_request(std::string_view line, const envelope& message) override;
    void on_notification(std::string_view line, const envelope& message) override;
    void relay_question(std::string_view line, const envelope& message);
    void relay_log(std::string_view line, const envelope& message);
    void withdraw_question(std::string_view line, const envelope& message);
    task<> answer_question(std::shared_ptr<stdio_link> link, pending_question pending);
    void answer(std::string_view child_id, const result<std::string>& outcome);

    child_context context_;
    child_options options_;
    stderr_ring errors_;
    task_group tasks_;
    broadcast changed_;
    restart_delay delay_;

    upstream_state state_ = upstream_state::not_started;
    std::shared_ptr<stdio_link> link_;
    clock_type::time_point running_since_{};
    clock_type::time_point retry_at_{};
    std::uint64_t starts_ = 0;
    std::uint64_t lives_ = 0;
    std::uint64_t attempts_ended_ = 0;
    fault last_fault_;
    bool is_alive_ = false; ///< run() is under way
    bool is_kept_ = false;
    bool has_died_in_probe_ = false;
    bool is_stop_wanted_ = false;
    bool is_closed_ = false;
    bool wants_logs_ = false;
    bool is_refreshing_ = false;
    bool is_refresh_wanted_ = false;

    std::optional<era> known_era_; ///< verdict of an earlier life; spares the probe
    std::optional<revision> spoken_;
    std::string server_info_;
    upstream_lists agreed_; ///< capabilities and instructions of this process, still without lists
    upstream_lists lists_;
    std::vector<pending_question> questions_;
};

} // namespace mcpgw
