// SPDX-License-Identifier: Apache-2.0
// A server over stdio whose first words are scripted: each argument is EVENT:ACTION[;ACTION...].
//
// Events: `start`, `discover` (further ones: `discover2`, ...), `initialize`, `confused`
// (initialize after server/discover), `call`, `eof`. Actions: `modern`, `dual`, `legacy` (the
// answers of such a server), `error=CODE`, `raw=JSON` (a whole message; @ID@ is the id of the
// request), `say=TEXT` and `says=N` (lines on stdout that are no messages), `err=TEXT` and `errs=N`
// (lines on stderr), `ask=METHOD`, `notify=METHOD`, `late-modern`, `late-error` (to the
// server/discover of before), `exit=CODE`, `await=EVENT` (reads on until that request came, as a
// program between us and a server does that is still starting), `pause=MS` (reads nothing
// meanwhile), `lock=FILE` (ends with code 9 where there is one; it is removed at the end),
// `count=FILE` (one more line in it). What is not scripted is not answered, but for lists, pings
// and calls.
#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/rpc.hpp"
#include "tests/fakes/line_port.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace {

using namespace mcpgw;
using fake::line_port;
using fake::write_all;

constexpr std::string_view discovered =
    R"({{"resultType":"complete","supportedVersions":["2026-07-28"{}],)"
    R"("capabilities":{{"tools":{{}}}},)"
    R"("_meta":{{"io.modelcontextprotocol/serverInfo":{{"name":"odd","version":"1"}}}}}})";
constexpr std::string_view welcome =
    R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{}},)"
    R"("serverInfo":{"name":"odd","version":"1"}})";

class odd_server {
public:
    odd_server(int argc, char** argv) {
        for (int i = 1; i < argc; ++i) {
            const std::string rule = argv[i];
            const auto colon = rule.find(':');
            rules_[rule.substr(0, colon)] = rule.substr(colon + 1);
        }
    }

    int run() {
        act("start", "0");
        while (const auto line = next_line()) on_line(*line);
        act("eof", "0");
        leave(0);
    }

private:
    std::optional<std::string> next_line() {
        if (unhandled_.empty()) return port_.read_line();
        auto line = unhandled_.front();
        unhandled_.pop_front();
        return line;
    }

    [[noreturn]] void leave(int code) {
        if (!lock_.empty()) ::unlink(lock_.c_str());
        std::_Exit(code);
    }

    void on_line(const std::string& line) {
        const auto scanned = scan_envelope(line);
        if (scanned.has_error() || scanned->kind != message_kind::request) return;
        const std::string id{scanned->id.of(line)};
        const auto name = scanned->method.of(line);
        if (name == method::discover) {
            ++probes_;
            probe_id_ = id;
            const auto own = probes_ == 1 ? "discover" : fmt::format("discover{}", probes_);
            return act(rules_.contains(own) ? own : "discover", id);
        }
        if (name == method::initialize) {
            const bool is_confused = probes_ > 0 && rules_.contains("confused");
            return act(is_confused ? "confused" : "initialize", id);
        }
        if (name == method::ping) return port_.write_line(make_response(id, "{}"));
        if (name == method::tools_list)
            return port_.write_line(
                make_response(id, R"({"tools":[{"name":"odd","inputSchema":{"type":"object"}}]})"));
        if (name == method::tools_call && rules_.contains("call")) return act("call", id);
        if (name == method::tools_call)
            return port_.write_line(
                make_response(id, R"({"resultType":"complete","content":[{"type":"text",)"
                                  R"("text":"hello"}]})"));
        port_.write_line(
            make_raw_error_response(id, R"({"code":-32601,"message":"Method not found"})"));
    }

    void act(const std::string& event, const std::string& id) {
        const auto found = rules_.find(event);
        if (found == rules_.end()) return;
        std::string_view rest = found->second;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(';'), rest.size());
            const auto action = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            const auto equals = std::min(action.find('='), action.size());
            perform(action.substr(0, equals),
                    std::string{action.substr(std::min(equals + 1, action.size()))}, id);
        }
    }

    void perform(std::string_view what, const std::string& value, const std::string& id) {
        const auto reply = [&](std::string_view result) {
            port_.write_line(make_response(id, result));
        };
        if (what == "modern") return reply(fmt::format(discovered, ""));
        if (what == "dual") return reply(fmt::format(discovered, R"(,"2025-11-25")"));
        if (what == "legacy") return reply(welcome);
        if (what == "late-modern")
            return port_.write_line(make_response(probe_id_, fmt::format(discovered, "")));
        if (what == "late-error")
            return port_.write_line(
                make_raw_error_response(probe_id_, R"({"code":-32601,"message":"late"})"));
        if (what == "error")
            return port_.write_line(make_raw_error_response(
                id, fmt::format(R"({{"code":{},"message":"no such thing"}})", value)));
        if (what == "raw") return port_.write_line(with_id(value, id));
        if (what == "say") return port_.write_line(value);
        if (what == "err") return write_all(STDERR_FILENO, value + "\n");
        if (what == "says" || what == "errs") return write_many(what == "says", std::stoi(value));
        if (what == "ask")
            return port_.write_line(
                fmt::format(R"({{"jsonrpc":"2.0","id":"mine","method":"{}"}})", value));
        if (what == "notify")
            return port_.write_line(fmt::format(R"({{"jsonrpc":"2.0","method":"{}"}})", value));
        if (what == "exit") leave(std::stoi(value));
        if (what == "pause") {
            ::poll(nullptr, 0, std::stoi(value));
            return;
        }
        if (what == "await") return read_until(value);
        if (what == "lock") return take_lock(value);
        if (what == "count") return count(value);
        std::_Exit(64);
    }

    static std::string with_id(std::string text, const std::string& id) {
        constexpr std::string_view place = "@ID@";
        for (auto at = text.find(place); at != text.npos; at = text.find(place))
            text.replace(at, place.size(), id);
        return text;
    }

    void write_many(bool is_stdout, int lines) {
        for (int i = 0; i < lines; ++i)
            write_all(is_stdout ? STDOUT_FILENO : STDERR_FILENO,
                      fmt::format("line {} of what nobody asked for\n", i));
    }

    /// Everything up to that request is handled later.
    void read_until(const std::string& event) {
        const auto wanted = event == "discover" ? method::discover : method::initialize;
        while (const auto line = port_.read_line()) {
            unhandled_.push_back(*line);
            const auto scanned = scan_envelope(*line);
            if (!scanned.has_error() && scanned->method.of(*line) == wanted) return;
        }
    }

    void take_lock(const std::string& path) {
        const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0) {
            write_all(STDERR_FILENO, "another instance is running\n");
            std::_Exit(9);
        }
        ::close(file);
        lock_ = path;
    }

    static void count(const std::string& path) {
        const int file = ::open(path.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
        if (file < 0) std::_Exit(65);
        write_all(file, "started\n");
        ::close(file);
    }

    line_port port_{false};
    std::map<std::string, std::string> rules_;
    std::deque<std::string> unhandled_;
    std::string lock_;
    std::string probe_id_ = "0";
    int probes_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    return odd_server{argc, argv}.run();
}
