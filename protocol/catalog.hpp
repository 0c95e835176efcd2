#pragma once

#include "protocol/mcp.hpp"
#include "protocol/names.hpp"
#include "protocol/param_headers.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// One tool, prompt, resource or template, as its server described it.
struct list_item {
    std::string key;  ///< name, or uri / uriTemplate
    std::string json; ///< the raw object
};

/// Everything one upstream offers.
struct upstream_lists {
    std::vector<list_item> tools, prompts, resources, templates;
    std::string capabilities; ///< raw object from initialize or discover; empty: never started
    std::string instructions; ///< text; may be empty
};

/// Where a public name or URI leads.
struct catalog_target {
    std::string upstream;
    std::string original; ///< name or uri as the upstream knows it
    /// Of a tool: its `x-mcp-header` parameters; none where its schema has them in a wrong way.
    std::vector<param_header> headers{};
};

/// A name or URI that more than one upstream wanted.
struct catalog_conflict {
    std::string kind; ///< "tool", "prompt", "resource", "resource template"
    std::string key;
    std::string kept;                ///< upstream that has it, or empty where all got a prefix
    std::vector<std::string> others; ///< every upstream that wanted it, the one in `kept` too
};

/// What the gateway offers of its upstreams, merged, in deterministic order: upstreams as given,
/// items as their server listed them. Immutable once built; shared with the requests that read it.
/// List bodies are rendered once: serving a list copies bytes.
class catalog {
public:
    struct source {
        std::string upstream;
        const upstream_lists* lists = nullptr;
    };
    catalog() = default;
    /// `naming`: nothing keeps every name as its server gave it (a view of one upstream alone).
    catalog(const std::vector<source>& sources, const std::optional<naming_options>& naming);

    /// Raw JSON arrays.
    [[nodiscard]] const std::string& tools_json() const { return tools_json_; }
    [[nodiscard]] const std::string& prompts_json() const { return prompts_json_; }
    [[nodiscard]] const std::string& resources_json() const { return resources_json_; }
    [[nodiscard]] const std::string& templates_json() const { return templates_json_; }

    [[nodiscard]] const catalog_target* find_tool(std::string_view public_name) const;
    [[nodiscard]] const catalog_target* find_prompt(std::string_view public_name) const;
    /// By exact URI, then by the templates in order.
    [[nodiscard]] const catalog_target* find_resource(std::string_view uri) const;
    /// By the template's own text, for completion.
    [[nodiscard]] const catalog_target* find_template(std::string_view uri_template) const;

    [[nodiscard]] const std::vector<catalog_conflict>& conflicts() const { return conflicts_; }

private:
    using index = std::map<std::string, catalog_target, std::less<>>;
    void add_named(const std::vector<source>& sources,
                   std::vector<list_item> upstream_lists::*items, std::string_view kind,
                   const std::optional<naming_options>& naming, index& into, std::string& json);
    void add_by_uri(const std::vector<source>& sources,
                    std::vector<list_item> upstream_lists::*items, std::string_view kind,
                    index& into, std::string& json);

    std::string tools_json_ = "[]";
    std::string prompts_json_ = "[]";
    std::string resources_json_ = "[]";
    std::string templates_json_ = "[]";
    index tools_, prompts_, resources_, templates_;
    std::vector<std::string> template_order_;
    std::vector<catalog_conflict> conflicts_;
};

/// Whether `uri` can be an expansion of an RFC 6570 template: literals must match, every
/// expression matches one or more characters ({/x*}, {+x}, {?x} and {&x} also slashes; {?…}, {&…},
/// {#…}, {/…} and {;…} may be empty).
bool matches_template(std::string_view uri, std::string_view uri_template);

} // namespace mcpgw
