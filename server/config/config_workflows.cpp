// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_workflows.hpp"

#include "server/config/keys/config_hint.hpp"
#include "server/config/sections/config_json_value.hpp"
#include "server/config/sections/config_row.hpp"
#include "server/workflows/workflow_reader.hpp"

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

using enum key_effect;

void store_member(workflow_draft& draft, const value_site& site) {
    const auto raw = json_of(site.node, site.path, placeholders::are_text, site.scope.problems);
    boost::system::error_code ec;
    constexpr std::size_t depth_max = 128;
    json::parse_options options;
    options.max_depth = depth_max;
    auto value = json::parse(raw, ec, {}, options);
    if (!ec) draft.source[site.key.name] = std::move(value);
}

constexpr config_place member(key_type type) {
    return place_by<store_member>(type);
}

constexpr std::array rows{
    key("name", member(key_type::text), at_once,
        "The name of the tool. 1 to 32 characters of A-Z a-z 0-9 _ - .", required),
    key("title", member(key_type::text), at_once, "Its title for people.", no_default),
    key("description", member(key_type::text), at_once,
        "What it does, for the model that chooses it.", no_default),
    key("parameters", member(key_type::json_table), at_once,
        "JSON Schema of its arguments, which expressions know as params.", no_default),
    key("steps", member(key_type::json_value), at_once,
        "The calls: a list of tables, docs/workflows.md. In all texts of a workflow ${...} is an "
        "expression, not a variable.",
        no_default),
    key("order", member(key_type::text), at_once,
        "graph: each step when those that it needs have ended. sequence: as written. Unsaid: "
        "sequence where no step has an id or refers to another.",
        no_default),
    key("output", member(key_type::json_value), at_once,
        "What it gives, with expressions. Unsaid: the outputs of its steps, by their ids.",
        no_default),
    key("output_schema", member(key_type::json_table), at_once,
        "JSON Schema of that. Unsaid: what follows from output.", no_default),
    key("timeout", member(key_type::seconds), at_once, "Of all of it.", range{0.001, day_seconds},
        said_default{"1800"}),
    key("annotations", member(key_type::json_table), at_once,
        "readOnlyHint, destructiveHint, idempotentHint, openWorldHint. Clients never see milder "
        "ones than those of the steps; check tells where they would be.",
        no_default),
    key("max_parallel", member(key_type::integer), at_once, "So many steps run at the same time.",
        range{1, 64}, said_default{"8"}),
    key("on_abort", member(key_type::json_value), at_once,
        "Steps that are run one after another when it has failed.", no_default),
    key("enabled", condition_in<&workflow_draft::is_enabled>(), at_once,
        "false: there is no such tool."),
};

constexpr std::array tables{row_table{"workflows", rows}};

/// The deepest value on the way to a place such as "steps[2].arguments.path".
const config_node& node_at(const config_node& root, std::string_view place) {
    const auto* at = &root;
    while (!place.empty()) {
        const config_node* next = nullptr;
        if (place.front() == '.') place.remove_prefix(1);
        if (place.front() == '[') {
            std::size_t index = 0;
            const auto read = std::from_chars(place.data() + 1, place.data() + place.size(), index);
            const auto used = static_cast<std::size_t>(read.ptr - place.data()) + 1;
            if (at->is_array() && index < at->items.size()) next = &at->items[index];
            place.remove_prefix(std::min(used, place.size()));
        } else {
            const auto end = std::min(place.find_first_of(".["), place.size());
            next = at->find(place.substr(0, end));
            place.remove_prefix(end);
        }
        if (next == nullptr) return *at;
        at = next;
    }
    return *at;
}

/// Lines of everything in a table, by places.
void add_lines(const config_node& node, const std::string& place, workflow& flow) {
    flow.lines[place] = node.line;
    for (const auto& [key, line, value] : node.members)
        add_lines(value, place.empty() ? key : fmt::format("{}.{}", place, key), flow);
    for (std::size_t i = 0; i < node.items.size(); ++i)
        add_lines(node.items[i], fmt::format("{}[{}]", place, i), flow);
}

class workflow_entry_reader {
public:
    workflow_entry_reader(const view_entry& entry, const std::vector<child_options>& children,
                          problem_log& problems)
        : entry_(entry), children_(children), problems_(problems) {}

    std::shared_ptr<const workflow> read(const workflow_draft& draft) {
        auto made = read_workflow(draft.source);
        if (made.has_error()) {
            for (const auto& problem : made.error()) tell(problem);
            return nullptr;
        }
        made->name = entry_.name;
        made->is_enabled = draft.is_enabled;
        add_lines(entry_.node, {}, *made);
        for (std::size_t i = 0; i < made->steps.size(); ++i) {
            const auto place = fmt::format("steps[{}]", i);
            check_server(made->steps[i], place);
            for (std::size_t j = 0; j < made->steps[i].fallback.size(); ++j)
                check_server(made->steps[i].fallback[j], fmt::format("{}.fallback[{}]", place, j));
        }
        for (std::size_t i = 0; i < made->on_abort.size(); ++i)
            check_server(made->on_abort[i], fmt::format("on_abort[{}]", i));
        return std::make_shared<const workflow>(std::move(*made));
    }

private:
    void tell(const workflow_problem& problem) {
        const auto line = node_at(entry_.node, problem.place).line;
        auto path = problem.place.empty() ? entry_.path : key_path(entry_.path, problem.place);
        if (problem.is_warning)
            problems_.warning(line, std::move(path), problem.message, problem.hint);
        else
            problems_.error(line, std::move(path), problem.message, problem.hint);
    }

    void check_server(const workflow_step& step, const std::string& place) {
        if (step.server.empty()) return;
        const auto found = std::ranges::find(children_, step.server, &child_options::name);
        if (found != children_.end() && found->is_enabled) return;
        if (found != children_.end())
            return tell({place + ".server",
                         fmt::format("the child {} is disabled: the step will fail", step.server),
                         {},
                         true});
        std::vector<std::string_view> names;
        for (const auto& child : children_) names.emplace_back(child.name);
        const auto meant = nearest_word(step.server, names);
        tell({place + ".server", fmt::format("there is no child {}", shown_key(step.server)),
              meant.empty() ? "the name of one of the children belongs here"
                            : fmt::format("did you mean {}?", meant)});
    }

    const view_entry& entry_;
    const std::vector<child_options>& children_;
    problem_log& problems_;
};

} // namespace

std::span<const row_table> workflow_rows() {
    return tables;
}

std::vector<std::shared_ptr<const workflow>>
read_workflows(std::vector<view_entry>& entries, const std::vector<child_options>& children,
               const config_scope& scope) {
    std::vector<std::shared_ptr<const workflow>> made;
    for (auto& entry : entries) {
        expand_section(entry.node, "workflows", entry.path, scope.environment, scope.problems);
        const checked_section section{&entry.node, "workflows", entry.path, scope.problems};
        workflow_draft draft;
        section.store(draft, scope);
        draft.source.erase("enabled");
        if (auto flow = workflow_entry_reader{entry, children, scope.problems}.read(draft))
            made.push_back(std::move(flow));
    }
    return made;
}

} // namespace mcpgw
