// SPDX-License-Identifier: Apache-2.0
// A short run over everything that moves bytes: for binaries that are too slow for all tests.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { checkListed, checkRefused, textOf, use } from './support/actions.mjs';
import {
    connectTo,
    legacyHttp,
    legacySse,
    legacyStdio,
    modernHttp,
    modernStdio,
} from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { executed, merged } from './support/routes.mjs';
import { demoServer, realServers } from './support/servers.mjs';

let gateway;
before(async () => {
    gateway = await startGateway({
        expose: 'both',
        children: async (directory) => [(await realServers(directory))[0], demoServer()],
    });
});
after(() => gateway?.stop());

for (const kind of [legacyHttp, legacySse, legacyStdio, modernHttp, modernStdio]) {
    test(`${kind.name} uses both ways to a server`, async () => {
        const client = await connectTo(gateway, kind);
        try {
            for (const route of [merged, executed]) {
                await checkListed(route, client, 'demo');
                await use.demo(route, client, {});
                await use.everything(route, client, {});
            }
        } finally {
            await client.close();
        }
    });

    test(`${kind.name} gives up a call, and the next one works`, async () => {
        const client = await connectTo(gateway, kind);
        try {
            const stop = new AbortController();
            const call = merged.call(
                client,
                'demo',
                'wait',
                { seconds: 300, steps: 1000 },
                {
                    signal: stop.signal,
                    onprogress: () => stop.abort(new Error('enough')),
                },
            );
            await assert.rejects(call);
            assert.equal(
                textOf(await merged.call(client, 'demo', 'echo', { message: 'next' })),
                'next',
            );
        } finally {
            await client.close();
        }
    });
}

test('a child that dies is reported and replaced', async () => {
    const client = await connectTo(gateway, modernHttp);
    try {
        await checkRefused(merged.call(client, 'demo', 'crash'), /CONNECTION_LOST|SERVER_FAILED/);
        const status = await client.callTool({
            name: 'get_child_status',
            arguments: { server_id: 'demo' },
        });
        assert.notEqual(status.isError, true, textOf(status));
    } finally {
        await client.close();
    }
});
