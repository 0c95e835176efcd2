// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/workflow_graph.hpp"

#include "server/workflows/workflow_reader.hpp"

#include <boost/json/parse.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

namespace {

workflow read(std::string_view raw) {
    auto made = read_workflow(boost::json::parse(raw).as_object());
    if (made.has_error()) FAIL(text_of(made.error()));
    return std::move(*made);
}

} // namespace

TEST_CASE("steps_that_may_run_together_are_one_set") {
    const auto flow = read(R"({"steps":[{"id":"a","tool":"t"},{"id":"b","tool":"t"},
        {"id":"c","tool":"t","depends_on":["a","b"]},{"id":"d","tool":"t","depends_on":["a"]},
        {"id":"e","tool":"t","depends_on":["c","d"]}]})");
    const std::vector<std::vector<std::size_t>> wanted{{0, 1}, {2, 3}, {4}};
    CHECK(parallel_sets(flow.steps) == wanted);
    CHECK(find_circle(flow.steps).empty());
}

TEST_CASE("a_workflow_is_drawn_as_a_flow_chart") {
    const auto flow = read(R"({"steps":[{"id":"find","server":"fs","tool":"search"},
        {"id":"sum","tool":"summarize","when":"steps.find.n > \"0\"","for_each":"${steps.find.list}",
         "fallback":[{"id":"plain","tool":"cut"}]},
        {"id":"sure","ask":{"message":"Go on?"},"depends_on":["sum"]}],
        "on_abort":[{"id":"undo","workflow":"restore"}]})");
    CHECK(mermaid_of(flow) == R"(flowchart TD
  s1["find<br/>fs: search"]
  s2[["sum<br/>summarize<br/>for each"]]
  s3{{"sure<br/>asks the user"}}
  s1 -->|"steps.find.n #62; #34;0#34;"| s2
  s2f1["plain<br/>cut"]
  s2 -.->|fails| s2f1
  s2 --> s3
  a1[/"undo<br/>workflow restore"/]
  failed(("failed")) -.-> a1
)");
}
