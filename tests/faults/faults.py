#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets each system call of a gateway's life fail once, and looks at what comes of it.

    faults.py --gateway FILE --library FILE [--seconds N | --all]
              [--jobs N] [--only KIND,…[:NUMBER[:REASON]]]

The calls of each kind are counted in a life in which all goes well; then one after the other fails
in a life of its own: as many as the seconds allow, spread over the kinds and over the life, or all.
Allocations are two kinds: "memory", where the reserve of the gateway is there, and
"memory_in_need", where it is gone, for those who name it.
Exits 1 if one of them broke the gateway, and says how to see it again.
"""

import argparse
import concurrent.futures
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import life

ONLY_WHEN_NAMED = {"memory_in_need"}
MEMORY_PLACES = 400  # of the many thousands, when all are wanted


class World:
    """What all lives share."""

    def __init__(self, options):
        self.gateway, self.library = options.gateway, options.library
        self.directory = tempfile.mkdtemp(prefix="mcp-gateway-faults-")
        # The library is loaded before the sanitizer's own.
        self.sanitizers = {
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
        }
        self.start_remote()

    def start_remote(self):
        """A gateway without faults, which is the remote server of all the others."""
        config = os.path.join(self.directory, "remote.json")
        with open(config, "w", encoding="utf-8") as file:
            file.write('{"gateway": {"expose": "all", "prefix": "never", '
                       '"schema_cache": "schemas"}, "http": {"listen": "127.0.0.1:0"}, '
                       '"children": [{"name": "demo", '
                       f'"command": "{self.gateway}", "args": ["demo-server"]}}]}}')
        with open(os.path.join(self.directory, "remote.log"), "wb") as log:
            self.remote = subprocess.Popen([self.gateway, "serve", "--config", config],
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        life.RUNNING.append(self.remote)
        self.remote_port = life.wait_for(lambda: life.port_of(self.remote.pid), 60)
        self.remote_echo = "remote__echo"

    def close(self):
        self.remote.terminate()
        self.remote.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def numbers_of(calls):
    """1 to `calls`, spread out at any length: the first, the last, the middle, the quarters."""
    seen = set()
    for parts in itertools.count():
        step = 2 ** parts
        for i in range(step + 1):
            number = 1 + round((calls - 1) * i / step)
            if number not in seen:
                seen.add(number)
                yield number
        if len(seen) >= calls:
            return


def plan(counts, only, is_all):
    """Faults, those of all kinds in turn."""
    rows = []
    for kind, calls in sorted(counts.items()):
        is_named = bool(only) and kind in only[0].split(",")
        if calls == 0 or not (is_named or (not only and kind not in ONLY_WHEN_NAMED)):
            continue
        numbers = numbers_of(calls)
        if only and len(only) > 1:
            numbers = [int(only[1])]
        elif kind.startswith("memory"):
            numbers = itertools.islice(numbers, MEMORY_PLACES if is_all else 60)
        reasons = [int(only[2])] if only and len(only) > 2 else None
        rows.append([f"{kind}:{number}:{reason}" for turn, number in enumerate(numbers)
                     for reason in (reasons or ([0, 1, 2, 3, 4] if is_all and calls < 20
                                                else [turn]))])
    turns = itertools.zip_longest(*rows)
    return [fault for turn in turns for fault in turn if fault]


def run_all(world, good, faults, options):
    until = time.monotonic() + options.seconds
    numbers = itertools.count(1)
    broken, done, came = [], 0, 0

    def run(fault):
        if not options.all and time.monotonic() > until:
            return None
        return life.Life(world, next(numbers), fault).run(good)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for ended in pool.map(run, faults):
            if ended is None:
                continue
            done += 1
            came += ended.has_failed
            if options.verbose:
                bad = [s for s in ended.steps if s[1] != "ok"]
                print(ended.fault, ended.has_failed, bad, flush=True)
            if ended.problems:
                broken.append(ended)
                report(ended)
            else:
                shutil.rmtree(ended.directory, ignore_errors=True)
    print(f"{done} lives of {len(faults)}, in {came} of them the call came that was to fail; "
          f"{len(broken)} went wrong")
    return broken


def report(ended):
    print(f"--only={ended.fault}:", *ended.problems, sep="\n    ")
    print("    steps:", *(f"{name}: {what}" for name, what in ended.steps), sep="\n        ")
    print("    the end of its log:", *life.read_text(ended.log_path).splitlines()[-30:],
          sep="\n        ", flush=True)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--gateway", "--library"):
        parser.add_argument(name, required=True)
    parser.add_argument("--seconds", type=float, default=25)
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--only")
    parser.add_argument("--all", action="store_true",
                        default=os.environ.get("MCPGW_FAULTS") == "all")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    life.adopt_orphans()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, life.end_all)
    world = World(options)
    try:
        good = life.Life(world, 0).run()
        if good.problems or not good.steps or any(
                what != "ok" and step != "end of the server" for step, what in good.steps):
            report(good)
            print("the life without a fault goes wrong")
            return 1
        print("calls of a good life:",
              ", ".join(f"{kind} {calls}" for kind, calls in sorted(good.counts.items())))
        only = options.only.split(":") if options.only else None
        faults = plan(good.counts, only, options.all or bool(only))
        return 1 if run_all(world, good, faults, options) else 0
    finally:
        world.close()


if __name__ == "__main__":
    sys.exit(main())
