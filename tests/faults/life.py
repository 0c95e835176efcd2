# SPDX-License-Identifier: Apache-2.0
"""One scripted life of a gateway, as its client sees it, and what is left of it afterwards."""

import ctypes
import http.client
import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import threading
import time

from client import ANSWER_LIMIT, Client, Closed, is_well

ROW = struct.Struct("24sQ")
PATIENCE = 60  # until it serves again, and until nothing is left; what hangs takes for ever
SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "server.py")
RUNNING = []  # gateways


class Record:
    """The file that the preloaded library writes to."""

    def __init__(self, path, kinds=64):
        self.bytes = ROW.size * kinds + 8
        with open(path, "wb") as file:
            file.truncate(self.bytes)
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), self.bytes)

    def read(self):
        """Calls by kind, and whether the fault has come."""
        counts, at = {}, 0
        while at + ROW.size <= self.bytes:
            name, calls = ROW.unpack_from(self.map, at)
            name = name.rstrip(b"\0").decode("ascii", "replace")
            if not name or not name.isprintable() or name[0] == "\1":
                break
            counts[name] = calls
            at += ROW.size
        return counts, struct.unpack_from("Q", self.map, at)[0] != 0


def wait_for(condition, limit=PATIENCE):
    """The condition's value when it is true, or the last one."""
    until = time.monotonic() + limit
    while True:
        value = condition()
        if value or time.monotonic() > until:
            return value
        time.sleep(0.02)


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def children_of(pid):
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    return [int(child) for thread in threads
            for child in read_text(f"/proc/{pid}/task/{thread}/children").split()]


def state_of(pid):
    """Whose child it is, and since when it runs; nothing: it has ended."""
    fields = read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (fields[1], fields[19]) if fields and fields[0] not in "ZX" else None


def descriptors_of(pid):
    targets = []
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                targets.append(os.readlink(f"/proc/{pid}/fd/{name}").split(":")[0])
            except OSError:
                pass
    except OSError:
        pass
    return sorted(targets)


def port_of(pid):
    """Where it listens: from the system, since its own words may have been lost."""
    inodes = set()
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                inodes.add(os.readlink(f"/proc/{pid}/fd/{name}"))
            except OSError:
                pass
    except OSError:
        return None
    for line in read_text("/proc/net/tcp").splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            return int(fields[1].split(":")[1], 16)
    return None


class Life:
    """A gateway under a fault; `problems` says what must not have been."""

    def __init__(self, world, number, fault=None):
        self.world, self.fault = world, fault
        self.directory = os.path.join(world.directory, f"life-{number}")
        os.mkdir(self.directory)
        self.problems, self.steps = [], []
        self.descriptors, self.children, self.counts = [], 0, {}
        self.has_failed = False

    def start(self):
        restart = {"base": 0.05, "max": 0.2}
        common = {"start_timeout": 20, "timeout": 20, "restart": restart}
        config = {
            "gateway": {"expose": "all", "schema_cache": "schemas"},
            "http": {"listen": "127.0.0.1:0"},
            "children": [
                {"name": "fake", "command": sys.executable, "args": ["-S", SERVER],
                 "era": "legacy", "instances": {"max": 1, "queue_timeout": 10},
                 "stop_grace": 1, "rlimits": {"core_bytes": 0}, **common},
                {"name": "remote", "url": f"http://localhost:{self.world.remote_port}/mcp",
                 **common},
            ],
        }
        path = os.path.join(self.directory, "gateway.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.record_path = os.path.join(self.directory, "record")
        self.record = Record(self.record_path)
        environment = {**os.environ, **self.world.sanitizers, "LD_PRELOAD": self.world.library,
                       "MCPGW_FAULT_RECORD": self.record_path, "MCPGW_FAULT": self.fault or "",
                       "MCPGW_LIFE": self.directory, "XDG_RUNTIME_DIR": self.directory}
        self.log_path = os.path.join(self.directory, "log")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [self.world.gateway, "serve", "--config", path], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=environment, start_new_session=True)
        RUNNING.append(self.process)
        self.pid = self.process.pid
        return wait_for(lambda: port_of(self.pid) or self.process.poll() is not None, 60)

    def step(self, name, act):
        try:
            said = act()
            well = said is None or is_well(said)
            self.steps.append((name, "ok" if well else json.dumps(said)[:200]))
            if not well and not self.is_named(said):
                self.problems.append(f"{name}: an error without a name: {json.dumps(said)[:300]}")
        except Closed as error:
            self.steps.append((name, f"closed: {error}"))
        except TimeoutError:
            self.problems.append(f"{name}: no answer within {ANSWER_LIMIT} s")
            self.steps.append((name, "hangs"))

    @staticmethod
    def is_named(said):
        error = said.get("error")
        if error is None:
            return bool(said["result"].get("content"))
        return bool(error.get("message")) and "code" in error

    def listen(self, client):
        """The stream of the session, on which changes are told."""
        try:
            for _ in client.send("GET", None, client.legacy_headers()).messages():
                pass
        except (OSError, Closed, ValueError, http.client.HTTPException, AttributeError):
            pass

    def live(self, port):
        client = Client(port)
        self.step("initialize", client.open_session)
        if client.session is None:
            client = Client(port)
            self.step("initialize again", client.open_session)
        if client.session is None:
            return
        threading.Thread(target=self.listen, args=(client,), daemon=True).start()
        accept = {"action": "accept", "content": {"x": "y"}}
        question = {"message": "?", "requestedSchema":
                    {"type": "object", "properties": {"x": {"type": "string"}}}}
        self.step("list", lambda: client.legacy("tools/list"))
        self.step("call", lambda: client.call("fake__echo", {"text": "a"}))
        self.step("remote call", lambda: client.call(self.world.remote_echo, {"message": "b"}))
        self.step("question", lambda: client.call("fake__ask", question, accept))
        self.step("change", lambda: client.call("fake__change_tools"))
        self.step("list again", lambda: client.legacy("tools/list"))
        large = "x" * 300_000
        self.step("large call", lambda: client.call("fake__echo", {"text": large}))
        self.step("modern call", lambda: Client(port).modern_call("fake__echo", {"text": "c"}))
        self.step("end of the server", lambda: client.call("fake__die", {}))
        self.step("call after it", lambda: client.call("fake__echo", {"text": "d"}))
        self.step("end of the session",
                  lambda: client.send("DELETE", None, client.legacy_headers())
                  .connection.close())

    def is_healthy(self, port):
        try:
            said = [Client(port).modern_call("fake__echo", {"text": "e"}),
                    Client(port).modern_call(self.world.remote_echo, {"message": "f"})]
            self.last = said
            return all(is_well(each) for each in said)
        except (Closed, TimeoutError) as error:
            self.last = repr(error)
            return False

    def look(self):
        self.descriptors = descriptors_of(self.pid)
        self.children = len(children_of(self.pid))

    def has_no_more(self, good):
        self.look()
        # One more: a pipe may stand in for a counter.
        return len(self.descriptors) <= len(good.descriptors) + 1 and self.children <= good.children

    def run(self, good=None):
        found = self.start()
        if found and self.process.poll() is None:
            self.live_and_stop(found, good)
        elif self.process.poll() is None:
            self.problems.append("it neither listens nor ends")
            self.end_hard()
        else:
            self.judge_start()
        self.counts, self.has_failed = self.record.read()
        self.judge_rest()
        return self

    def live_and_stop(self, port, good):
        self.live(port)
        if self.process.poll() is None and not wait_for(lambda: self.is_healthy(port)):
            self.problems.append(f"it serves no more: {json.dumps(self.last)[:300]}")
        if good is None:
            self.look()
        elif self.process.poll() is None and not wait_for(lambda: self.has_no_more(good)):
            self.problems.append(
                f"it keeps more: {len(self.descriptors)} descriptors instead of "
                f"{len(good.descriptors)} ({self.descriptors} / {good.descriptors}), "
                f"{self.children} children instead of {good.children}")
        if self.process.poll() is not None:
            self.problems.append(f"it ended by itself: {self.process.returncode}")
            return
        self.known = {pid: state_of(pid) for pid in children_of(self.pid)}
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE)
            if code != 0:
                self.problems.append(f"after SIGTERM it ended with {code}")
        except subprocess.TimeoutExpired:
            self.problems.append("it does not end after SIGTERM")
            self.end_hard()

    def judge_start(self):
        code, log = self.process.returncode, read_text(self.log_path)
        if code not in (1, 2) or not log.strip():
            self.problems.append(f"at its start it ended with {code}")

    def end_hard(self):
        self.process.kill()
        self.process.wait()

    def is_left(self):
        """Processes that know this life, and those that were its children."""
        mark = f"MCPGW_LIFE={self.directory}".encode()
        left = [pid for pid, state in getattr(self, "known", {}).items()
                if state and (now := state_of(pid)) and now[1] == state[1]]
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) in left:
                continue
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if mark in file.read().split(b"\0") and state_of(int(name)):
                        left.append(int(name))
            except OSError:
                pass
        return left

    def judge_rest(self):
        if left := (not wait_for(lambda: not self.is_left())) and self.is_left():
            self.problems.append(f"processes are left: {left}")
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        log = read_text(self.log_path)
        for sign in ("AddressSanitizer", "runtime error:", "ThreadSanitizer", "LeakSanitizer",
                     "terminate called", "Assertion"):
            if sign in log:
                self.problems.append(f"{sign} in its log")


def end_all(*_):
    """No gateway outlives this program, whoever ends it."""
    for each in RUNNING:
        if each.poll() is None:
            each.kill()
    os._exit(1)


def adopt_orphans():
    """What loses its parent becomes our child, so that it can be seen."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
