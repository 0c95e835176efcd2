// SPDX-License-Identifier: Apache-2.0
// What one call costs the gateway: system calls, allocations, instructions.
#include "tests/bench/speed/load/http_connection.hpp"
#include "tests/bench/speed/parts.hpp"
#include "tests/bench/speed/preload/allocation_counter.hpp"
#include "tests/bench/support/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr std::chrono::milliseconds traced_time{800};
constexpr std::chrono::seconds strace_limit{5};

constexpr std::string_view profile_text =
    "Of one call of 64 bytes, in the gateway's process alone. Allocations are calls of malloc() "
    "and\n"
    "its kin once everything is warm. System calls are counted by strace, which slows the gateway\n"
    "down, so that fewer of them serve several calls at once than in earnest. Instructions are "
    "those\n"
    "in user mode, of one connection, counted by valgrind.\n"
    "\n"
    "What is allocated for a call: the text of the request, its parts for the child and its line;\n"
    "the text of the answer, the response and the reply with its head; the frames of the "
    "coroutines\n"
    "that wait for it, as far as Asio has none to use again (it keeps two); the call's name in "
    "its\n"
    "session and what relays its progress. Texts live as long as others need them, so that a pool\n"
    "of them would be a second allocator beside malloc(), which takes less than a tenth\n"
    "of a call's instructions for all of them.\n";

subject gateway_at(const gateway_process& gateway, const std::string& name, dialect spoken) {
    return {.name = name, .spoken = spoken, .port = gateway.port(), .processes = {gateway.pid()}};
}

const std::vector<std::pair<std::string, dialect>> clients{
    {names::gateway_legacy, dialect::legacy}, {names::gateway_modern, dialect::modern}};

// ---- allocations

/// The counts of the library in the gateway, mapped here too.
class allocation_file {
public:
    allocation_file() {
        std::ofstream(path_) << std::string(sizeof(allocation_counts), '\0');
        const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        void* const where =
            ::mmap(nullptr, sizeof(allocation_counts), PROT_READ, MAP_SHARED, descriptor, 0);
        ::close(descriptor);
        if (where == MAP_FAILED) throw std::runtime_error("the counts cannot be mapped");
        counts_ = static_cast<const allocation_counts*>(where);
    }
    ~allocation_file() { ::munmap(const_cast<allocation_counts*>(counts_), sizeof *counts_); }
    allocation_file(const allocation_file&) = delete;
    allocation_file& operator=(const allocation_file&) = delete;

    [[nodiscard]] std::uint64_t calls() const { return counts_->calls.load(); }
    [[nodiscard]] gateway_surroundings surroundings() const {
        return {.before = {},
                .environment = {std::string{"LD_PRELOAD="} + MCPGW_ALLOCATION_COUNTER,
                                std::string{allocation_file_variable} + "=" + path_}};
    }

private:
    temporary_directory directory_;
    std::string path_ = directory_.path() + "/allocations";
    const allocation_counts* counts_ = nullptr;
};

void count_allocations(bench_run& run, table& out) {
    const allocation_file counted;
    const gateway_process gateway{run.needed.gateway, speed_configuration(run.needed.echo),
                                  counted.surroundings()};
    for (const auto& [name, spoken] : clients) {
        std::vector<std::string> row{"allocations, " + name};
        double of_many = 0;
        for (const std::size_t connections : {1U, 64U}) {
            load_plan plan;
            plan.warm_up = std::chrono::milliseconds{500};
            plan.measured = traced_time;
            const auto made = measure(gateway_at(gateway, name, spoken), echo_of(64), connections,
                                      plan, [&counted] { return counted.calls(); });
            const auto each =
                ratio_of(static_cast<double>(made.counted), static_cast<double>(made.calls));
            row.push_back(fmt::format("{:.2f}", each));
            of_many = each;
        }
        out.add(row);
        if (spoken == dialect::legacy)
            run.out.targets.note("allocations of a call, 64 x 64 B",
                                 fmt::format("{:.2f}; why: see what a call costs", of_many),
                                 "0, or why");
    }
}

// ---- system calls

bool is_installed(const std::string& name) {
    for (const auto* directory : {"/usr/bin/", "/usr/local/bin/", "/bin/"})
        if (std::filesystem::exists(directory + name)) return true;
    return false;
}

/// strace on a running process, until stop().
class system_call_trace {
public:
    explicit system_call_trace(pid_t pid) {
        program_options options;
        options.command = {"strace", "-c", "-f", "-o", path_, "-p", std::to_string(pid)};
        process_.emplace(options);
        std::string said;
        char buffer[256];
        while (said.find("attached") == std::string::npos) {
            pollfd input{process_->errors(), POLLIN, 0};
            const int limit_ms = static_cast<int>(std::chrono::milliseconds{strace_limit}.count());
            const auto count =
                ::poll(&input, 1, limit_ms) == 1 ? ::read(input.fd, buffer, sizeof buffer) : 0;
            if (count <= 0) throw std::runtime_error("strace cannot attach: " + said);
            said.append(buffer, static_cast<std::size_t>(count));
        }
    }
    /// How often each was called.
    std::map<std::string, double> stop() {
        process_->stop(); // it detaches, and writes its table
        std::ifstream file(path_);
        std::map<std::string, double> counts;
        for (std::string line; std::getline(file, line);) {
            std::istringstream words(line);
            std::string percent, seconds, each, calls, word, name;
            words >> percent >> seconds >> each >> calls;
            while (words >> word) name = word; // errors come before it where there are any
            const bool is_row = !percent.empty() && percent[0] >= '0' && percent[0] <= '9';
            if (is_row && name != "total") counts[name] = std::stod(calls);
        }
        return counts;
    }

private:
    temporary_directory directory_;
    std::string path_ = directory_.path() + "/calls";
    std::optional<program> process_;
};

void count_system_calls(bench_run& run, table& out, std::string& details) {
    if (!is_installed("strace")) {
        run.out.remarks.emplace_back("System calls were not counted: there is no strace.");
        return;
    }
    const gateway_process gateway{run.needed.gateway, speed_configuration(run.needed.echo)};
    for (const auto& [name, spoken] : clients) {
        std::vector<std::string> row{"system calls, " + name};
        const auto what = gateway_at(gateway, name, spoken);
        for (const std::size_t connections : {1U, 64U}) {
            load_plan plan;
            measure(what, echo_of(64), connections, plan); // warm
            plan.warm_up = std::chrono::milliseconds{0};
            plan.measured = traced_time;
            system_call_trace trace{gateway.pid()};
            const auto made = measure(what, echo_of(64), connections, plan);
            double sum = 0;
            details += fmt::format("- {}, {}:", name, load_cell{connections, 64}.name());
            for (const auto& [call, count] : trace.stop()) {
                const auto each = count / static_cast<double>(made.all_calls);
                sum += each;
                if (each >= 0.01) details += fmt::format(" {} {:.2f}", call, each);
            }
            details += "\n";
            row.push_back(fmt::format("{:.2f}", sum));
        }
        out.add(row);
    }
}

// ---- instructions

/// Instructions that a gateway needs from start to end with so many calls.
double count_instructions(const bench_run& run, dialect spoken, std::size_t calls) {
    const temporary_directory directory;
    const auto log = directory.path() + "/out";
    {
        gateway_process gateway{run.needed.gateway,
                                speed_configuration(run.needed.echo),
                                {.before = {"valgrind", "--tool=callgrind", "--quiet",
                                            "--callgrind-out-file=" + log + ".%p"},
                                 .environment = {"LD_PRELOAD=" MCPGW_PIDFD_STAND_IN}}};
        http_connection client{gateway.port()};
        const auto session =
            spoken == dialect::legacy ? open_session(client, "/mcp") : std::string{};
        const auto kind = echo_of(64);
        auto call = make_post(make_message(kind, spoken), "/mcp", fields_of(kind, spoken, session));
        for (std::size_t i = 0; i < calls; ++i) {
            call.set_id(first_id + i);
            client.exchange(call.bytes);
            if (client.reader().status() != 200)
                throw std::runtime_error(fmt::format("a call under valgrind: HTTP {}: {}",
                                                     client.reader().status(),
                                                     client.reader().body().substr(0, 200)));
            client.reader().next();
        }
        gateway.stop();
    }
    double most = 0; // of the gateway; helpers that it forks leave files too
    for (const auto& entry : std::filesystem::directory_iterator{directory.path()}) {
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);)
            if (line.starts_with("summary: "))
                most = std::max(most, std::stod(line.substr(9)));
            else if (line.starts_with("totals: "))
                most = std::max(most, std::stod(line.substr(8)));
    }
    return most;
}

void count_all_instructions(bench_run& run, table& out) {
    if (!is_installed("valgrind")) {
        run.out.remarks.emplace_back("Instructions were not counted: there is no valgrind.");
        return;
    }
    // The start drops out of the difference.
    constexpr std::size_t few = 200;
    constexpr std::size_t many = 1200;
    for (const auto& [name, spoken] : clients) {
        const auto more =
            count_instructions(run, spoken, many) - count_instructions(run, spoken, few);
        out.add({"instructions, " + name, with_commas(more / (many - few)), "-"});
    }
}

} // namespace

void run_profile(bench_run& run) {
    table made{{"for each call", "1 connection", "64 connections"}};
    std::string details;
    count_allocations(run, made);
    count_system_calls(run, made, details);
    count_all_instructions(run, made);
    if (!details.empty()) details = "\nThe system calls, for each call:\n\n" + details;
    run.out.sections.push_back(
        {"What a call costs", std::string{profile_text}, made.text() + details});
}

} // namespace mcpgw::bench
