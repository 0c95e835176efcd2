// SPDX-License-Identifier: Apache-2.0
// The gateway's processes: no child outlives it, a dead child comes back, and a stdio gateway ends
// with its client.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, test } from 'node:test';

import { checkRefused, textOf } from './support/actions.mjs';
import { connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { makeConfig, startGateway } from './support/gateway.mjs';
import { merged as route } from './support/routes.mjs';
import { allServers, demoServer, serverNames } from './support/servers.mjs';

/// Processes started, directly or not, by `pid`.
async function descendantsOf(pid) {
    const parents = new Map();
    for (const entry of await readdir('/proc')) {
        if (!/^\d+$/.test(entry)) continue;
        const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name may hold spaces
        if (fields.length > 1) parents.set(Number(entry), Number(fields[1]));
    }
    const found = [];
    for (let next = [pid]; next.length > 0;) {
        next = [...parents].filter(([, parent]) => next.includes(parent)).map(([child]) => child);
        found.push(...next);
    }
    return found;
}

/// MCP servers started by the gateway: without its guard, which outlives each of them.
async function childrenOf(pid) {
    const found = [];
    for (const child of await descendantsOf(pid)) {
        const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
        if (!command.includes('--process-guard')) found.push(child);
    }
    return found;
}

async function isAlive(pid) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    return stat !== null && !/\) [ZX] /.test(stat); // a zombie has ended; its parent is late
}

async function checkAllEnd(pids, limitMs) {
    const deadline = Date.now() + limitMs;
    for (;;) {
        const alive = [];
        for (const pid of pids) if (await isAlive(pid)) alive.push(pid);
        if (alive.length === 0) return;
        assert.ok(Date.now() < deadline, `still running: ${alive}`);
        await pause(20);
    }
}

/// A gateway whose children all run.
async function startBusyGateway() {
    const gateway = await startGateway({ expose: 'all', children: allServers });
    const client = await connectTo(gateway, modernHttp);
    await client.listTools();
    await route.call(client, 'demo', 'echo', { message: 'up' });
    await client.close();
    const pids = await descendantsOf(gateway.pid);
    assert.ok(pids.length >= serverNames.length, `only ${pids.length} children`);
    return { gateway, pids };
}

describe('when the gateway ends', () => {
    test('by SIGTERM, its children end and it exits with 0', async () => {
        const { gateway, pids } = await startBusyGateway();
        await gateway.stop();
        await checkAllEnd(pids, 1_000);
    });

    test('by SIGKILL, its children end too', async () => {
        const { gateway, pids } = await startBusyGateway();
        gateway.kill('SIGKILL');
        await gateway.exited;
        await checkAllEnd(pids, 10_000);
        await gateway.config.remove();
    });

    test('with calls in flight, it still ends in time', async () => {
        const gateway = await startGateway({ expose: 'all', children: async () => [demoServer()] });
        const client = await connectTo(gateway, legacyHttp);
        const call = route.call(client, 'demo', 'wait', { seconds: 300 }).then(
            () => 'answered',
            () => 'failed',
        );
        await route.call(client, 'demo', 'echo', { message: 'the call before is on its way' });
        await gateway.stop();
        await client.close();
        assert.equal(await Promise.race([call, pause(5_000, 'hung', { ref: false })]), 'failed');
    });
});

describe('when a child dies', () => {
    test('its calls fail, and it is started again', async () => {
        const gateway = await startGateway({ expose: 'all', children: async () => [demoServer()] });
        const client = await connectTo(gateway, legacyHttp);
        try {
            await route.call(client, 'demo', 'echo', { message: 'first life' });
            const [first] = await childrenOf(gateway.pid);
            await checkRefused(
                route.call(client, 'demo', 'crash'),
                /CONNECTION_LOST|SERVER_FAILED/,
            );
            assert.equal(await isAlive(first), false);

            // Right after a death the gateway may refuse for a moment (its restart back-off).
            let text;
            for (const deadline = Date.now() + 20_000; Date.now() < deadline; await pause(100)) {
                const result = await route
                    .call(client, 'demo', 'echo', { message: 'second life' })
                    .catch((error) => ({ content: [], error }));
                text = textOf(result);
                if (text === 'second life') break;
            }
            assert.equal(text, 'second life');
        } finally {
            await client.close();
            await gateway.stop();
        }
    });
});

describe('the stdio gateway', () => {
    test('answers what it was asked, then ends with its input', async () => {
        const config = await makeConfig({ expose: 'all', children: async () => [demoServer()] });
        const child = spawn(config.stdio.command, config.stdio.args, {
            stdio: ['pipe', 'pipe', 'ignore'],
        });
        let output = '';
        child.stdout.setEncoding('utf8').on('data', (text) => {
            output += text;
        });
        const send = (message) =>
            child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
        send({
            id: 'i',
            method: 'initialize',
            params: {
                protocolVersion: '2025-06-18',
                capabilities: {},
                clientInfo: { name: 'raw', version: '1' },
            },
        });
        send({ method: 'notifications/initialized' });
        send({
            id: 'w',
            method: 'tools/call',
            params: { name: 'demo__wait', arguments: { seconds: 0.3 } },
        });
        child.stdin.end();
        const [code] = await once(child, 'close');
        await config.remove();

        assert.equal(code, 0);
        const messages = output
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line)); // nothing but messages
        const answers = messages.filter(({ id }) => id !== undefined); // lists may change meanwhile
        assert.deepEqual(
            answers.map(({ id }) => id),
            ['i', 'w'],
        );
        assert.notEqual(answers[1].result.isError, true);
    });
});
