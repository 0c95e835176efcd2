// SPDX-License-Identifier: Apache-2.0
#include "server/reload/reloader.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <future>
#include <stdexcept>

using namespace mcpgw;
using namespace mcpgw::io_test;

namespace {

child_options server(std::string name, std::string command = "true") {
    child_options options;
    options.name = std::move(name);
    options.command = std::move(command);
    return options;
}

config_problem error(std::string text) {
    config_problem problem;
    problem.level = config_problem::severity::error;
    problem.file = "c.toml";
    problem.message = std::move(text);
    return problem;
}

/// What the files say, for a thread that reads them.
struct said {
    std::mutex mutex;
    config_result now;
    std::atomic<int> times_read{0};
    std::string wrong; ///< what reading throws; empty: it does not
    std::promise<void> gate;
    std::shared_future<void> may_go_on;

    void say(config_result next) {
        const std::lock_guard lock{mutex};
        now = std::move(next);
    }
    config_result read() {
        if (may_go_on.valid()) may_go_on.wait();
        const std::lock_guard lock{mutex};
        ++times_read;
        if (!wrong.empty()) throw std::runtime_error(wrong);
        return now;
    }
};

config_result of(std::vector<child_options> servers) {
    config_result read;
    read.value.children = std::move(servers);
    return read;
}

struct reload_world final : reloader::target {
    io_loop loop;
    logger log{log_level::off};
    std::shared_ptr<said> files = std::make_shared<said>();
    std::shared_ptr<const configuration> now = std::make_shared<const configuration>();
    std::vector<child_options> behind;
    std::vector<config_plan> applied;
    std::optional<fault> refusal;
    reloader reloads{loop.ex(), log, *this, [files = files] {
                         return files->read();
                     }};

    [[nodiscard]] std::shared_ptr<const configuration> in_force() const override { return now; }
    [[nodiscard]] std::vector<child_options> lagging() const override { return behind; }
    result<void> put_into_force(std::shared_ptr<const configuration> next,
                                const config_plan& plan) override {
        if (refusal) return *refusal;
        now = std::move(next);
        applied.push_back(plan);
        return {};
    }
    reload_record reload(bool is_dry_run = false) {
        reload_record record;
        loop.run(into(record, is_dry_run));
        return record;
    }
    task<> into(reload_record& record, bool is_dry_run = false) {
        abort_signal never;
        record = co_await reloads.reload(reload_source::request, is_dry_run, never);
    }
};

} // namespace

TEST_CASE("configuration_without_errors_is_put_into_force") {
    reload_world world;
    world.files->say(of({server("a")}));
    const auto record = world.reload();
    CHECK(record.result == reload_result::applied);
    CHECK(record.generation == 2);
    REQUIRE(world.applied.size() == 1);
    CHECK(world.applied[0].added == std::vector<std::string>{"a"});
    CHECK(world.now->children.size() == 1);
    CHECK(world.reload().result == reload_result::unchanged);
    CHECK(world.reloads.history().generation() == 2);
}

TEST_CASE("configuration_with_an_error_changes_nothing_and_is_remembered") {
    reload_world world;
    auto read = of({server("a")});
    read.problems.push_back(error("it is wrong"));
    world.files->say(std::move(read));
    const auto record = world.reload();
    CHECK(record.result == reload_result::refused);
    REQUIRE(record.problems.size() == 1);
    CHECK(record.problems[0].find("it is wrong") != std::string::npos);
    CHECK(world.applied.empty());
    CHECK(world.reloads.history().is_refused());
    world.files->say(of({server("a")}));
    CHECK(world.reload().result == reload_result::applied);
    CHECK_FALSE(world.reloads.history().is_refused());
}

TEST_CASE("server_that_was_broken_before_does_not_keep_others_from_changing") {
    reload_world world;
    auto broken = server("a");
    broken.defect = "there is no such program";
    const auto with_defect = [&](std::vector<child_options> servers) {
        auto read = of(std::move(servers));
        read.value.faulty_children = {0};
        read.problems.push_back(error("there is no such program"));
        read.problems.back().is_of_child = true;
        return read;
    };
    world.now = std::make_shared<const configuration>(with_defect({broken, server("b")}).value);
    world.files->say(with_defect({broken, server("b"), server("c")}));
    CHECK(world.reload().result == reload_result::applied);
    auto other = server("b");
    other.defect = "it is wrong now";
    world.files->say(with_defect({broken, other, server("c")}));
    CHECK(world.reload().result == reload_result::refused);
    world.files->say(of({server("a"), server("b"), server("c")})); // it is whole again
    const auto record = world.reload();
    CHECK(record.result == reload_result::applied);
    REQUIRE(record.plan.changed.size() == 1);
    CHECK(record.plan.changed[0].needs_new_process());
}

TEST_CASE("dry_run_tells_the_plan_and_changes_nothing") {
    reload_world world;
    world.files->say(of({server("a")}));
    const auto record = world.reload(true);
    CHECK(record.result == reload_result::planned);
    CHECK(record.plan.added == std::vector<std::string>{"a"});
    CHECK(world.applied.empty());
    CHECK(world.reloads.history().records().empty());
}

TEST_CASE("what_cannot_be_had_is_a_refusal") {
    reload_world world;
    world.refusal = fault{errc::internal_error, "the port is taken"};
    world.files->say(of({server("a")}));
    const auto record = world.reload();
    CHECK(record.result == reload_result::refused);
    CHECK(record.problems == std::vector<std::string>{"the port is taken"});
}

TEST_CASE("server_that_still_runs_with_old_options_is_compared_by_those") {
    reload_world world;
    world.now = std::make_shared<const configuration>(of({server("a", "new")}).value);
    world.behind = {server("a", "old")};
    world.files->say(of({server("a", "new")}));
    const auto record = world.reload();
    CHECK(record.result == reload_result::applied); // it is tried once more
    REQUIRE(record.plan.changed.size() == 1);
    world.files->say(of({server("a", "old")}));
    CHECK(world.reload().plan.unchanged == std::vector<std::string>{"a"});
}

TEST_CASE("files_that_make_the_reader_throw_change_nothing_and_end_nothing") {
    reload_world world;
    world.files->wrong = "no memory";
    const auto record = world.reload();
    CHECK(record.result == reload_result::refused);
    REQUIRE(record.problems.size() == 1);
    CHECK(record.problems[0].find("no memory") != std::string::npos);
    world.files->wrong.clear();
    world.files->say(of({server("a")}));
    CHECK(world.reload().result == reload_result::applied);
}

TEST_CASE("two_reloads_at_once_come_one_after_the_other") {
    reload_world world;
    world.files->may_go_on = world.files->gate.get_future().share();
    world.files->say(of({server("a")}));
    reload_record first;
    reload_record second;
    REQUIRE(world.loop.tasks.spawn(world.into(first)));
    REQUIRE(world.loop.tasks.spawn(world.into(second)));
    world.files->gate.set_value();
    world.loop.finish();
    CHECK(first.result == reload_result::applied);
    CHECK(second.result == reload_result::unchanged);
    CHECK(world.files->times_read == 2);
}

TEST_CASE("reload_is_over_at_once_when_the_gateway_stops_while_a_file_cannot_be_read") {
    reload_world world;
    world.files->may_go_on = world.files->gate.get_future().share();
    reload_record record;
    reload_record waiting;
    REQUIRE(world.loop.tasks.spawn(world.into(record)));
    REQUIRE(world.loop.tasks.spawn(world.into(waiting)));
    REQUIRE(world.loop.tasks.spawn([](reload_world& w) -> task<> {
        w.reloads.stop();
        co_return;
    }(world)));
    world.loop.finish();
    CHECK(record.result == reload_result::stopped);
    CHECK(waiting.result == reload_result::stopped);
    world.files->gate.set_value(); // the thread finds nobody
    CHECK(world.applied.empty());
}

TEST_CASE("triggers_that_come_while_files_are_read_are_one_more_reload") {
    reload_world world;
    world.files->may_go_on = world.files->gate.get_future().share();
    world.files->say(of({server("a")}));
    REQUIRE(world.loop.tasks.spawn(world.reloads.run()));
    reload_record last;
    REQUIRE(world.loop.tasks.spawn([](reload_world& w, reload_record& record) -> task<> {
        for (int i = 0; i < 100; ++i) w.reloads.trigger(reload_source::signal);
        w.files->gate.set_value();
        co_await w.into(record);
        co_await w.into(record); // behind what was triggered
        w.reloads.stop();
    }(world, last)));
    world.loop.finish();
    CHECK(world.files->times_read <= 4);
    CHECK(world.applied.size() == 1);
}
