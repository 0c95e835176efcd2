# SPDX-License-Identifier: Apache-2.0
"""A client of the gateway, over HTTP and in both eras."""

import http.client
import json

ANSWER_LIMIT = 60  # seconds; what hangs takes for ever
MODERN = "2026-07-28"
LEGACY = "2025-11-25"


class Closed(Exception):
    """The connection ended without an answer."""


class Reply:
    """An answer over HTTP: its messages come one by one."""

    def __init__(self, connection, response):
        self.connection, self.response = connection, response
        self.status = response.status
        self.is_stream = "event-stream" in (response.getheader("Content-Type") or "")

    def messages(self):
        if not self.is_stream:
            text = self.response.read()
            if text:
                yield json.loads(text)
            return
        while line := self.response.readline():
            if line.startswith(b"data:") and line[5:].strip():
                yield json.loads(line[5:])


class Client:
    """A client that opens a connection for each request, as the worst do."""

    def __init__(self, port):
        self.port, self.session, self.next_id = port, None, 0

    def send(self, method, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_LIMIT)
        all_headers = {"Content-Type": "application/json",
                       "Accept": "application/json, text/event-stream", **(headers or {})}
        try:
            connection.request(method, "/mcp", body, all_headers)
            return Reply(connection, connection.getresponse())
        except TimeoutError:
            connection.close()
            raise
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Closed(str(error)) from error

    def post(self, message, headers):
        return self.send("POST", json.dumps(message), headers)

    def legacy_headers(self):
        return {"Mcp-Session-Id": self.session, "MCP-Protocol-Version": LEGACY}

    def request(self, method, params, headers, answer=None):
        """The response; `answer` makes one of a question."""
        self.next_id += 1
        message = {"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}
        reply = self.post(message, headers)
        try:
            for heard in reply.messages():
                if "method" in heard and "id" in heard and answer:
                    said = {"jsonrpc": "2.0", "id": heard["id"], "result": answer}
                    self.post(said, self.legacy_headers()).connection.close()
                elif heard.get("id") == self.next_id and "method" not in heard:
                    return heard
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise Closed(str(error)) from error
        finally:
            self.session = self.session or reply.response.getheader("Mcp-Session-Id")
            reply.connection.close()
        if reply.status >= 400:
            return {"error": {"code": reply.status, "message": "HTTP"}}
        raise Closed("an answer without a response")

    def open_session(self):
        who = {"protocolVersion": LEGACY, "capabilities": {"elicitation": {}},
               "clientInfo": {"name": "life", "version": "1"}}
        said = self.request("initialize", who, {})
        if self.session is None:
            return said
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        self.post(note, self.legacy_headers()).connection.close()
        return said

    def legacy(self, method, params=None, answer=None):
        return self.request(method, params or {}, self.legacy_headers(), answer)

    def call(self, tool, arguments=None, answer=None):
        return self.legacy("tools/call", {"name": tool, "arguments": arguments or {}}, answer)

    def modern_call(self, tool, arguments):
        meta = {"io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientCapabilities": {}}
        headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": tool}
        return self.request("tools/call", {"name": tool, "arguments": arguments, "_meta": meta},
                            headers)


def is_well(response):
    return "result" in response and not response["result"].get("isError")
