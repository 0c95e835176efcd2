// SPDX-License-Identifier: Apache-2.0
#include "server/reload/watch_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sys/inotify.h>

using namespace mcpgw;

TEST_CASE("only_what_happens_to_watched_names_counts") {
    watch_table table;
    table.begin();
    table.add(1, {{"a.toml"}, {"way"}, false});
    CHECK(table.end().empty());
    CHECK(table.on_event({1, IN_CLOSE_WRITE, "a.toml"}));
    CHECK(table.on_event({1, IN_DELETE, "a.toml"}));
    CHECK_FALSE(table.on_event({1, IN_CLOSE_WRITE, "b.toml"}));
    CHECK_FALSE(table.on_event({1, IN_MOVED_TO, ".a.toml.swp"}));
    CHECK_FALSE(table.on_event({2, IN_CLOSE_WRITE, "a.toml"})); // a watch that was given up
}

TEST_CASE("a_directory_on_the_way_counts_when_it_is_renamed_alone") {
    watch_table table;
    table.begin();
    table.add(1, {{}, {"way"}, false});
    CHECK(table.on_event({1, IN_MOVED_FROM | IN_ISDIR, "way"}));
    CHECK(table.on_event({1, IN_MOVED_TO | IN_ISDIR, "way"}));
    CHECK_FALSE(table.on_event({1, IN_ATTRIB | IN_ISDIR, "way"}));
}

TEST_CASE("of_a_watched_directory_all_but_scratch_files_count") {
    watch_table table;
    table.begin();
    table.add(1, {{}, {}, true});
    CHECK(table.on_event({1, IN_MOVED_TO, "new.toml"}));
    CHECK(table.on_event({1, IN_MOVED_TO, "..data"}));
    CHECK_FALSE(table.on_event({1, IN_CLOSE_WRITE, "new.toml~"}));
}

TEST_CASE("events_that_were_lost_may_have_been_any") {
    watch_table table;
    CHECK(table.on_event({-1, IN_Q_OVERFLOW, {}}));
}

TEST_CASE("the_end_of_a_watched_directory_counts_but_not_its_new_rights") {
    watch_table table;
    table.begin();
    table.add(1, {{"a.toml"}, {}, false});
    CHECK_FALSE(table.on_event({1, IN_ATTRIB | IN_ISDIR, {}}));
    CHECK(table.on_event({1, IN_MOVE_SELF, {}}));
    CHECK(table.on_event({1, IN_DELETE_SELF, {}}));
    CHECK(table.on_event({1, IN_IGNORED, {}}));
    CHECK_FALSE(table.on_event({1, IN_CLOSE_WRITE, "a.toml"})); // the number is another's now
}

TEST_CASE("whatever_happens_to_a_watched_file_counts") {
    watch_table table;
    table.begin();
    table.add_file(4);
    CHECK(table.on_event({4, IN_CLOSE_WRITE, {}}));
    CHECK(table.on_event({4, IN_ATTRIB, {}}));
}

TEST_CASE("two_paths_of_one_directory_share_its_watch") {
    watch_table table;
    table.begin();
    table.add(1, {{"a.toml"}, {}, false});
    table.add(1, {{"b.toml"}, {}, false});
    CHECK(table.on_event({1, IN_CLOSE_WRITE, "a.toml"}));
    CHECK(table.on_event({1, IN_CLOSE_WRITE, "b.toml"}));
}

TEST_CASE("watches_that_are_not_added_again_are_given_up") {
    watch_table table;
    table.begin();
    table.add(1, {{"a.toml"}, {}, false});
    table.add(2, {{"b.toml"}, {}, false});
    CHECK(table.end().empty());
    table.begin();
    table.add(2, {{"c.toml"}, {}, false});
    CHECK(table.end() == std::vector{1});
    CHECK_FALSE(table.on_event({1, IN_CLOSE_WRITE, "a.toml"}));
    CHECK_FALSE(table.on_event({2, IN_CLOSE_WRITE, "b.toml"}));
    CHECK(table.on_event({2, IN_CLOSE_WRITE, "c.toml"}));
}
