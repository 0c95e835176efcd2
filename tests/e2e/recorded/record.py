#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records what a running MCP server says over HTTP, byte for byte, for recorded.test.mjs.

    record.py NAME VERSION URL > NAME.json

The server must offer a tool "echo" that gives its argument "text" back. What it says is kept with
%ID% and %SESSION% in place of the request's id and the session's.
"""

import json
import re
import socket
import sys
from urllib.parse import urlsplit

QUIET_S = 1.5  # after which nothing more is expected
INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "mcp-gateway", "version": "1"},
}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "mcp-gateway", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def exchange(url, method, fields, body):
    """The bytes of the answer, and whether the server closed the connection."""
    parts = urlsplit(url)
    data = json.dumps(body).encode() if body is not None else b""
    lines = [f"{method} {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "User-Agent: mcp-gateway"]
    lines += [f"{name}: {value}" for name, value in fields]
    if method == "POST":
        lines.append(f"Content-Length: {len(data)}")
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.settimeout(QUIET_S)
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except socket.timeout:
            return answer, False
        except ConnectionResetError:
            pass
        return answer, True


class Recorder:
    def __init__(self, url):
        self.url = url
        self.session = None
        self.version = None  # agreed on
        self.answers = []

    def take(self, to, method, fields, body=None):
        answer, closes = exchange(self.url, method, fields, body)
        text = answer.decode("latin-1")
        if to == "initialize":
            found = re.search(r"(?im)^mcp-session-id: *([^\r\n]+)", text)
            self.session = found.group(1) if found else None
            self.version = re.search(r'"protocolVersion": ?"([^"]+)"', text).group(1)
        if body is not None and "id" in body:
            text = re.sub(r'("id": ?)%d\b' % body["id"], r"\g<1>%ID%", text)
        if self.session:
            text = text.replace(self.session, "%SESSION%")
        self.answers.append({"to": to, "closes": closes, "bytes": text})

    def post(self, to, body, session=None, modern=False):
        fields = [("Content-Type", "application/json"),
                  ("Accept", "application/json, text/event-stream")]
        if modern:
            fields += [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", body["method"])]
            fields += [("Mcp-Name", "echo")] if body["method"] == "tools/call" else []
        elif to != "initialize":
            fields += [("MCP-Protocol-Version", self.version)]
            fields += [("Mcp-Session-Id", session)] if session else []
        self.take(to, "POST", fields, {"jsonrpc": "2.0", **body})

    def record(self):
        self.post("server/discover", {"id": 101, "method": "server/discover",
                                      "params": {"_meta": MODERN}}, modern=True)
        if '"supportedVersions"' in self.answers[0]["bytes"]:
            self.post("modern tools/list", {"id": 107, "method": "tools/list",
                                            "params": {"_meta": MODERN}}, modern=True)
            self.post("modern tools/call", {"id": 108, "method": "tools/call", "params": {
                "_meta": MODERN, "name": "echo", "arguments": {"text": "hello"}}}, modern=True)
        self.post("initialize", {"id": 102, "method": "initialize", "params": INITIALIZE})
        session = self.session
        self.post("notifications/initialized", {"method": "notifications/initialized"}, session)
        stream = [("Accept", "text/event-stream"), ("MCP-Protocol-Version", self.version)]
        stream += [("Mcp-Session-Id", session)] if session else []
        self.take("GET", "GET", stream)
        self.post("tools/list", {"id": 103, "method": "tools/list", "params": {}}, session)
        echo = {"name": "echo", "arguments": {"text": "hello"}}
        self.post("tools/call", {"id": 104, "method": "tools/call", "params": echo}, session)
        self.post("unknown", {"id": 105, "method": "no/such", "params": {}}, session)
        self.take("DELETE", "DELETE", stream)
        if session:
            self.post("lost session", {"id": 106, "method": "tools/call", "params": echo},
                      "00000000-0000-4000-8000-000000000000")


def main():
    name, version, url = sys.argv[1:]
    recorder = Recorder(url)
    recorder.record()
    json.dump({"name": name, "version": version, "answers": recorder.answers}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
