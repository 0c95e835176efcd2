// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_server.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mcpgw::demo_test {

namespace json = boost::json;

namespace {

/// A descriptor that closes itself.
class descriptor {
public:
    explicit descriptor(int number) : number_(number) { REQUIRE(number >= 0); }
    ~descriptor() { close(); }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }
    void close() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

private:
    int number_;
};

/// Writes all of it, or as much as the reader wants.
void write_all(int output, std::string_view text) {
    while (!text.empty()) {
        const auto count = ::write(output, text.data(), text.size());
        if (count <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

struct run_outcome {
    int exit_code = -1;
    std::vector<std::string> lines;
};

/// Runs the server until it ends. Its input comes in pieces, through a pipe; its output is a file.
run_outcome run(std::string_view input_text) {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> input_ends{};
    REQUIRE(::pipe2(input_ends.data(), O_CLOEXEC) == 0);
    descriptor input{input_ends[0]};
    descriptor to_server{input_ends[1]};
    const descriptor output{::memfd_create("output", MFD_CLOEXEC)};
    std::thread writer{[&to_server, input_text] {
        write_all(to_server.get(), input_text);
        to_server.close();
    }};
    run_outcome outcome;
    outcome.exit_code = serve_demo(input.get(), output.get());
    input.close(); // after a crash nobody reads the rest
    writer.join();
    REQUIRE(::lseek(output.get(), 0, SEEK_SET) == 0);
    std::string text;
    std::array<char, 65536> chunk{};
    for (;;) {
        const auto count = ::read(output.get(), chunk.data(), chunk.size());
        if (count <= 0) break;
        text.append(chunk.data(), static_cast<std::size_t>(count));
    }
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        outcome.lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    CHECK(begin == text.size());
    return outcome;
}

std::string ping(int id) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"ping"})";
}

std::string modern_call(int id, std::string_view tool, std::string_view arguments) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
           R"(,"method":"tools/call","params":{"_meta":{)"
           R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":{}},"name":")" +
           std::string{tool} + R"(","arguments":)" + std::string{arguments} + "}}";
}

} // namespace

TEST_CASE("demo_server_answers_all_lines_and_ends_with_its_input") {
    std::string input;
    for (int i = 0; i < 5000; ++i) input += ping(i) + (i % 2 == 0 ? "\n" : "\r\n");
    const auto outcome = run(input);
    CHECK(outcome.exit_code == 0);
    REQUIRE(outcome.lines.size() == 5000);
    CHECK(outcome.lines[4999] == R"({"jsonrpc":"2.0","id":4999,"result":{}})");
}

TEST_CASE("demo_server_answers_a_last_line_without_newline") {
    CHECK(run(ping(1)).lines.size() == 1);
    CHECK(run("").exit_code == 0);
    CHECK(run("\n\n").lines.empty());
}

TEST_CASE("demo_server_drops_open_waits_at_the_end_of_its_input") {
    const auto outcome = run(modern_call(1, "wait", R"({"seconds":600})") + "\n" + ping(2) + "\n");
    CHECK(outcome.exit_code == 0);
    REQUIRE(outcome.lines.size() == 1);
    CHECK(outcome.lines[0].find(R"("id":2)") != std::string::npos);
}

TEST_CASE("demo_server_crashes_on_request_after_what_it_has_answered") {
    const auto outcome =
        run(ping(1) + "\n" + modern_call(2, "crash", "{}") + "\n" + ping(3) + "\n");
    CHECK(outcome.exit_code == 3);
    REQUIRE(outcome.lines.size() == 1);
    CHECK(outcome.lines[0].find(R"("id":1)") != std::string::npos);
}

TEST_CASE("demo_server_skips_a_line_that_is_too_long_and_goes_on") {
    // Its end comes in a later read than the byte that is too many.
    const std::string huge(65U * 1024 * 1024, 'x');
    std::string input = ping(1) + "\n" + huge + "\n";
    for (int i = 2; i < 5002; ++i) input += ping(i) + "\n";
    const auto outcome = run(input);
    CHECK(outcome.exit_code == 0);
    REQUIRE(outcome.lines.size() == 5002);
    const auto refusal = json::parse(outcome.lines[1]);
    CHECK(refusal.at("error").at("code") == -32600);
    CHECK_FALSE(refusal.as_object().contains("id"));
    CHECK(outcome.lines[2].find(R"("id":2)") != std::string::npos);
    CHECK(outcome.lines[5001].find(R"("id":5001)") != std::string::npos);
}

TEST_CASE("demo_server_echoes_megabytes") {
    const std::string text(5'000'000, 'y');
    const auto outcome = run(modern_call(1, "echo", R"({"message":")" + text + R"("})") + "\n");
    REQUIRE(outcome.lines.size() == 1);
    const auto answer = json::parse(outcome.lines[0]);
    CHECK((answer.at("result").at("content").at(0).at("text").as_string() == text));
}

TEST_CASE("demo_server_ends_when_nobody_reads_its_output") {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> pair{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
    descriptor ours{pair[0]};
    const descriptor theirs{pair[1]};
    const auto line = ping(1) + "\n";
    REQUIRE(::write(ours.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    ours.close();
    CHECK(serve_demo(theirs.get(), theirs.get()) == 0);
}

TEST_CASE("demo_server_waits_by_its_clock_and_leaves_descriptors_as_they_were") {
    std::array<int, 2> pipe_ends{};
    REQUIRE(::pipe2(pipe_ends.data(), O_CLOEXEC) == 0);
    const descriptor from_server{pipe_ends[0]};
    const descriptor to_client{pipe_ends[1]};
    const int flags = ::fcntl(to_client.get(), F_GETFL);
    std::array<int, 2> input_ends{};
    REQUIRE(::pipe2(input_ends.data(), O_CLOEXEC) == 0);
    const descriptor input{input_ends[0]};
    descriptor to_server{input_ends[1]};
    const auto line = modern_call(1, "wait", R"({"seconds":0.02})") + "\n";
    REQUIRE(::write(to_server.get(), line.data(), line.size()) ==
            static_cast<ssize_t>(line.size()));
    // Only the timer can make the server say something; what it says ends its input.
    std::string answer(4096, '\0');
    std::thread reader{[&from_server, &to_server, &answer] {
        const auto count = ::read(from_server.get(), answer.data(), answer.size());
        answer.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        to_server.close();
    }};
    const int exit_code = serve_demo(input.get(), to_client.get());
    reader.join();
    CHECK(exit_code == 0);
    CHECK(answer.find("waited 0.02 s") != std::string::npos);
    CHECK(::fcntl(to_client.get(), F_GETFL) == flags);
}

} // namespace mcpgw::demo_test
