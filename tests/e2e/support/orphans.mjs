// SPDX-License-Identifier: Apache-2.0
// Nothing that a test starts outlives it, however the test ends: at the end of the process and on
// the signals by which `node --test` ends a file, everything is killed and every directory removed;
// should the process be killed itself, the kernel kills what it started.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const running = new Set();
const directories = new Set();

function endAll() {
    for (const child of running) child.kill('SIGKILL');
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
}

process.on('exit', endAll);
for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }))
    process.on(signal, () => process.exit(128 + number)); // and so 'exit'

/// spawn(), of a program that ends with this process.
export function spawnHere(command, args, options) {
    const ends = ['--pdeathsig', 'KILL', '--', command, ...args];
    const child = spawn('setpriv', ends, options);
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
}

/// `directory` goes with this process, if not before.
export const willRemove = (directory) => directories.add(directory);
export const hasRemoved = (directory) => directories.delete(directory);
