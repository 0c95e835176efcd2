// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/changed_world.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>
#include <utility>

namespace mcpgw::child_test {

/// Random configurations and calls, and what must be true of them.
class change_model {
public:
    explicit change_model(unsigned seed) : random_(seed) {}
    ~change_model() { world_.loop.finish(); }
    change_model(const change_model&) = delete;
    change_model& operator=(const change_model&) = delete;

    void step() {
        switch (pick(5)) {
        case 0:
            return change();
        case 1:
            world_.loop.poll();
            return;
        default:
            return call();
        }
    }
    /// Every call that was begun has been answered by a process that may answer it.
    void check_calls() {
        world_.loop.finish();
        for (const auto& one : calls_) {
            INFO("call of " << one->name << ", lineage " << one->lineage);
            REQUIRE(one->answer.has_value());
            const auto told = json_of(*one->answer);
            std::string version;
            for (const auto& arg : told.at("args").as_array())
                if (std::string_view{arg.as_string()}.starts_with("--prefix="))
                    version = std::string_view{arg.as_string()}.substr(9);
            // One of this server's, from the time of the call or later, and never of one that came
            // after its removal.
            const auto& known = versions_[one->lineage];
            CHECK(std::ranges::find(known.begin() + static_cast<std::ptrdiff_t>(one->first_version),
                                    known.end(), version) != known.end());
        }
        calls_.clear();
    }

private:
    struct one_call {
        std::string name;
        std::uint64_t lineage = 0;
        std::size_t first_version = 0; ///< that may answer it
        std::optional<answer_or_fault> answer;
        abort_signal never;
    };
    std::size_t pick(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>{0, count - 1}(random_);
    }

    /// Each of three servers: not there, as it was, with other options, or with another process.
    void change() {
        std::vector<changed_world::wanted> wanted;
        std::map<std::string, std::pair<std::uint64_t, pid_t>> kept;
        for (const std::string name : {"a", "b", "c"}) {
            auto& now = options_[name];
            const auto there = world_.all.find(name);
            const auto what = pick(8);
            if (what == 0) {
                now.reset();
                continue;
            }
            const bool is_new = !now.has_value();
            auto step = step::keep;
            if (is_new || what == 1) {
                now = fake_options({"--prefix=v" + std::to_string(++made_)}, name);
                if (!is_new) step = step::replace;
            } else if (what == 2) {
                now->call_timeout += std::chrono::seconds{1};
                step = step::adopt;
            }
            // It may still run with the options of before, which is what a plan compares with.
            const bool lags = there != nullptr && there->options().args != now->args;
            if (lags) step = step::replace;
            if (there != nullptr && step != step::replace)
                kept.emplace(name, std::pair{there->uses().lineage(), world_.pid_of(name)});
            wanted.push_back({*now, step});
        }
        std::ranges::shuffle(wanted, random_);
        world_.change(wanted);
        CHECK(world_.all.children().size() == wanted.size());
        for (const auto& [name, before] : kept) {
            CHECK(world_.all.find(name)->uses().lineage() == before.first);
            if (before.second != 0) CHECK(world_.pid_of(name) == before.second);
        }
        note_versions();
    }
    /// Which processes there are, or will be, by server.
    void note_versions() {
        for (const auto& c : world_.all.children()) {
            const auto& wanted = options_[c->name()];
            auto& known = versions_[c->uses().lineage()];
            for (const auto& args : {c->options().args, wanted->args}) {
                const auto version = args.front().substr(9);
                if (std::ranges::find(known, version) == known.end()) known.push_back(version);
            }
        }
    }
    void call() {
        const std::string name{std::array{"a", "b", "c"}[pick(3)]};
        const auto there = world_.all.find(name);
        if (there == nullptr) return;
        note_versions();
        calls_.push_back(std::make_unique<one_call>());
        auto& one = *calls_.back();
        one.name = name;
        one.lineage = there->uses().lineage();
        const auto& known = versions_[one.lineage];
        const auto version = there->options().args.front().substr(9);
        one.first_version =
            static_cast<std::size_t>(std::ranges::find(known, version) - known.begin());
        world_.loop.spawn(run(upstream_visit{there}, one));
    }
    /// As a call of a client: what it has found stays what it calls.
    static task<> run(upstream_visit there, one_call& one) {
        auto answer = co_await there->places().call(tool_call("surroundings"), nullptr, one.never);
        one.answer.emplace(std::move(answer));
    }

    std::mt19937 random_;
    changed_world world_;
    std::map<std::string, std::optional<child_options>> options_;
    std::map<std::uint64_t, std::vector<std::string>> versions_; ///< by lineage, oldest first
    std::vector<std::unique_ptr<one_call>> calls_;
    int made_ = 0;
};

} // namespace mcpgw::child_test
