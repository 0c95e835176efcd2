// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace mcpgw {

namespace {

/// More values than that are a trick with aliases, each of which stands for many.
constexpr std::size_t values_max = 100'000;

/// Ends the reading: the library has no other way.
struct unreadable {
    std::size_t line;
    std::string why;
};

std::size_t line_of(const YAML::Mark& mark) {
    return mark.line < 0 ? 0 : static_cast<std::size_t>(mark.line) + 1;
}

std::optional<double> real_of(std::string_view text) {
    double number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

/// A scalar without quotes.
void read_plain(config_node& node) {
    const std::string_view text = node.text;
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
        node.kind = node_kind::null;
    } else if (text == "true" || text == "True" || text == "TRUE") {
        node.kind = node_kind::boolean;
        node.boolean = true;
        node.text = "true";
    } else if (text == "false" || text == "False" || text == "FALSE") {
        node.kind = node_kind::boolean;
        node.text = "false";
    } else if (const auto [end, ec] =
                   std::from_chars(text.data(), text.data() + text.size(), node.integer);
               ec == std::errc{} && end == text.data() + text.size()) {
        node.kind = node_kind::integer;
        node.real = static_cast<double>(node.integer);
    } else if (const auto number = real_of(text);
               number && text.find_first_of("0123456789") != std::string_view::npos) {
        node.kind = node_kind::real;
        node.real = *number;
    }
}

std::size_t count_values(const config_node& node) {
    std::size_t count = 1;
    for (const auto& item : node.items) count += count_values(item);
    for (const auto& member : node.members) count += count_values(member.value);
    return count;
}

/// Builds our tree from what the library reads, with limits of our own.
class tree_builder : public YAML::EventHandler {
public:
    explicit tree_builder(problem_log& problems) : problems_(problems) {}

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        add(begin(mark, node_kind::null), anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = anchors_.find(anchor);
        if (known == anchors_.end()) throw unreadable{line_of(mark), "an alias of itself"};
        values_ += count_values(known->second);
        add(known->second, 0);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        auto node = begin(mark, node_kind::string);
        node.text = value;
        if (tag == "?" || tag.empty()) read_plain(node);
        add(std::move(node), anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(mark, node_kind::array, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(mark, node_kind::object, anchor);
    }
    void OnMapEnd() override { close(); }

    config_node take() { return std::move(root_); }

private:
    struct level {
        config_node node;
        YAML::anchor_t anchor = 0;
        std::optional<config_node> key; ///< of a table: its value comes next
    };

    static config_node begin(const YAML::Mark& mark, node_kind kind) {
        config_node node;
        node.kind = kind;
        node.line = line_of(mark);
        return node;
    }

    void open(const YAML::Mark& mark, node_kind kind, YAML::anchor_t anchor) {
        if (levels_.size() >= config_depth_max)
            throw unreadable{line_of(mark), "nested too deeply"};
        levels_.push_back({begin(mark, kind), anchor, std::nullopt});
    }

    void close() {
        auto done = std::move(levels_.back());
        levels_.pop_back();
        if (done.node.is_object()) merge(done.node);
        add(std::move(done.node), done.anchor);
    }

    void add(config_node node, YAML::anchor_t anchor) {
        values_ += anchor == 0 ? 1 : count_values(node); // it is kept once more
        if (values_ > values_max) throw unreadable{node.line, "too many values"};
        if (anchor != 0) anchors_.insert_or_assign(anchor, node);
        if (levels_.empty()) {
            root_ = std::move(node);
            return;
        }
        auto& top = levels_.back();
        if (top.node.is_array())
            top.node.items.push_back(std::move(node));
        else if (!top.key)
            top.key = std::move(node);
        else
            add_member(top, std::move(node));
    }

    void add_member(level& top, config_node value) {
        const auto key = std::exchange(top.key, std::nullopt);
        if (key->is_object() || key->is_array())
            throw unreadable{key->line, "a key that is no text"};
        const auto& name = key->text;
        if (name != "<<" && top.node.find(name) != nullptr)
            return problems_.error(key->line, shown_key(name), "this key is given twice",
                                   "keep one of the two");
        top.node.members.push_back({name, key->line, std::move(value)});
    }

    /// <<: *base
    static void merge(config_node& table) {
        std::vector<config_node> bases;
        std::erase_if(table.members, [&bases](config_member& member) {
            if (member.key != "<<") return false;
            if (member.value.is_object())
                bases.push_back(std::move(member.value));
            else
                std::ranges::move(member.value.items, std::back_inserter(bases));
            return true;
        });
        for (auto& base : bases)
            for (auto& member : base.members)
                if (table.find(member.key) == nullptr) table.members.push_back(std::move(member));
    }

    problem_log& problems_;
    config_node root_;
    std::vector<level> levels_;
    std::map<YAML::anchor_t, config_node> anchors_;
    std::size_t values_ = 0;
};

} // namespace

std::optional<config_node> read_yaml_document(std::string_view text, problem_log& problems) {
    std::istringstream stream{std::string{text}};
    tree_builder builder{problems};
    try {
        YAML::Parser parser{stream};
        parser.HandleNextDocument(builder);
        return builder.take();
    } catch (const unreadable& reason) {
        problems.error(reason.line, "", "not valid YAML: " + reason.why);
    } catch (const YAML::Exception& error) { // its text may quote the file
        problems.error(line_of(error.mark), "", "not valid YAML: a value cannot be read",
                       "are the lines indented alike, and texts with : or # in quotes?");
    }
    return std::nullopt;
}

} // namespace mcpgw
