// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/landlock.hpp"

#include "tests/support/isolated_run.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <string>

#include <linux/landlock.h>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::uint64_t refer = 1ULL << 13U;
constexpr std::uint64_t truncate_file = 1ULL << 14U;
constexpr std::uint64_t ioctl_dev = 1ULL << 15U;

/// Whether this machine can show what Landlock does; if not, it must say so.
bool has_landlock() {
    if (landlock_abi() > 0) return true;
    isolation_options isolation;
    isolation.landlock = landlock_paths{system_paths(), {}};
    const auto outcome = run_isolated(isolation, "echo started");
    CHECK(outcome.out.empty());
    CHECK(outcome.failure.starts_with("`landlock`: this kernel offers no Landlock"));
    WARN("no Landlock here: only its absence was tested");
    return false;
}

isolation_options only(std::vector<std::string> write) {
    isolation_options isolation;
    isolation.landlock = landlock_paths{system_paths(), std::move(write)};
    return isolation;
}

} // namespace

TEST_CASE("each_version_of_landlock_decides_about_the_rights_that_it_knows") {
    CHECK((landlock_rights(1) & (refer | truncate_file | ioctl_dev)) == 0);
    CHECK(landlock_rights(1) == refer - 1);
    CHECK(landlock_rights(2) == truncate_file - 1);
    CHECK(landlock_rights(3) == ioctl_dev - 1);
    CHECK(landlock_rights(4) == landlock_rights(3)); // its news is about the network
    CHECK(landlock_rights(5) == 2 * ioctl_dev - 1);
    CHECK(landlock_rights(99) == landlock_rights(5));
}

TEST_CASE("what_is_read_cannot_be_changed_and_files_have_no_rights_of_directories") {
    constexpr std::uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                       LANDLOCK_ACCESS_FS_READ_FILE | truncate_file | ioctl_dev;
    CHECK(landlock_grant(5, false, false) ==
          (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE));
    CHECK(landlock_grant(5, false, true) ==
          (landlock_grant(5, false, false) | LANDLOCK_ACCESS_FS_READ_DIR));
    CHECK(landlock_grant(5, true, false) == of_files);
    CHECK(landlock_grant(5, true, true) == landlock_rights(5));
    for (int abi = 1; abi < 9; ++abi)
        for (const bool is_writable : {false, true})
            for (const bool is_directory : {false, true}) {
                const auto grant = landlock_grant(abi, is_writable, is_directory);
                CHECK((grant & ~landlock_rights(abi)) == 0); // else the kernel refuses the rule
                CHECK((is_directory || (grant & ~of_files) == 0));
            }
}

TEST_CASE("a_child_reads_what_it_may_and_nothing_else") {
    if (!has_landlock()) return;
    const open_directory hidden;
    std::ofstream(hidden.path("secret")) << "hush\n";
    std::ofstream(hidden.path("shared")) << "hello\n";
    auto isolation = only({});
    isolation.landlock->read.push_back(hidden.path("shared")); // a single file
    const auto outcome =
        run_isolated(isolation, "cat " + hidden.path("shared") + "; cat " + hidden.path("secret") +
                                    "; ls " + hidden.path() + "; echo end");
    CHECK(outcome.failure.empty());
    CHECK(outcome.out == "hello\nend\n");
    CHECK(outcome.err.find("secret: Permission denied") != std::string::npos);
    CHECK(outcome.err.find(hidden.path() + "': Permission denied") != std::string::npos);
}

TEST_CASE("a_child_changes_what_it_may_and_nothing_else") {
    if (!has_landlock()) return;
    const open_directory mine;
    const open_directory others;
    std::ofstream(others.path("kept")) << "kept\n";
    auto isolation = only({mine.path()});
    isolation.landlock->read.push_back(others.path());
    const auto outcome = run_isolated(
        isolation, "cd " + mine.path() + "\nO=" + others.path() +
                       "\nmkdir d && echo x > d/f && mv d/f g && ln -s g l && rm l && cat g\n"
                       "cp $O/kept k && cat k\n"
                       "echo y > $O/new; echo y > $O/kept; rm $O/kept; mv $O/kept .; mkdir $O/d\n"
                       "cat $O/kept; ls $O");
    CHECK(outcome.failure.empty());
    CHECK(outcome.out == "x\nkept\nkept\nkept\n");
}

TEST_CASE("a_child_cannot_cut_short_what_it_may_only_read") {
    if (!has_landlock()) return;
    if (landlock_abi() < landlock_abi_of_truncate) {
        WARN("this kernel's Landlock does not keep files from being cut short");
        return;
    }
    const open_directory others;
    std::ofstream(others.path("kept")) << "kept\n";
    auto isolation = only({});
    isolation.landlock->read.push_back(others.path());
    const auto outcome =
        run_isolated(isolation, "truncate -s 0 " + others.path("kept") + " || echo refused");
    CHECK(outcome.out == "refused\n");
    CHECK(std::filesystem::file_size(others.path("kept")) == 5);
}

TEST_CASE("landlock_holds_for_what_the_child_starts_and_for_good") {
    if (!has_landlock()) return;
    const open_directory hidden;
    std::ofstream(hidden.path("secret")) << "hush\n";
    const auto outcome =
        run_isolated(only({}), "sh -c 'cat " + hidden.path("secret") + "' || echo refused");
    CHECK(outcome.out == "refused\n");
}

TEST_CASE("a_path_that_is_not_there_is_named_in_the_error") {
    if (!has_landlock()) return;
    const auto outcome = run_isolated(only({"/no/such/path"}), "echo started");
    CHECK(outcome.out.empty());
    CHECK(outcome.failure ==
          "`landlock.write`: cannot open '/no/such/path': No such file or directory");
}

TEST_CASE("a_program_that_landlock_hides_from_itself_is_explained") {
    if (!has_landlock()) return;
    isolation_options isolation;
    isolation.landlock = landlock_paths{{"/etc"}, {}};
    const auto outcome = run_isolated(isolation, "echo started");
    CHECK(outcome.out.empty());
    CHECK(outcome.failure ==
          "cannot start '/bin/sh': Permission denied; `landlock.read` must hold the program, its "
          "interpreter and its libraries");
}
