# SPDX-License-Identifier: Apache-2.0
"""An MCP server on the Python SDK 2.x (`mcp.server.mcpserver`), which serves both eras.

The `ask_…` tools ask as the legacy era does, in the middle of the call, which the SDK refuses in a
modern one. The `need_…` tools ask by `Resolve`, which the SDK says in the words of either era, and
`require_url` by a result that only the modern era has.
"""

from typing import Annotated

from mcp.server.mcpserver import Context, Elicit, Image, ListRoots, MCPServer, Resolve, Sample
from mcp_types import (
    Completion,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestURLParams,
    EmbeddedResource,
    InputRequiredResult,
    ListRootsResult,
    ResourceLink,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)
from pydantic import BaseModel, Field

from serving import ODD_TEXT, PNG, arguments, serve, starting_with

transport, words = arguments()
mcp = MCPServer("python-sdk-2", instructions="Use it in tests.")


class Place(BaseModel):
    city: str
    people: int = Field(description="How many live there")
    height: float | None = None


class Person(BaseModel):
    name: str
    age: int = 36


@mcp.tool()
def echo(text: str) -> str:
    """Says it again"""
    return text


@mcp.tool(title="Adds", structured_output=False)
def add(a: int, b: Annotated[int, Field(ge=0, description="not negative")] = 1) -> str:
    return str(a + b)


@mcp.tool()
def describe(city: str) -> Place:
    return Place(city=city, people=9_007_199_254_740_993, height=1.0)


@mcp.tool()
def odd_text() -> str:
    return ODD_TEXT


@mcp.tool()
def fail(message: str) -> str:
    raise ValueError(message)


@mcp.tool()
def picture() -> Image:
    return Image(data=PNG, format="png")


@mcp.tool(structured_output=False)
def links() -> list[ResourceLink | EmbeddedResource | TextContent]:
    contents = TextResourceContents(uri="notes://static", mime_type="text/plain", text="embedded")
    return [
        ResourceLink(type="resource_link", uri="notes://static", name="static"),
        EmbeddedResource(type="resource", resource=contents),
        TextContent(type="text", text="both"),
    ]


@mcp.tool()
async def steps(count: int, ctx: Context) -> str:
    for done in range(1, count + 1):
        await ctx.report_progress(done, count, f"step {done}")
    return f"{count} steps"


@mcp.tool()
async def log(text: str, ctx: Context) -> str:
    await ctx.info(text)
    await ctx.warning(text)
    return "logged"


@mcp.tool()
async def ask_form(message: str, ctx: Context) -> str:
    answer = await ctx.elicit(message, Person)
    return f"{answer.data.name} {answer.data.age}" if answer.action == "accept" else answer.action


@mcp.tool()
async def ask_url(message: str, ctx: Context) -> str:
    answer = await ctx.elicit_url(message, "https://example.com/login", "login-1")
    return answer.action


@mcp.tool()
async def ask_model(prompt: str, ctx: Context) -> str:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    answer = await ctx.session.create_message(
        [message], max_tokens=50, related_request_id=ctx.request_context.request_id
    )
    return answer.content.text


@mcp.tool()
async def ask_roots(ctx: Context) -> str:
    answer = await ctx.session.list_roots()
    return " ".join(str(root.uri) for root in answer.roots)


def person_of(message: str) -> Elicit[Person]:
    return Elicit(message, Person)


def words_of(prompt: str) -> Sample:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    return Sample([message], max_tokens=50)


def all_roots() -> ListRoots:
    return ListRoots()


@mcp.tool()
def need_form(message: str, person: Annotated[Person, Resolve(person_of)]) -> str:
    return f"{message} {person.name} {person.age}"


@mcp.tool()
def need_model(prompt: str, answer: Annotated[CreateMessageResult, Resolve(words_of)]) -> str:
    return f"{prompt} {answer.content.text}"


@mcp.tool()
def need_roots(answer: Annotated[ListRootsResult, Resolve(all_roots)]) -> str:
    return " ".join(str(root.uri) for root in answer.roots)


@mcp.tool()
def need_all(
    message: str,
    prompt: str,
    person: Annotated[Person, Resolve(person_of)],
    answer: Annotated[CreateMessageResult, Resolve(words_of)],
    roots: Annotated[ListRootsResult, Resolve(all_roots)],
) -> str:
    return f"{person.name}, {answer.content.text}, {len(roots.roots)} root(s)"


@mcp.tool()
async def require_url(message: str, ctx: Context) -> str | InputRequiredResult:
    answers = ctx.input_responses
    if answers is None:
        question = ElicitRequestURLParams(message=message, url="https://example.com/login")
        return InputRequiredResult(
            input_requests={"login": ElicitRequest(params=question)}, request_state="waits"
        )
    return f"{answers['login'].action} {ctx.request_state}"


@mcp.tool()
async def grow(ctx: Context) -> str:
    mcp.add_tool(echo, name="grown")
    await ctx.notify_tools_changed()
    await ctx.session.send_tool_list_changed()
    return "grown"


@mcp.resource("notes://static", mime_type="text/plain")
def static_note() -> str:
    return ODD_TEXT


@mcp.resource("notes://picture", mime_type="image/png")
def picture_note() -> bytes:
    return PNG


@mcp.resource("notes://by-name/{name}", mime_type="application/json")
def note(name: str) -> str:
    return f'{{"name": "{name}"}}'


@mcp.prompt()
def review(code: str, tone: str = "kind") -> str:
    """Reviews code"""
    return f"Review, {tone}: {code}"


@mcp.completion()
async def complete(ref, argument, context):
    return Completion(values=starting_with(argument.value), has_more=False)


if transport == "http":
    options = {"stateless_http": "stateless" in words, "json_response": "json" in words}
    serve(mcp.streamable_http_app(**options), "/mcp")
elif transport == "sse":
    serve(mcp.sse_app(), "/sse")
else:
    mcp.run()
