// SPDX-License-Identifier: Apache-2.0
// Tasks of a real server of 2025-11-25, and of one of 2026-07-28 over HTTP, for clients of both
// eras.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { textOf } from './support/actions.mjs';
import { connectTo, legacyHttp, legacyStdio, modernRevision } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { startTaskRemote } from './support/remote_servers.mjs';
import { realServers } from './support/servers.mjs';
import { checkHop, failOn, makeHop, recordFetch } from './support/wire.mjs';

const extension = 'io.modelcontextprotocol/tasks';
const answer = { action: 'accept', content: { interpretation: 'technical' } };

/// Calls of tools that work as a task only, and ask in the middle.
const calls = {
    'a legacy server': {
        name: 'simulate-research-query',
        arguments: { topic: 'python', ambiguous: true },
    },
    'a modern server over HTTP': { name: 'ponder', arguments: {} },
};

let gateway, remote;
before(async () => {
    remote = await startTaskRemote();
    gateway = await startGateway({
        expose: 'all',
        settings: { gateway: { prefix: 'never' } },
        children: async (directory) => [
            (await realServers(directory))[0],
            { name: 'remote', url: remote.url },
        ],
    });
});
after(async () => {
    await gateway?.stop();
    await remote?.stop();
    failOn(checkHop(hop));
});

/// One request of a modern client.
const hop = makeHop('to a modern client with tasks');
let requests = 0;
const recorded = recordFetch(hop);
const able = { elicitation: {}, extensions: { [extension]: {} } };
async function send(method, params, capabilities = able) {
    const reply = await recorded(gateway.url, {
        method: 'POST',
        headers: {
            accept: 'application/json, text/event-stream',
            'content-type': 'application/json',
            'mcp-protocol-version': modernRevision,
            'mcp-method': method,
            'mcp-name': params.name ?? params.taskId ?? '',
        },
        body: JSON.stringify({
            jsonrpc: '2.0',
            id: ++requests,
            method,
            params: {
                ...params,
                _meta: {
                    'io.modelcontextprotocol/protocolVersion': modernRevision,
                    'io.modelcontextprotocol/clientCapabilities': capabilities,
                },
            },
        }),
        signal: AbortSignal.timeout(60_000),
    });
    return { status: reply.status, ...(await reply.json()) };
}

describe('modern client', () => {
    async function become(taskId, status) {
        for (;;) {
            const { result } = await send('tasks/get', { taskId });
            assert.equal(result.taskId, taskId);
            if (result.status === status) return result;
            assert.ok(['working', 'input_required'].includes(result.status), result.status);
            await pause(result.pollIntervalMs / 10);
        }
    }

    for (const [server, call] of Object.entries(calls)) {
        test(`gets a task of ${server}, answers its question and gets the result`, async () => {
            const { result: created } = await send('tools/call', call);
            assert.equal(created.resultType, 'task');
            const { taskId } = created;
            const asking = await become(taskId, 'input_required');
            const [[key, question]] = Object.entries(asking.inputRequests);
            assert.equal(question.method, 'elicitation/create');
            await send('tasks/update', { taskId, inputResponses: { [key]: answer } });
            const done = await become(taskId, 'completed');
            assert.match(textOf(done.result), /\(technical\)/);
            assert.equal(done.result._meta?.['io.modelcontextprotocol/related-task'], undefined);
        });

        test(`without the extension is told that the tool of ${server} needs it`, async () => {
            const { status, error } = await send('tools/call', call, {});
            assert.equal(status, 400);
            assert.equal(error.code, -32021);
            assert.deepEqual(error.data.requiredCapabilities, { extensions: { [extension]: {} } });
        });

        test(`can cancel a task of ${server}`, async () => {
            const { result: created } = await send('tools/call', call);
            const { taskId } = created;
            await send('tasks/cancel', { taskId });
            await become(taskId, 'cancelled');
        });
    }
});

for (const kind of [legacyHttp, legacyStdio])
    for (const [server, call] of Object.entries(calls)) {
        test(`${kind.name} follows a task of ${server} and is asked meanwhile`, async () => {
            let asked = 0;
            const onElicit = () => {
                asked += 1;
                return answer;
            };
            const client = await connectTo(gateway, kind, { onElicit });
            try {
                await client.listTools();
                const statuses = new Set();
                let result;
                const options = { task: { ttl: 60_000 } };
                const stream = client.experimental.tasks.callToolStream(call, undefined, options);
                for await (const message of stream) {
                    if (message.task) statuses.add(message.task.status);
                    if (message.type === 'error') throw message.error;
                    if (message.type === 'result') result = message.result;
                }
                assert.match(textOf(result), /\(technical\)/);
                assert.ok(statuses.has('working') && statuses.has('input_required'));
                assert.equal(asked, 1);
                const { tasks } = await client.experimental.tasks.listTasks();
                assert.deepEqual(
                    tasks.map(({ status }) => status),
                    ['completed'],
                );
            } finally {
                await client.close();
            }
        });
    }

test('a call that the client does not know as a task is waited for', async () => {
    const client = await connectTo(gateway, legacyHttp, { onElicit: () => answer });
    try {
        const result = await client.callTool(calls['a modern server over HTTP']);
        assert.match(textOf(result), /\(technical\)/);
    } finally {
        await client.close();
    }
});
