// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_socket.hpp"

#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace mcpgw;
namespace fs = std::filesystem;

namespace {

mode_t rights_of(const std::string& path) {
    struct stat about {};
    REQUIRE(::lstat(path.c_str(), &about) == 0);
    return about.st_mode & 0777U;
}

/// As after a crash: the file is there, and nobody listens.
void leave_behind(const std::string& path) {
    auto opened = admin_socket::open(path, false);
    REQUIRE_FALSE(opened.has_error());
    const auto kept = path + ".kept";
    fs::create_hard_link(path, kept);
    { const auto gone = std::move(*opened); }
    fs::rename(kept, path);
}

} // namespace

TEST_CASE("the_socket_is_its_owners_alone_and_gone_afterwards") {
    const temporary_directory place;
    const auto path = place.str() + "/run/a.sock";
    {
        const auto opened = admin_socket::open(path, false);
        REQUIRE_FALSE(opened.has_error());
        CHECK(opened->path() == path);
        CHECK(rights_of(path) == 0600);
        CHECK(rights_of(place.str() + "/run") == 0700);
        CHECK(live_admin_sockets(path) == std::vector{path});
    }
    CHECK_FALSE(fs::exists(path));
    CHECK(live_admin_sockets(path).empty());
}

TEST_CASE("a_socket_that_was_left_behind_is_replaced") {
    const temporary_directory place;
    const auto path = place.str() + "/a.sock";
    leave_behind(path);
    REQUIRE(fs::exists(path));
    CHECK(live_admin_sockets(path).empty());
    const auto opened = admin_socket::open(path, false);
    REQUIRE_FALSE(opened.has_error());
    CHECK(live_admin_sockets(path) == std::vector{path});
}

TEST_CASE("a_socket_where_somebody_listens_is_never_replaced") {
    const temporary_directory place;
    const auto path = place.str() + "/a.sock";
    const auto first = admin_socket::open(path, false);
    REQUIRE_FALSE(first.has_error());
    const auto second = admin_socket::open(path, false);
    REQUIRE(second.has_error());
    CHECK(second.error().detail.find(path) != std::string::npos);
    const auto beside = admin_socket::open(path, true);
    REQUIRE_FALSE(beside.has_error());
    CHECK(beside->path() == place.str() + "/a-" + std::to_string(::getpid()) + ".sock");
    CHECK(live_admin_sockets(path) == std::vector{path, beside->path()});
    CHECK(all_live_admin_sockets(place.str()).size() == 2);
}

TEST_CASE("what_gateways_that_were_killed_have_left_is_swept_away") {
    const temporary_directory place;
    const auto old = place.str() + "/a-1.sock";
    const auto other = place.str() + "/b.sock";
    leave_behind(old);
    leave_behind(other);
    std::ofstream{place.str() + "/c.sock"} << "no socket";
    const auto lives = admin_socket::open(place.str() + "/d.sock", true);
    REQUIRE_FALSE(lives.has_error());
    const auto opened = admin_socket::open(place.str() + "/a.sock", true);
    REQUIRE_FALSE(opened.has_error());
    CHECK_FALSE(fs::exists(old));
    CHECK_FALSE(fs::exists(other));
    CHECK(fs::exists(place.str() + "/c.sock"));
    CHECK(live_admin_sockets(lives->path()) == std::vector{lives->path()});
}

TEST_CASE("in_a_place_that_the_user_has_chosen_nothing_else_is_touched") {
    const temporary_directory place;
    leave_behind(place.str() + "/b.sock");
    const auto opened = admin_socket::open(place.str() + "/a.sock", false);
    REQUIRE_FALSE(opened.has_error());
    CHECK(fs::exists(place.str() + "/b.sock"));
}

TEST_CASE("what_is_no_socket_is_not_replaced") {
    const temporary_directory place;
    const auto path = place.str() + "/a.sock";
    std::ofstream{path} << "precious";
    const auto opened = admin_socket::open(path, true);
    REQUIRE(opened.has_error());
    CHECK(fs::file_size(path) == 8);
}

TEST_CASE("a_directory_in_which_others_may_write_is_not_used") {
    const temporary_directory place;
    const auto directory = place.str() + "/open";
    fs::create_directory(directory);
    fs::permissions(directory, fs::perms::all);
    const auto opened = admin_socket::open(directory + "/a.sock", false);
    REQUIRE(opened.has_error());
    CHECK(opened.error().detail.find("others may write") != std::string::npos);
}

TEST_CASE("a_path_that_the_system_does_not_take_is_told") {
    const temporary_directory place;
    const auto opened = admin_socket::open(place.str() + "/" + std::string(120, 'x'), false);
    REQUIRE(opened.has_error());
    CHECK(opened.error().detail.find("longer than the 107 bytes") != std::string::npos);
    const auto nowhere = admin_socket::open("/proc/no/a.sock", false);
    CHECK(nowhere.has_error());
}

TEST_CASE("the_name_of_the_configuration_is_that_of_the_socket") {
    CHECK(admin_socket_path("/run/x", std::string(64, 'a')) == "/run/x/aaaaaaaaaaaaaaaa.sock");
    CHECK(admin_socket_path("/run/x", "") == "/run/x/default.sock");
    CHECK(admin_socket_path("", "a").empty());
}

TEST_CASE("a_process_of_the_same_user_is_known") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    CHECK(is_own_peer(ends[0]));
    CHECK_FALSE(is_own_peer(-1));
    ::close(ends[0]);
    ::close(ends[1]);
}
