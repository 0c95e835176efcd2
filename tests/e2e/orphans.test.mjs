// SPDX-License-Identifier: Apache-2.0
// What a test file started does not outlive it, however it ends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import { node } from './support/paths.mjs';

/// A process that has started a gateway, with the number and the directory of that.
async function startTestFile() {
    const script = `
        const { startGateway } = await import(${JSON.stringify(
            new URL('support/gateway.mjs', import.meta.url).href,
        )});
        const gateway = await startGateway();
        console.log(JSON.stringify({ pid: gateway.pid, directory: gateway.config.directory }));`;
    const file = spawn(node, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: file.stdout });
    const [line] = await new Promise((resolve) => lines.once('line', (...all) => resolve(all)));
    return { file, ...JSON.parse(line) };
}

const isAlive = (pid) => {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
};

/// The end of a process that is no child of ours: asked for until it is there, or the test's time
/// is over.
async function endOf(pid) {
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'])
    test(`a gateway ends with a test file that ${signal} ended`, { timeout: 60_000 }, async () => {
        const { file, pid, directory } = await startTestFile();
        assert.ok(isAlive(pid));
        file.kill(signal);
        await endOf(pid);
        if (signal !== 'SIGKILL') assert.ok(!existsSync(directory), 'its directory is still there');
    });
