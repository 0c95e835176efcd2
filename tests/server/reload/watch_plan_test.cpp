// SPDX-License-Identifier: Apache-2.0
#include "server/reload/watch_plan.hpp"

#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <vector>

using namespace mcpgw;

namespace {

using names = std::set<std::string, std::less<>>;

/// Paths that there are; what is not among them is missing.
class tree {
public:
    explicit tree(std::map<std::string, path_look> entries) : entries_(std::move(entries)) {}

    [[nodiscard]] watch_plan plan(const std::vector<std::string>& paths) const {
        return plan_watches(paths, [this](const std::string& path) {
            const auto found = entries_.find(path);
            return found == entries_.end() ? path_look{} : found->second;
        });
    }

private:
    std::map<std::string, path_look> entries_;
};

const path_look file{path_look::kind::file, {}};
const path_look directory{path_look::kind::directory, {}};
path_look link(std::string target) {
    return {path_look::kind::link, std::move(target)};
}

} // namespace

TEST_CASE("a_file_is_watched_by_its_name_in_its_directory") {
    const tree all{{{"/etc", directory}, {"/etc/mcp", directory}, {"/etc/mcp/a.toml", file}}};
    const auto plan = all.plan({"/etc/mcp/a.toml"});
    REQUIRE(plan.directories.size() == 3);
    CHECK(plan.directories.at("/etc/mcp").names == names{"a.toml"});
    CHECK_FALSE(plan.directories.at("/etc/mcp").has_all_names);
    CHECK(plan.directories.at("/etc").names.empty());
    CHECK(plan.directories.at("/etc").passages == names{"mcp"});
    CHECK(plan.directories.at("/").passages == names{"etc"});
    CHECK(plan.files == std::set<std::string>{"/etc/mcp/a.toml"});
}

TEST_CASE("a_file_that_is_not_there_yet_is_watched_where_its_way_ends") {
    const tree all{{{"/home", directory}}};
    const auto plan = all.plan({"/home/me/conf.d/a.toml"});
    REQUIRE(plan.directories.size() == 2);
    CHECK(plan.directories.at("/home").names == names{"me"});
    CHECK(plan.files.empty());
}

TEST_CASE("each_link_of_a_config_map_is_watched") {
    const tree all{{{"/etc", directory},
                    {"/etc/a.toml", link("..data/a.toml")},
                    {"/etc/..data", link("..2026")},
                    {"/etc/..2026", directory},
                    {"/etc/..2026/a.toml", file}}};
    const auto plan = all.plan({"/etc/a.toml"});
    CHECK(plan.directories.at("/etc").names == names{"a.toml", "..data"});
    CHECK(plan.directories.at("/etc/..2026").names == names{"a.toml"});
    CHECK(plan.files == std::set<std::string>{"/etc/..2026/a.toml"});
}

TEST_CASE("an_absolute_link_and_dots_lead_where_the_system_would_go") {
    const tree all{{{"/a", directory},
                    {"/a/current", link("/b/c")},
                    {"/b", directory},
                    {"/b/c", directory},
                    {"/b/x.toml", file}}};
    // The parent of where the link leads, not of the link.
    const auto plan = all.plan({"/a/./current/../x.toml"});
    CHECK(plan.directories.at("/a").names == names{"current"});
    CHECK(plan.directories.at("/b").names == names{"x.toml"});
    CHECK(plan.files == std::set<std::string>{"/b/x.toml"});
}

TEST_CASE("a_circle_of_links_ends") {
    const tree all{{{"/a", link("b")}, {"/b", link("a")}}};
    const auto plan = all.plan({"/a/x.toml"});
    CHECK(plan.directories.at("/").names == names{"a", "b"});
    CHECK(plan.files.empty());
}

TEST_CASE("of_a_directory_all_names_count") {
    const tree all{{{"/etc", directory}, {"/etc/conf.d", directory}}};
    const auto plan = all.plan({"/etc/conf.d"});
    CHECK(plan.directories.at("/etc").names == names{"conf.d"});
    CHECK(plan.directories.at("/etc/conf.d").has_all_names);
}

TEST_CASE("a_file_on_the_way_is_where_it_ends") {
    const tree all{{{"/etc", file}}};
    const auto plan = all.plan({"/etc/conf.d/a.toml"});
    CHECK(plan.directories.at("/").names == names{"etc"});
    CHECK(plan.directories.size() == 1);
    CHECK(plan.files.empty());
}

TEST_CASE("what_editors_leave_beside_a_file_is_known") {
    for (const auto* const name : {".a.toml.swp", "a.toml~", "#a.toml#", ".#a.toml", "4913",
                                   "a.toml.tmp", ".goutputstream-AB12", ""})
        CHECK(is_scratch_name(name));
    for (const auto* const name : {"a.toml", "..data", "managed.toml", "b.json"})
        CHECK_FALSE(is_scratch_name(name));
}

TEST_CASE("the_system_is_asked_without_following_links") {
    const temporary_directory place;
    const auto at = [&place](const char* name) {
        return place.str() + "/" + name;
    };
    std::ofstream{at("file")} << "x";
    std::filesystem::create_symlink("nowhere", at("link"));
    CHECK(look_at_path(place.str()).is == path_look::kind::directory);
    CHECK(look_at_path(at("file")).is == path_look::kind::file);
    CHECK(look_at_path(at("none")).is == path_look::kind::missing);
    const auto found = look_at_path(at("link"));
    CHECK(found.is == path_look::kind::link);
    CHECK(found.target == "nowhere");
}
