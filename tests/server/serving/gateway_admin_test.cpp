// SPDX-License-Identifier: Apache-2.0
#include "server/serving/gateway_admin.hpp"

#include "server/admin/managed_file.hpp"
#include "tests/support/io_loop.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <set>

using namespace mcpgw;
namespace json = boost::json;

namespace {

using answer = admin_actions::answer;

task<> keep(task<answer> asked, std::optional<answer>& into) {
    into = co_await std::move(asked);
}

/// A gateway without servers that runs, whose configuration is what the test says.
class admin_world {
public:
    admin_world() {
        hooks.files = {"gateway.toml"};
        hooks.managed = file.path();
        hooks.configured = [this] {
            std::vector<admin_hooks::configured_server> all;
            for (const auto& name : configured) all.push_back({name, true});
            return all;
        };
        hooks.reload = [this](bool is_dry_run, abort_signal& /*abort*/) {
            return reload(is_dry_run);
        };
        hooks.flags = [this] {
            return json::array{{{"name", "f"}, {"value", flag}}};
        };
        hooks.set_flag = [this](const std::string& name,
                                const json::value& value) -> admin_result<admin_hooks::undo> {
            if (name != "f") return admin_error{admin_errc::flag_not_found, "none"};
            const bool before = std::exchange(flag, value.is_bool() && value.as_bool());
            return [this, before] {
                flag = before;
                return true;
            };
        };
    }
    answer ask(task<answer> asked) {
        std::optional<answer> told;
        loop.run(keep(std::move(asked), told));
        REQUIRE(told);
        return std::move(*told);
    }
    [[nodiscard]] gateway_admin make() { return {upstreams_, hooks}; }
    [[nodiscard]] bool is_written(std::string_view part) const {
        return file.read().value().find(part) != std::string::npos;
    }

    io_test::io_loop loop;
    abort_signal abort;
    temporary_directory place;
    managed_file file{place.str() + "/conf.d/managed.toml"};
    admin_hooks hooks;
    std::set<std::string> configured;
    bool is_refusing = false; ///< the configuration as it is then has errors
    bool flag = false;

private:
    task<answer> reload(bool is_dry_run) {
        if (is_refusing) co_return admin_error{admin_errc::configuration_invalid, "bad", {"why"}};
        co_return json::object{{"result", is_dry_run ? "planned" : "applied"}};
    }

    logger log_{log_level::off};
    registry upstreams_{loop.ex(), {}, nullptr, log_, {}};
};

const json::object entry{{"name", "a"}, {"command", "x"}};

} // namespace

TEST_CASE("a_server_that_is_added_is_written_and_the_configuration_read_again") {
    admin_world world;
    auto admin = world.make();
    const auto added = world.ask(admin.add_server(entry, world.abort));
    REQUIRE_FALSE(added.has_error());
    CHECK(json::serialize(*added) ==
          R"({"name":"a","file":")" + world.file.path() + R"(","reload":{"result":"applied"}})");
    CHECK(world.is_written("name = \"a\"\ncommand = \"x\""));
    world.configured.insert("a");
    const auto again = world.ask(admin.add_server(entry, world.abort));
    REQUIRE(again.has_error());
    CHECK(again.error().code == admin_errc::conflict);
}

TEST_CASE("a_change_that_the_configuration_cannot_take_is_taken_back") {
    admin_world world;
    world.configured = {"b"};
    REQUIRE_FALSE(world.file.write("[[children]]\nname = \"b\"\nenabled = false\n").has_error());
    const auto before = world.file.read().value();
    world.is_refusing = true;
    auto admin = world.make();
    for (auto *const ask :
         {+[](gateway_admin&to, abort_signal&abort) { return to.add_server(entry, abort); },
          +[](gateway_admin&to, abort_signal&abort) { return to.remove_server("b", abort); },
          +[](gateway_admin&to, abort_signal&abort) {
              return to.set_enabled("b", true, abort);
          }}) {
        const auto refused = world.ask(ask(admin, world.abort));
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == admin_errc::configuration_invalid);
        CHECK(refused.error().problems == std::vector<std::string>{"why"});
        CHECK(world.file.read().value() == before);
    }
}

TEST_CASE("names_that_are_not_configured_are_told_and_nothing_is_written") {
    admin_world world;
    auto admin = world.make();
    for (const auto& refused :
         {world.ask(admin.remove_server("n", world.abort)),
          world.ask(admin.set_enabled("n", true, world.abort)),
          world.ask(admin.restart("n", world.abort)), admin.server("n"), admin.logs("n")}) {
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == admin_errc::server_not_found);
    }
    CHECK(world.file.read().value().empty());
}

TEST_CASE("a_file_of_the_commands_that_others_have_changed_is_left_alone") {
    admin_world world;
    REQUIRE_FALSE(world.file.write("[gateway]\nexpose = \"all\"\n").has_error());
    auto admin = world.make();
    const auto refused = world.ask(admin.add_server(entry, world.abort));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == admin_errc::configuration_invalid);
    CHECK(world.is_written("expose"));
}

TEST_CASE("a_flag_whose_value_the_configuration_cannot_take_has_the_one_before") {
    admin_world world;
    auto admin = world.make();
    const auto set = world.ask(admin.set_flag("f", true, world.abort));
    REQUIRE_FALSE(set.has_error());
    CHECK(set->at("reload").at("result") == json::value("applied"));
    CHECK(world.flag);
    world.is_refusing = true;
    CHECK(world.ask(admin.unset_flag("f", world.abort)).has_error());
    CHECK(world.flag);
    CHECK(world.ask(admin.set_flag("none", true, world.abort)).error().code ==
          admin_errc::flag_not_found);
}

TEST_CASE("a_gateway_without_a_file_says_that_it_cannot_change") {
    admin_world world;
    world.hooks.files.clear();
    world.hooks.managed.clear();
    world.hooks.reload = nullptr;
    auto admin = world.make();
    for (const auto& refused : {world.ask(admin.reload(false, world.abort)),
                                world.ask(admin.add_server(entry, world.abort)),
                                world.ask(admin.set_flag("f", true, world.abort))}) {
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == admin_errc::not_supported);
        CHECK(refused.error().message.find("--config FILE") != std::string::npos);
    }
    const auto status = admin.status();
    REQUIRE_FALSE(status.has_error());
    CHECK(status->at("configuration").at("generation") == json::value(1));
}
