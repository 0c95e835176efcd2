#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The server behind the gateway under faults: it echoes, asks, changes its tools and dies."""

import json
import os
import sys

TOOLS = ["echo", "ask", "change_tools", "die"]


def send(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def text(content):
    return {"content": [{"type": "text", "text": content}]}


class Server:
    def __init__(self):
        self.tools, self.asking = list(TOOLS), {}

    def call(self, id, name, arguments):
        if name == "die":
            os._exit(3)
        if name == "ask":
            question = f"q{id}"
            self.asking[question] = id
            send({"id": question, "method": "elicitation/create", "params": arguments})
            return
        if name == "change_tools":
            self.tools.append(f"grown_{len(self.tools)}")
            send({"method": "notifications/tools/list_changed"})
        send({"id": id, "result": text(arguments.get("text", name))})

    def answer(self, id, method, params):
        if method == "initialize":
            return {"protocolVersion": "2025-11-25", "serverInfo": {"name": "s", "version": "1"},
                    "capabilities": {"tools": {"listChanged": True}}}
        if method == "tools/list":
            return {"tools": [{"name": name, "inputSchema": {"type": "object"}}
                              for name in self.tools]}
        return {} if method == "ping" else None

    def take(self, message):
        id, method = message.get("id"), message.get("method")
        if method is None:
            if (asker := self.asking.pop(id, None)) is not None:
                send({"id": asker, "result": text(json.dumps(message.get("result")))})
        elif id is None:
            pass
        elif method == "tools/call":
            self.call(id, message["params"]["name"], message["params"].get("arguments") or {})
        elif (result := self.answer(id, method, message.get("params"))) is not None:
            send({"id": id, "result": result})
        else:
            send({"id": id, "error": {"code": -32601, "message": "Method not found"}})


server = Server()
for line in sys.stdin:
    server.take(json.loads(line))
