// SPDX-License-Identifier: Apache-2.0
// What a server as a whole shows and concludes from its instances.
#include "tests/support/child_world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <random>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("one_more_instance_that_cannot_be_started_does_not_open_the_breaker_of_those_that_run") {
    const temporary_directory scratch;
    auto options = fake_options();
    // Starts once; whoever comes second finds the port taken, say.
    options.args = {"-c", R"(mkdir "$0" 2>/dev/null && exec "$1"; echo taken >&2; exit 3)",
                    scratch.str() + "/port", options.command};
    options.command = "/bin/sh";
    options.only_era = era::legacy;
    options.pool.max = 2;
    options.breaker.threshold = 1;
    child_world world{options};
    std::vector<upstream::lease> places;
    places.push_back(world.take());
    places.push_back(world.take()); // starts the second one
    world.loop.run_until([&] { return !world.status().last_error.empty(); });
    CHECK(world.status().breaker == breaker_state::closed);
    CHECK(world.status().state == upstream_state::running);
    CHECK(text_of(world.call("echo")) == "{}");
}

TEST_CASE("a_server_whose_last_session_has_ended_is_stopped_and_still_known_by_its_version") {
    auto options = fake_options();
    options.pool.share = sharing::session;
    child_world world{options};
    CHECK(world.status().state == upstream_state::not_started);
    { const auto only = world.take("only"); }
    const auto before = world.status();
    REQUIRE(before.spoken.has_value());
    REQUIRE_FALSE(before.server_info.empty());
    world.get().end_key("only");
    world.loop.run_until([&] { return world.status().instances == 0; });
    CHECK(world.status().state == upstream_state::stopped);
    CHECK(world.status().spoken == before.spoken);
    CHECK(world.status().server_info == before.server_info);
    CHECK(world.get().spoken() == before.spoken);
    CHECK_FALSE(world.get().lists().tools.empty());
}

TEST_CASE("a_start_is_given_up_for_the_client_that_left_and_goes_on_for_others") {
    child_world world{fake_options({"--silent"})};
    auto& gone = world.begin(tool_call("echo"));
    auto& stays = world.begin(tool_call("echo"));
    world.run_until_state(upstream_state::starting);
    gone.abort.abort(errc::call_cancelled);
    const auto answer = world.end(gone);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::call_cancelled);
    CHECK_FALSE(stays.answer.has_value());
    CHECK(world.status().state == upstream_state::starting);
}

TEST_CASE("a_list_whose_client_has_left_waits_no_more") {
    process_loop loop;
    logger log{log_level::off};
    registry all{loop.get_executor(), {}, nullptr, log, {}};
    all.add(fake_options({"--silent"}, "silent"));
    abort_signal abort;
    bool has_ended = false;
    const auto list = [](registry& of, abort_signal& signal, bool& ended) -> task<> {
        const std::chrono::seconds patience{50};
        co_await of.ensure_listed(patience, signal);
        ended = true;
    };
    loop.spawn(list(all, abort, has_ended));
    loop.run_until([&all] { return all.find("silent")->state() == upstream_state::starting; });
    CHECK_FALSE(has_ended);
    abort.abort(errc::call_cancelled);
    loop.run_until([&has_ended] { return has_ended; });
    loop.await(all.close());
}

TEST_CASE("the_program_that_fetches_a_server_is_named_with_its_last_word") {
    std::random_device random;
    const auto folder = std::filesystem::temp_directory_path() /
                        ("mcpgw-npx-" + std::to_string(random()) + std::to_string(random()));
    std::filesystem::create_directory(folder);
    const auto program = folder / "npx";
    std::ofstream{program} << "#!/bin/sh\necho 'npm http fetch GET 200' >&2\nexec cat >/dev/null\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    auto options = fake_options({}, "npm");
    options.command = program.string();
    child_world world{options};
    world.begin(tool_call("echo"));
    const auto note = [&world] {
        return world.get().start_note(clock_type::now()).value_or("");
    };
    world.loop.run_until([&] { return note().find("fetch") != std::string::npos; });
    CHECK(note().starts_with("starting server 'npm', "));
    CHECK(note().ends_with(" s; npx may still be downloading: npm http fetch GET 200"));
    std::filesystem::remove_all(folder);
}
