// SPDX-License-Identifier: Apache-2.0
// Clients on stdio that do not read, or say too much at once.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, describe, test } from 'node:test';

import { makeConfig } from './support/gateway.mjs';
import { demoServer } from './support/servers.mjs';

const legacy = '2025-11-25';
const limitMs = 30_000; // what hangs fails

describe('a client on stdio', () => {
    const started = new Set();
    after(() => {
        for (const child of started) child.kill('SIGKILL');
    });

    async function run(bytes, { reads, signal, limits = {} }) {
        const config = await makeConfig({
            children: async () => [demoServer()],
            expose: 'all',
            settings: { limits: { stop_grace_ms: 500, drain_timeout_ms: 500, ...limits } },
        });
        const child = spawn(config.stdio.command, config.stdio.args, {
            stdio: ['pipe', 'pipe', 'ignore'],
        });
        started.add(child);
        const exited = new Promise((resolve) =>
            child.once('exit', (code, by) => {
                started.delete(child);
                resolve({ code, by });
            }),
        );
        let out = '';
        child.stdin.on('error', () => {});
        if (reads) child.stdout.on('data', (text) => (out += text));
        // One that does not read still sees when the first of it is there.
        else await new Promise((resolve) => {
            child.stdout.once('readable', resolve);
            child.stdin.write(bytes);
        });
        if (reads) child.stdin.write(bytes);
        if (signal) child.kill(signal);
        else child.stdin.end();
        const late = setTimeout(() => child.kill('SIGKILL'), limitMs);
        const ended = await exited;
        clearTimeout(late);
        child.stdout.destroy();
        await config.remove();
        return { ...ended, out };
    }

    const clientInfo = { name: 'hostile', version: '1' };
    const line = (id, method, params) =>
        `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
    const large =
        line(1, 'initialize', { protocolVersion: legacy, capabilities: {}, clientInfo }) +
        line(2, 'tools/call', { name: 'demo__large_text', arguments: { lines: 100_000 } });

    test('that does not read cannot outlive SIGTERM', async () => {
        assert.deepEqual((await run(large, { signal: 'SIGTERM' })).by, null);
    });
    test('that does not read cannot outlive the end of its input', async () => {
        assert.deepEqual((await run(large, {})).by, null);
    });
    test('gets an error for a message that is too long, and answers to the others', async () => {
        const ping = (id, filler = '') => line(id, 'ping', { filler });
        const { out } = await run(ping(1) + ping(2, 'x'.repeat(200_000)) + ping(3), {
            reads: true,
            limits: { message_bytes_max: 100_000 },
        });
        const answers = out.trim().split('\n').map((line) => JSON.parse(line));
        const of = (id) => answers.find((answer) => answer.id === id);
        assert.ok(of(1).result);
        assert.match(of(2).error.message, /message_bytes_max/);
        assert.ok(of(3).result);
    });
});
