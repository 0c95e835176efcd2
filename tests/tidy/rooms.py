# SPDX-License-Identifier: Apache-2.0
"""The rooms of the code: which folder may include which. tidy.py keeps it.

A folder may include itself, what its row names, and the rooms to the left of its own in ROOMS. A
row names only folders that stand above it: so there are no circles.
"""

# Each includes only to its left.
ROOMS = ["protocol", "transports", "children", "server"]

# Folder: the folders of the same room that it may include.
FOLDERS = {
    "protocol": [],
    "protocol/json": ["protocol"],
    "protocol/text": ["protocol", "protocol/json"],
    "protocol/message": ["protocol", "protocol/json", "protocol/text"],
    "protocol/crypto": ["protocol", "protocol/json", "protocol/message", "protocol/text"],
    "protocol/http": ["protocol", "protocol/json", "protocol/message", "protocol/text"],
    "protocol/repair": ["protocol", "protocol/json", "protocol/message", "protocol/text"],
    "protocol/bridge": [
        "protocol", "protocol/json", "protocol/message", "protocol/repair", "protocol/text"],
    "protocol/catalog": [
        "protocol", "protocol/bridge", "protocol/http", "protocol/json", "protocol/message",
        "protocol/text"],
    "transports": [],
    "transports/async": [],
    "transports/coding": [],
    "transports/buffers": ["transports/async"],
    "transports/http_client": ["transports/async", "transports/coding"],
    "transports/session": ["transports/async", "transports/buffers"],
    "transports/http_request": [
        "transports/async", "transports/buffers", "transports/session"],
    "transports/http_server": [
        "transports", "transports/async", "transports/buffers", "transports/coding",
        "transports/http_request", "transports/session"],
    "transports/stdio": [
        "transports", "transports/async", "transports/buffers", "transports/session"],
    "children/policy": [],
    "children/sandbox": [],
    "children": ["children/policy", "children/sandbox"],
    "children/process": ["children/sandbox"],
    "children/link": ["children", "children/process"],
    "children/remote": ["children", "children/link", "children/policy"],
    "children/instance": [
        "children", "children/link", "children/policy", "children/process",
        "children/remote"],
    "children/pool": ["children/instance", "children/link", "children/policy"],
    "children/upstream": [
        "children", "children/instance", "children/link", "children/policy", "children/pool",
        "children/process"],
    "children/registry": ["children", "children/upstream"],
    "server/changes": [],
    "server/catalog": [],
    "server/search": ["server/catalog"],
    "server/config/format": [],
    "server/config/keys": [],
    "server/admin": ["server/config/format"],
    "server/demo": [],
    "server/expressions": [],
    "server/config/variables": ["server/config/format"],
    "server/tasks": ["server/changes"],
    "server/calls": [],
    "server/stages": ["server/calls", "server/tasks"],
    "server/config/dialects": [
        "server/config/format", "server/config/keys", "server/config/variables"],
    "server/config/layers": [
        "server/config/dialects", "server/config/format", "server/config/keys",
        "server/config/variables"],
    "server/config/sections": [
        "server/calls", "server/config/dialects", "server/config/format",
        "server/config/keys", "server/config/variables"],
    "server/workflows": [
        "server/config/keys", "server/config/sections", "server/expressions"],
    "server/flows": [
        "server/calls", "server/catalog", "server/stages", "server/tasks", "server/workflows"],
    "server/gateway": [
        "server/calls", "server/catalog", "server/changes", "server/config/keys", "server/flows",
        "server/search", "server/stages", "server/tasks"],
    "server/config": [
        "server/admin", "server/catalog", "server/config/dialects", "server/config/format",
        "server/config/keys", "server/config/layers", "server/config/sections",
        "server/config/variables", "server/gateway", "server/workflows"],
    "server/import": [
        "server/config", "server/config/dialects", "server/config/format",
        "server/config/sections", "server/config/variables"],
    "server/reload": ["server/config"],
    "server/serving": [
        "server/admin", "server/config", "server/config/format", "server/config/layers",
        "server/gateway", "server/reload"],
    "server/cli": [
        "server/admin", "server/catalog", "server/config", "server/config/format",
        "server/config/keys", "server/config/layers",
        "server/config/sections", "server/config/variables", "server/demo",
        "server/gateway", "server/import", "server/serving", "server/workflows"],
    "server": ["server/cli"],
}
