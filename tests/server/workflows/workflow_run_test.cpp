// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/workflow_run.hpp"

#include "tests/support/virtual_steps.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <random>
#include <string>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::test;
namespace json = boost::json;

namespace {

/// The arguments come back; `after` says when.
virtual_steps::answer echo(const step_call& call) {
    const auto* const after = call.arguments.if_contains("after");
    return {after == nullptr ? 1 : after->to_number<std::int64_t>(), structured(call.arguments)};
}

std::string log_of(const virtual_steps& world) {
    return fmt::format("{}", fmt::join(world.log, " "));
}

} // namespace

TEST_CASE("the_steps_of_a_workflow_hand_on_what_they_found") {
    io_test::io_loop loop;
    virtual_steps world{loop, echo};
    const auto done = world.run(R"({"steps":[
        {"id":"a","server":"s","tool":"t","arguments":{"n":"${params.start}"}},
        {"id":"b","server":"s","tool":"t","arguments":{"n":"${steps.a.n + 1}",
         "text":"after ${steps.a.n}"}}],"output":{"sum":"${steps.a.n + steps.b.n}"}})",
                                json::parse(R"({"start":4})"));
    REQUIRE_FALSE(done.failure);
    CHECK(json::serialize(done.output) == R"({"sum":9})");
    CHECK(json::serialize(world.calls[1].arguments) == R"({"n":5,"text":"after 4"})");
    CHECK(log_of(world) == "+a -a +b -b");
    CHECK(world.progress == std::vector<std::string>{"a: done", "b: done"});
}

TEST_CASE("steps_that_do_not_need_each_other_run_at_the_same_time_within_the_limit") {
    io_test::io_loop loop;
    virtual_steps world{loop, echo};
    std::string steps;
    for (int i = 0; i < 9; ++i)
        steps += fmt::format(R"({}{{"id":"s{}","tool":"t","arguments":{{"after":10}}}})",
                             i == 0 ? "" : ",", i);
    const auto done = world.run(R"({"max_parallel":3,"steps":[)" + steps + "]}");
    CHECK_FALSE(done.failure);
    CHECK(world.running_max == 3);
    CHECK(world.now == 30);
}

TEST_CASE("any_number_of_steps_may_end_at_once") {
    io_test::io_loop loop;
    virtual_steps world{loop, echo};
    std::string steps;
    for (int i = 0; i < 1'000; ++i)
        steps += fmt::format(R"({}{{"id":"s{}","tool":"t","when":"{}"}})", i == 0 ? "" : ",", i,
                             i % 500 == 0 ? "true" : "false");
    const auto done = world.run(R"({"steps":[)" + steps + "]}");
    CHECK_FALSE(done.failure);
    CHECK(world.calls.size() == 2);
    CHECK(done.steps.at("s999").at("status") == "skipped");
}

TEST_CASE("a_failed_step_ends_those_that_run_and_what_was_done_is_told") {
    io_test::io_loop loop;
    virtual_steps world{loop, [](const step_call& call) -> virtual_steps::answer {
                            if (call.tool != "bad") return echo(call);
                            return {5, fault{errc::connection_lost, "it died"}};
                        }};
    const auto done = world.run(R"({"steps":[
        {"id":"quick","tool":"t","arguments":{"after":1}},
        {"id":"bad","tool":"bad"},
        {"id":"slow","tool":"t","arguments":{"after":100}},
        {"id":"never","tool":"t","depends_on":["slow"]}],
        "on_abort":[{"id":"undo","tool":"t","when":"status.quick == 'done'",
          "arguments":{"why":"${errors.bad}"}}]})");
    REQUIRE(done.failure);
    CHECK(done.failure->message() == "step 'bad': it died");
    CHECK(done.failed_step == "bad");
    CHECK(log_of(world) == "+quick +bad +slow -quick -bad !slow +undo -undo");
    CHECK(world.now < 100);
    CHECK(json::serialize(done.steps) ==
          R"({"quick":{"status":"done","output":{"after":1}},)"
          R"("bad":{"status":"failed","error":"it died"},)"
          R"("slow":{"status":"cancelled","error":"another step has failed"},)"
          R"("never":{"status":"not_run"}})");
    CHECK(json::serialize(done.compensation) == R"({"undo":{"status":"done"}})");
    CHECK(json::serialize(world.calls.back().arguments) == R"({"why":"it died"})");
}

TEST_CASE("a_step_that_may_fail_leaves_its_default_to_the_others") {
    io_test::io_loop loop;
    virtual_steps world{loop, [](const step_call& call) -> virtual_steps::answer {
                            if (call.tool != "bad") return echo(call);
                            return {1, json::parse(R"({"content":[{"type":"text","text":"no"}],
                                "isError":true})")};
                        }};
    const auto done = world.run(R"({"steps":[
        {"id":"a","tool":"bad","on_error":"continue","default":{"n":7}},
        {"id":"b","tool":"bad","on_error":"continue"},
        {"id":"c","tool":"t","arguments":{"n":"${steps.a.n}","why":"${errors.b}",
          "has":"${has(steps.b)}","status":"${status.b}"}}]})");
    REQUIRE_FALSE(done.failure);
    CHECK(json::serialize(done.output.at("c")) ==
          R"({"n":7,"why":"no","has":false,"status":"failed"})");
}

TEST_CASE("fallback_steps_stand_in_for_a_step_that_fails") {
    io_test::io_loop loop;
    virtual_steps world{loop, [](const step_call& call) -> virtual_steps::answer {
                            if (call.tool != "bad") return echo(call);
                            return {1, fault{errc::server_failed, "down"}};
                        }};
    const auto done = world.run(R"({"steps":[
        {"id":"a","tool":"bad","retry":{"times":2,"delay":"5ms"},"fallback":[
          {"id":"x","tool":"bad","on_error":"continue"},
          {"id":"y","tool":"t","arguments":{"n":"${errors.a} ${errors.x}"}}]},
        {"id":"b","tool":"t","arguments":{"n":"${steps.a.n}!"}}]})");
    REQUIRE_FALSE(done.failure);
    CHECK(json::serialize(done.output.at("b")) == R"({"n":"down down!"})");
    CHECK(log_of(world) == "+a -a +a -a +a -a +x -x +y -y +b -b");
    CHECK(world.now == 3 + 5 + 10 + 3);
}

TEST_CASE("a_condition_that_is_false_skips_its_step") {
    io_test::io_loop loop;
    virtual_steps world{loop, echo};
    const auto done = world.run(R"({"steps":[
        {"id":"a","tool":"t","arguments":{"n":1}},
        {"id":"b","tool":"t","when":"steps.a.n > 1"},
        {"id":"c","tool":"t","arguments":{"has":"${has(steps.b)}","is":"${status.b}"}}]})");
    REQUIRE_FALSE(done.failure);
    CHECK(json::serialize(done.output.at("c")) == R"({"has":false,"is":"skipped"})");
    CHECK(log_of(world) == "+a -a +c -c");
    const auto wrong = world.run(R"({"steps":[{"id":"a","tool":"t","when":"1"}]})");
    CHECK(wrong.failure->message() == "step 'a': when: is neither true nor false");
}

TEST_CASE("a_step_for_each_entry_of_a_list_collects_what_they_give") {
    io_test::io_loop loop;
    virtual_steps world{loop, echo};
    const auto done = world.run(R"({"steps":[{"id":"a","tool":"t",
        "for_each":{"collection":"${params.list}","max_parallel":2},
        "arguments":{"x":"${item}","i":"${index}","after":10},"output":"${output.x + string(index)}"}]})",
                                json::parse(R"({"list":["p","q","r","s"]})"));
    REQUIRE_FALSE(done.failure);
    CHECK(json::serialize(done.output) == R"({"a":["p0","q1","r2","s3"]})");
    CHECK(world.running_max == 2);
    CHECK(world.now == 20);
    const auto many = world.run(
        R"({"steps":[{"id":"a","tool":"t","for_each":{"collection":[1,2,3],"max_items":2}}]})");
    CHECK(many.failure->message() == "step 'a': for_each: 3 entries, max_items allows 2");
    const auto none = world.run(R"({"steps":[{"id":"a","tool":"t","for_each":[]}]})");
    CHECK(json::serialize(none.output) == R"({"a":[]})");
}

TEST_CASE("an_entry_that_fails_ends_the_others_or_leaves_a_gap") {
    const auto answers = [](const step_call& call) -> virtual_steps::answer {
        if (call.arguments.at("x").as_int64() != 2) return echo(call);
        return {3, fault{errc::server_failed, "odd"}};
    };
    io_test::io_loop loop;
    virtual_steps world{loop, answers};
    const auto failed = world.run(R"({"steps":[{"id":"a","tool":"t","for_each":[1,2,3,4],
        "arguments":{"x":"${item}","after":9}}]})");
    CHECK(failed.failure->message() == "step 'a': step 'a[1]': odd");
    CHECK(log_of(world) == "+a[0] +a[1] +a[2] +a[3] -a[1] !a[0] !a[2] !a[3]");
    io_test::io_loop other;
    virtual_steps again{other, answers};
    const auto gap = again.run(R"({"steps":[{"id":"a","tool":"t","for_each":[1,2,3],
        "arguments":{"x":"${item}"},"output":"${output.x}","on_error":"continue"}],
        "output":{"list":"${steps.a}","why":"${errors.a}"}})");
    REQUIRE_FALSE(gap.failure);
    CHECK(json::serialize(gap.output) ==
          R"({"list":[1,null,3],"why":"1 of 3 failed: step 'a[1]': odd"})");
}

TEST_CASE("ending_a_workflow_ends_its_calls_and_starts_no_more") {
    io_test::io_loop loop;
    virtual_steps world{loop, echo};
    world.at_each_turn = [&] {
        if (world.now >= 2) world.abort.abort({errc::call_cancelled, "the client has gone"});
    };
    const auto done = world.run(R"({"steps":[{"id":"a","tool":"t","arguments":{"after":2}},
        {"id":"b","tool":"t","arguments":{"after":50}},{"id":"c","tool":"t","depends_on":["a"],
        "arguments":{"after":50}},{"id":"d","tool":"t","depends_on":["c"]}],
        "on_abort":[{"id":"undo","tool":"t"}]})");
    REQUIRE(done.failure);
    CHECK(done.failure->code == errc::call_cancelled);
    CHECK(done.failed_step.empty());
    CHECK(world.now < 10);
    CHECK(log_of(world).ends_with("+undo -undo"));
    CHECK(log_of(world).find("+d") == std::string::npos);
}

TEST_CASE("workflows_run_workflows_but_not_without_end") {
    io_test::io_loop loop;
    virtual_steps world{loop, echo};
    const auto add = [&world](std::string name, std::string_view raw) {
        auto made = read_workflow(json::parse(raw).as_object());
        world.workflows[name] = std::make_shared<const workflow>(std::move(*made));
    };
    add("double", R"({"steps":[{"id":"x","tool":"t","arguments":{"n":"${params.n * 2}"}}],
        "output":"${steps.x.n}","parameters":{"properties":{"n":{"type":"integer","default":8}}}})");
    add("loop", R"({"steps":[{"id":"again","workflow":"loop"}]})");
    const auto done = world.run(R"({"steps":[{"id":"a","workflow":"double","arguments":{"n":3}},
        {"id":"b","workflow":"double","arguments":{"n":"${steps.a}"}}],"output":"${steps.b}"})");
    REQUIRE_FALSE(done.failure);
    CHECK(json::serialize(done.output) == "12");
    CHECK(log_of(world) == "+a/x -a/x +b/x -b/x");
    const auto preset = world.run(R"({"steps":[{"id":"a","workflow":"double"}],
        "output":"${steps.a}"})");
    REQUIRE_FALSE(preset.failure);
    CHECK(json::serialize(preset.output) == "16");
    const auto wrong =
        world.run(R"({"steps":[{"id":"a","workflow":"double","arguments":{"n":"many"}}]})");
    CHECK(wrong.failure->message() == "step 'a': n: wrong type: the tool wants integer");
    const auto endless = world.run(R"({"steps":[{"id":"a","workflow":"loop"}]})");
    REQUIRE(endless.failure);
    CHECK(std::string{endless.failure->message()}.ends_with(
        "workflows that run workflows are nested too deeply"));
    const auto unknown = world.run(R"({"steps":[{"id":"a","workflow":"nobody"}]})");
    CHECK(unknown.failure->message() == "step 'a': there is no workflow 'nobody'");
}

TEST_CASE("a_user_who_declines_ends_the_workflow_unless_he_may") {
    io_test::io_loop loop;
    virtual_steps world{loop, echo};
    const auto raw = [](std::string_view on_decline) {
        return fmt::format(R"({{"steps":[{{"id":"sure","ask":{{"message":"Remove ${{params.n}}?",
            "on_decline":"{}"}}}},{{"id":"b","tool":"t","when":"steps.sure.action == 'accept'"}}]}})",
                           on_decline);
    };
    const auto yes = world.run(raw("abort"), json::parse(R"({"n":3})"));
    CHECK_FALSE(yes.failure);
    CHECK(world.log[0].starts_with(R"(?sure elicitation/create {"message":"Remove 3?")"));
    CHECK(world.log.size() == 3);
    world.answer_of_user = json::parse(R"({"action":"decline"})");
    CHECK(world.run(raw("abort"), json::parse(R"({"n":3})")).failure->message() ==
          "step 'sure': the user did not agree");
    const auto no = world.run(raw("continue"), json::parse(R"({"n":3})"));
    CHECK_FALSE(no.failure);
    CHECK(no.steps.at("b").at("status") == "skipped");
}

TEST_CASE("an_argument_that_has_no_value_fails_its_step_with_its_place") {
    io_test::io_loop loop;
    virtual_steps world{loop, echo};
    const auto done = world.run(R"({"steps":[{"id":"a","tool":"t","arguments":{"n":1}},
        {"id":"b","tool":"t","arguments":{"list":["x","${steps.a.nobody}"]}}]})");
    REQUIRE(done.failure);
    CHECK(done.failure->code == errc::invalid_arguments);
    CHECK(done.failure->message() ==
          "step 'b': arguments: list[1]: there is no member 'nobody', at character 9 of "
          "steps.a.nobody");
}

namespace {

/// A workflow by chance: each step adds up numbers of some of those before it.
struct random_flow {
    struct step {
        std::vector<std::size_t> needs;
        std::int64_t own = 0;
        std::int64_t takes = 1;
        bool fails = false;
        bool is_skipped = false;
    };
    std::vector<step> steps;

    static std::string id(std::size_t i) { return fmt::format("s{}", i); }

    explicit random_flow(std::mt19937& random) {
        const auto below = [&random](std::size_t limit) {
            return random() % limit;
        };
        steps.resize(1 + below(14));
        for (std::size_t i = 0; i < steps.size(); ++i) {
            auto& each = steps[i];
            for (std::size_t j = 0; j < i; ++j)
                if (below(4) == 0) each.needs.push_back(j);
            each.own = static_cast<std::int64_t>(below(100));
            each.takes = static_cast<std::int64_t>(1 + below(20));
            each.fails = below(6) == 0;
            each.is_skipped = below(8) == 0;
        }
    }

    /// `order`: of the steps in the list, which must not matter.
    [[nodiscard]] std::string source(const std::vector<std::size_t>& order,
                                     std::size_t parallel) const {
        json::array list;
        for (const auto i : order) {
            const auto& each = steps[i];
            std::string sum = std::to_string(each.own);
            for (const auto need : each.needs) sum += fmt::format(" + steps.{}.n", id(need));
            list.push_back(json::object{
                {"id", id(i)},
                {"tool", each.fails ? "bad" : "t"},
                {"when", each.is_skipped ? "false" : "true"},
                {"on_error", "continue"},
                {"default", json::object{{"n", 1'000}}},
                {"arguments", json::object{{"n", "${" + sum + "}"}, {"after", each.takes}}},
                {"output", json::object{{"n", "${output.n}"}}}});
        }
        return json::serialize(json::object{{"steps", list}, {"max_parallel", parallel}});
    }

    /// One after another, in their own order.
    [[nodiscard]] std::vector<std::int64_t> values() const {
        std::vector<std::int64_t> all;
        for (const auto& each : steps) {
            auto sum = each.own;
            for (const auto need : each.needs) sum += all[need];
            all.push_back(each.fails || each.is_skipped ? 1'000 : sum);
        }
        return all;
    }
};

} // namespace

TEST_CASE("any_graph_of_steps_gives_what_the_same_steps_give_one_after_another") {
    std::mt19937 random{Catch::getSeed()};
    for (int round = 0; round < 300; ++round) {
        const random_flow flow{random};
        std::vector<std::size_t> order(flow.steps.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::ranges::shuffle(order, random);
        const auto parallel = 1 + random() % 5;
        const auto source = flow.source(order, parallel);
        INFO("seed " << Catch::getSeed() << ", round " << round << ": " << source);
        io_test::io_loop loop;
        virtual_steps world{loop, [](const step_call& call) -> virtual_steps::answer {
                                if (call.tool == "t") return echo(call);
                                return {2, fault{errc::server_failed, "by chance"}};
                            }};
        const auto done = world.run(source);
        REQUIRE_FALSE(done.failure);
        REQUIRE(world.running_max <= parallel);
        const auto wanted = flow.values();
        std::vector<std::string> ended;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            REQUIRE(done.output.at(random_flow::id(i)).at("n") == wanted[i]);
        // No step began before those that it needs had ended; none was called twice.
        for (std::size_t i = 0; i < flow.steps.size(); ++i) {
            const auto place = [&](const std::string& what) {
                return std::ranges::find(world.log, what) - world.log.begin();
            };
            const auto begin = "+" + random_flow::id(i);
            REQUIRE(std::ranges::count(world.log, begin) == (flow.steps[i].is_skipped ? 0 : 1));
            if (flow.steps[i].is_skipped) continue;
            for (const auto need : flow.steps[i].needs)
                if (!flow.steps[need].is_skipped)
                    REQUIRE(place("-" + random_flow::id(need)) < place(begin));
        }
    }
}
