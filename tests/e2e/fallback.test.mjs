// SPDX-License-Identifier: Apache-2.0
// A server that has died is answered for by another one.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { checkRefused, textOf } from './support/actions.mjs';
import { connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { executed, merged } from './support/routes.mjs';
import { demoServer } from './support/servers.mjs';

const key = 'mcp-gateway/answered_by';

/// One death opens the breaker of the first server, for longer than any test takes.
const servers = async () => [
    {
        ...demoServer(),
        name: 'first',
        start: 'lazy',
        breaker: { threshold: 1, timeout: 3600 },
        fallback: [{ server: 'second' }],
        tools: {
            crash: { fallback: [] },
            echo: {
                fallback: [
                    { server: 'second', arguments: { message: 'instead: {{message}}' } },
                ],
            },
        },
    },
    { ...demoServer(), name: 'second' },
];

for (const [era, kind] of Object.entries({ legacy: legacyHttp, modern: modernHttp })) {
    describe(`a ${era} client of a server that has died`, () => {
        test('is answered by the fallback, and told so', async () => {
            const gateway = await startGateway({ expose: 'both', children: servers });
            const client = await connectTo(gateway, kind);
            try {
                const own = await merged.call(client, 'first', 'echo', { message: 'a' });
                assert.equal(textOf(own), 'a');
                assert.equal(own._meta?.[key], undefined);
                await checkRefused(merged.call(client, 'first', 'crash'), /CONNECTION_LOST/);

                const begun = Date.now();
                const other = await merged.call(client, 'first', 'echo', { message: 'b' });
                const took = Date.now() - begun;
                assert.equal(textOf(other), 'instead: b');
                assert.deepEqual(other._meta[key], {
                    server: 'second',
                    tool: 'echo',
                    because: 'CIRCUIT_OPEN',
                });
                assert.ok(took < 2_000, `${took} ms, though nothing was to be waited for`);

                const sum = await executed.call(client, 'first', 'add', { a: 1, b: 2 });
                assert.equal(sum.structuredContent.sum, 3);
                assert.equal(sum._meta[key].server, 'second');
                const refused = merged.call(client, 'first', 'crash');
                await checkRefused(refused, /CIRCUIT_OPEN|left alone/);
                assert.match(gateway.log(), /server 'first' failed \(CIRCUIT_OPEN\); 'echo' of/);
            } finally {
                await client.close();
                await gateway.stop();
            }
        });
    });
}
