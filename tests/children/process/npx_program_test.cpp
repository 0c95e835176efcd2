// SPDX-License-Identifier: Apache-2.0
#include "children/process/npx_program.hpp"

#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

using namespace mcpgw;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view spec = "@scope/a-server@1.2.3";
constexpr std::string_view key = "568dd2614a396064";

void write(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream{path} << text;
}

/// A home with npx's cache as npx leaves it, and a working directory below.
class home_directory {
public:
    home_directory() {
        const auto install = cache();
        write(install / "package.json",
              R"({"dependencies":{},"_npx":{"packages":[")" + std::string{spec} + R"("]}})");
        write(package(), R"({"name":"@scope/a-server","version":"1.2.3",)"
                         R"("bin":{"run-it":"dist/index.js"}})");
        write(script(), "#!/usr/bin/env node\nconsole.log(1)\n");
        fs::permissions(script(), fs::perms::owner_all);
        fs::create_directories(bin());
        fs::create_symlink("../@scope/a-server/dist/index.js", bin() / "run-it");
        fs::create_directories(cwd());
    }
    [[nodiscard]] fs::path root() const { return directory_.str(); }
    [[nodiscard]] fs::path cwd() const { return root() / "work"; }
    [[nodiscard]] fs::path cache() const { return root() / ".npm" / "_npx" / key; }
    [[nodiscard]] fs::path modules() const { return cache() / "node_modules"; }
    [[nodiscard]] fs::path bin() const { return modules() / ".bin"; }
    [[nodiscard]] fs::path package() const { return modules() / "@scope/a-server/package.json"; }
    [[nodiscard]] fs::path script() const { return modules() / "@scope/a-server/dist/index.js"; }
    [[nodiscard]] std::optional<npx_program>
    resolve(std::vector<std::string> args, std::vector<std::string> variables = {},
            const std::string& program = "/nowhere/bin/npx") const {
        variables.push_back("HOME=" + root().string());
        const auto directory = cwd().string();
        return resolve_npx({program, args, variables, directory});
    }

private:
    temporary_directory directory_;
};

} // namespace

TEST_CASE("an_exact_version_in_the_cache_of_npx_is_started_without_npx") {
    const home_directory home;
    const auto found = home.resolve({"-y", std::string{spec}, "--port", "-y"});
    REQUIRE(found);
    CHECK(found->path == (home.bin() / "run-it").string());
    CHECK(found->args == std::vector<std::string>{"--port", "-y"});
    CHECK(found->bin_directory == home.bin().string());
    CHECK(home.resolve({std::string{spec}}));
    write(home.root() / ".npmrc", "fund=false\n; a word\n//registry.example/:_authToken=x\n");
    CHECK(home.resolve({"--yes", std::string{spec}}));
    write(home.package(), R"({"name":"@scope/a-server","version":"1.2.3","bin":"dist/index.js"})");
    CHECK_FALSE(home.resolve({std::string{spec}})); // its command has another name then
    fs::create_symlink("../@scope/a-server/dist/index.js", home.bin() / "a-server");
    CHECK(home.resolve({std::string{spec}}));
    write(home.package(), R"({"name":"@scope/a-server","version":"1.2.3",)"
                          R"("bin":{"a-server":"dist/index.js","other":"dist/other.js"}})");
    CHECK(home.resolve({std::string{spec}}));
}

TEST_CASE("whatever_npx_might_decide_otherwise_is_left_to_npx") {
    const home_directory home;
    const std::string exact{spec};
    for (const std::string other : {"@scope/a-server",
                                    "@scope/a-server@latest",
                                    "@scope/a-server@^1.2.3",
                                    "@scope/a-server@1.2",
                                    "@scope/a-server@1.2.4",
                                    "@scope/a-server@",
                                    "a-server@1.2.3",
                                    "@scope/A-server@1.2.3",
                                    "@scope@1.2.3",
                                    "@/a@1.2.3",
                                    "./x@1.2.3",
                                    "../x@1.2.3",
                                    "https://example.com/a.tgz",
                                    "github:a/b",
                                    "@scope/../x@1.2.3",
                                    "@scope/a-server@1..3",
                                    "@scope/a-server@1.2.3+b",
                                    "@scope/a-server@v1.2.3",
                                    "",
                                    "@",
                                    "-"}) {
        INFO(other);
        CHECK_FALSE(home.resolve({other}));
    }
    for (const std::string option : {"-p", "--package=x", "-c", "--offline", "--", "--no", "-q"})
        CHECK_FALSE(home.resolve({option, exact}));
    CHECK_FALSE(home.resolve({}));
    CHECK_FALSE(home.resolve({exact}, {}, "/nowhere/bin/npx2"));
    CHECK_FALSE(home.resolve({exact}, {"npm_config_cache=/elsewhere"}));
    CHECK_FALSE(home.resolve({exact}, {"NPM_CONFIG_PREFIX=/elsewhere"}));
    const std::vector<std::string> args{exact};
    CHECK_FALSE(resolve_npx({"/nowhere/bin/npx", args, {}, home.cwd().string()})); // no HOME
}

TEST_CASE("what_is_not_whole_or_belongs_to_a_project_is_left_to_npx") {
    const auto is_found = [](const home_directory& home) {
        return home.resolve({std::string{spec}}).has_value();
    };
    const auto after = [&](auto change) {
        const home_directory home;
        REQUIRE(is_found(home));
        change(home);
        return is_found(home);
    };
    CHECK_FALSE(after([](const auto& h) { write(h.cwd() / "package.json", "{}"); }));
    CHECK_FALSE(after([](const auto& h) { fs::create_directory(h.root() / "node_modules"); }));
    CHECK_FALSE(after([](const auto& h) { write(h.root() / ".npmrc", "prefix=/elsewhere\n"); }));
    CHECK_FALSE(after([](const auto& h) { write(h.cwd() / ".npmrc", "script-shell = bash\n"); }));
    CHECK_FALSE(after([](const auto& h) { write(h.cache() / "concurrency.lock", ""); }));
    CHECK_FALSE(after([](const auto& h) { write(h.cache() / "package.json", "{}"); }));
    CHECK_FALSE(after([](const auto& h) { write(h.cache() / "package.json", "{\"_npx\":"); }));
    CHECK_FALSE(after([](const auto& h) { write(h.package(), R"({"name":"@scope/a-server"})"); }));
    CHECK_FALSE(after([](const auto& h) {
        write(h.package(), R"({"name":"@scope/a-server","version":"1.2.4","bin":"x"})");
    }));
    CHECK_FALSE(after([](const auto& h) {
        write(h.package(),
              R"({"name":"@scope/a-server","version":"1.2.3","bin":{"a":"x","b":"y"}})");
    }));
    CHECK_FALSE(after([](const auto& h) { write(h.script(), "#!/bin/sh\n"); }));
    CHECK_FALSE(after([](const auto& h) { write(h.script(), "#!/usr/bin/env node\r\n"); }));
    CHECK_FALSE(after([](const auto& h) { fs::permissions(h.script(), fs::perms::owner_read); }));
    CHECK_FALSE(after([](const auto& h) { fs::remove(h.bin() / "run-it"); }));
    CHECK_FALSE(after([](const auto& h) {
        fs::remove(h.bin() / "run-it");
        fs::create_symlink("/bin/sh", h.bin() / "run-it");
    }));
    CHECK_FALSE(after([](const auto& h) { write(h.bin() / "node", "x"); }));
}
