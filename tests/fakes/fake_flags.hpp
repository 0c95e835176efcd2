// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace mcpgw::fake {

/// How a fake child misbehaves from its start, as `--name` or `--name=value`:
///
///  - `era=legacy|modern|dual|future`, `era-from=FILE` (the file holds the era; read at start)
///  - `exit-on-discover`: ends when server/discover comes, as strict legacy servers do
///  - `version=TEXT`: what initialize answers instead of the version that was asked for
///  - `die-at=METHOD`, `silent-at=METHOD`, `silent`: ends at, ignores one or every request
///  - `crash-after=N`: ends at tools/call number N + 1
///  - `say=TEXT`, `exit-with=CODE`: at start, on stderr
///  - `ignore-sigterm`, `ignore-eof`
///  - `grandchild=group|setsid`: leaves a process that holds stdout and stderr
///  - `leave-group`: joins its parent's group and leaves a grandchild in its own
///  - `bytes`: writes every byte by itself
///  - `garbage-before=N`, `garbage-between`: lines that are no messages
///  - `tools=N`, `prefix=TEXT`, `pages=N`, `endless-pages`: what the lists hold
///  - `bare`: declares tools and nothing else
///  - `change-in=METHOD`: says that the tools changed before it answers METHOD, once
///  - `change-at-eof`: says that the tools changed when its input ends
///  - `ask-at-start=METHOD`: asks as soon as it is initialized, without any call
///  - `report`: writes its surroundings as the first line
class fake_flags {
public:
    /// Ends the program with a message if an argument is no flag.
    fake_flags(int argc, char** argv);

    [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
    [[nodiscard]] std::string text(const std::string& name, std::string otherwise = {}) const;
    [[nodiscard]] int number(const std::string& name, int otherwise) const;

private:
    std::map<std::string, std::string> values_;
};

} // namespace mcpgw::fake
