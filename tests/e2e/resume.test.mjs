// SPDX-License-Identifier: Apache-2.0
// Clients that lose their connection in the middle of a call. The SDK of the legacy revisions comes
// back by itself, with Last-Event-ID, and must get what it missed.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { startGateway } from './support/gateway.mjs';
import { demoServer } from './support/servers.mjs';

let gateway;
before(async () => {
    gateway = await startGateway({ expose: 'all', children: async () => [demoServer()] });
});
after(() => gateway?.stop());

/// A fetch that loses the connection of each call after its first bytes; notes what is resumed.
function makeCuttingFetch() {
    const resumed = [];
    const cut = async (url, init) => {
        const lastId = new Headers(init.headers).get('last-event-id');
        if (lastId) resumed.push(lastId);
        if (!init.body?.includes('tools/call')) return fetch(url, init);
        const connection = new AbortController();
        const reply = await fetch(url, { ...init, signal: connection.signal });
        const reader = reply.body.getReader();
        let chunks = 0;
        const body = new ReadableStream({
            async pull(controller) {
                if (chunks++ > 0) {
                    connection.abort();
                    controller.error(new TypeError('the connection was cut'));
                    return;
                }
                controller.enqueue((await reader.read()).value);
            },
        });
        return new Response(body, { status: reply.status, headers: reply.headers });
    };
    return { cut, resumed };
}

async function connect(fetch) {
    const client = new Client({ name: 'cut', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(gateway.url), { fetch }));
    return client;
}

const textOf = (result) => result.content[0].text;

describe('a call whose connection is lost', () => {
    test('is answered, with the progress that was missed', async () => {
        const { cut, resumed } = makeCuttingFetch();
        const client = await connect(cut);
        const progress = [];
        const result = await client.callTool(
            { name: 'demo__wait', arguments: { seconds: 0.4, steps: 4 } },
            undefined,
            { onprogress: (each) => progress.push(each.progress), timeout: 30_000 },
        );
        assert.ok(!result.isError);
        assert.ok(textOf(result).length > 0);
        assert.equal(resumed.length, 1);
        // The last one may share a read with the result, which the SDK then drops.
        assert.deepEqual(progress.slice(0, 3), [...progress].sort((a, b) => a - b).slice(0, 3));
        assert.ok(progress.length >= 3);
        await client.close();
    });

    test('is answered though it had said nothing yet', async () => {
        const { cut, resumed } = makeCuttingFetch();
        const client = await connect(cut);
        const call = { name: 'demo__wait', arguments: { seconds: 1.5 } };
        const result = await client.callTool(call, undefined, { timeout: 30_000 });
        assert.ok(!result.isError);
        assert.equal(resumed.length, 1);
        await client.close();
    });

    test('is one of several', async () => {
        const { cut, resumed } = makeCuttingFetch();
        const client = await connect(cut);
        const results = await Promise.all(
            Array.from({ length: 5 }, (_, i) =>
                client.callTool(
                    { name: 'demo__wait', arguments: { seconds: 1.2 + i / 10 } },
                    undefined,
                    { timeout: 30_000 },
                ),
            ),
        );
        for (const result of results) assert.ok(!result.isError);
        assert.equal(new Set(resumed).size, 5);
        await client.close();
    });
});
