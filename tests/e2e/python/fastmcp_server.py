# SPDX-License-Identifier: Apache-2.0
"""An MCP server on FastMCP 3 (which stands on the Python SDK 1.x) or 4 (on 2.x, both eras).

The tools are named as in mcp2_server.py, and do the same.
"""

from typing import Annotated

import fastmcp
from fastmcp import Context, FastMCP
from fastmcp.utilities.types import Image
from pydantic import BaseModel, Field

from serving import ODD_TEXT, PNG, arguments, serve

IS_4 = int(fastmcp.__version__.split(".")[0]) >= 4
if IS_4:
    from mcp_types import (
        ElicitRequest,
        ElicitRequestFormParams,
        ElicitRequestURLParams,
        InputRequiredResult,
        SamplingMessage,
        TextContent,
    )
else:
    from mcp.types import SamplingMessage, TextContent

transport, words = arguments()
mcp = FastMCP("fastmcp", instructions="Use it in tests.")


class Place(BaseModel):
    city: str
    people: int = Field(description="How many live there")
    height: float | None = None


class Person(BaseModel):
    name: str
    age: int = 36


@mcp.tool
def echo(text: str) -> str:
    """Says it again"""
    return text


@mcp.tool(title="Adds", output_schema=None)
def add(a: int, b: Annotated[int, Field(ge=0, description="not negative")] = 1) -> str:
    return str(a + b)


@mcp.tool
def describe(city: str) -> Place:
    return Place(city=city, people=9_007_199_254_740_993, height=1.0)


@mcp.tool
def odd_text() -> str:
    return ODD_TEXT


@mcp.tool
def fail(message: str) -> str:
    raise ValueError(message)


@mcp.tool
def picture() -> Image:
    return Image(data=PNG, format="png")


@mcp.tool
async def steps(count: int, ctx: Context) -> str:
    for done in range(1, count + 1):
        await ctx.report_progress(done, count, f"step {done}")
    return f"{count} steps"


@mcp.tool
async def log(text: str, ctx: Context) -> str:
    await ctx.info(text)
    await ctx.warning(text)
    return "logged"


@mcp.tool
async def ask_form(message: str, ctx: Context) -> str:
    answer = await ctx.elicit(message, Person)
    return f"{answer.data.name} {answer.data.age}" if answer.action == "accept" else answer.action


@mcp.tool
async def ask_url(message: str, ctx: Context) -> str:
    answer = await ctx.session.elicit_url(
        message, "https://example.com/login", "login-1", related_request_id=ctx.request_id
    )
    return answer.action


@mcp.tool
async def ask_model(prompt: str, ctx: Context) -> str:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    answer = await ctx.session.create_message(
        [message], max_tokens=50, related_request_id=ctx.request_id
    )
    return answer.content.text


@mcp.tool
async def ask_roots(ctx: Context) -> str:
    answer = await ctx.session.list_roots()
    return " ".join(str(root.uri) for root in answer.roots)


if IS_4:

    @mcp.tool
    async def need_form(message: str, ctx: Context) -> str | InputRequiredResult:
        answers = ctx.input_responses
        if answers is None:
            schema = {"type": "object", "properties": {"name": {"type": "string"}}}
            question = ElicitRequestFormParams(message=message, requested_schema=schema)
            return InputRequiredResult(
                input_requests={"person": ElicitRequest(params=question)}, request_state="waits"
            )
        return f"{message} {answers['person'].content['name']} {ctx.request_state}"

    @mcp.tool
    async def require_url(message: str, ctx: Context) -> str | InputRequiredResult:
        answers = ctx.input_responses
        if answers is None:
            question = ElicitRequestURLParams(message=message, url="https://example.com/login")
            return InputRequiredResult(
                input_requests={"login": ElicitRequest(params=question)}, request_state="waits"
            )
        return f"{answers['login'].action} {ctx.request_state}"


@mcp.resource("notes://static", mime_type="text/plain")
def static_note() -> str:
    return ODD_TEXT


@mcp.resource("notes://picture", mime_type="image/png")
def picture_note() -> bytes:
    return PNG


@mcp.resource("notes://by-name/{name}", mime_type="application/json")
def note(name: str) -> str:
    return f'{{"name": "{name}"}}'


@mcp.prompt
def review(code: str, tone: str = "kind") -> str:
    """Reviews code"""
    return f"Review, {tone}: {code}"


if transport == "http":
    options = {"stateless_http": "stateless" in words, "json_response": "json" in words}
    serve(mcp.http_app(path="/mcp", **options), "/mcp")
elif transport == "sse":
    serve(mcp.http_app(path="/sse", transport="sse"), "/sse")
else:
    mcp.run(show_banner=False)
