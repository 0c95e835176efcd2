// SPDX-License-Identifier: Apache-2.0
// A server of both eras, which serves one of them in each life of its process: each client speaks
// to it in its own era, and nothing has to be translated.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { textOf } from './support/actions.mjs';
import { connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { fixtureServer } from './support/servers.mjs';
import { childHops } from './support/wire.mjs';

test('a server of both eras gets one process for each', async () => {
    const gateway = await startGateway({
        expose: 'all',
        settings: { gateway: { prefix: 'never' } },
        children: async () => [fixtureServer('dual')],
    });
    try {
        for (const [kind, message] of [
            [legacyHttp, 'from legacy'],
            [modernHttp, 'from modern'],
        ]) {
            const onElicit = () => ({ action: 'accept', content: { response: message } });
            const client = await connectTo(gateway, kind, { onElicit });
            const result = await client.callTool({
                name: 'test_elicitation',
                arguments: { message },
            });
            assert.ok(textOf(result).includes(message), textOf(result));
            await client.close();
        }
        const calls = (await childHops(gateway.config.directory)).flatMap(({ gateway: said }) => {
            const era = said.some(({ method }) => method === 'initialize') ? 'legacy' : 'modern';
            const called = said.filter(({ method }) => method === 'tools/call');
            return called.map(({ params }) => `${era} ${params.arguments.message}`);
        });
        assert.ok(calls.includes('legacy from legacy'), calls.join());
        assert.ok(calls.includes('modern from modern'), calls.join());
        assert.equal(new Set(calls).size, 2, calls.join());
    } finally {
        await gateway.stop();
    }
});

const watched = 'test://watched-resource';

for (const [watcher, actor] of [
    [modernHttp, legacyHttp],
    [legacyHttp, modernHttp],
]) {
    test(`what a ${actor.name} changes is told to a ${watcher.name} that watches it`, async () => {
        const gateway = await startGateway({
            expose: 'all',
            settings: { gateway: { prefix: 'never' } },
            children: async () => [fixtureServer('dual')],
        });
        const watching = await connectTo(gateway, watcher);
        const kind =
            watcher.era === 'legacy'
                ? ResourceUpdatedNotificationSchema
                : 'notifications/resources/updated';
        const told = new Promise((done) =>
            watching.setNotificationHandler(kind, ({ params }) => done(params.uri)),
        );
        if (watcher.era === 'legacy') await watching.subscribeResource({ uri: watched });
        else await watching.listen({ resourceSubscriptions: [watched] });
        const acting = await connectTo(gateway, actor);
        const act = { name: 'test_trigger_resource_update', arguments: { uri: watched } };
        // Its first call may come before the server has heard who watches there.
        let isTold = false;
        told.then(() => (isTold = true));
        while (!isTold) await acting.callTool(act);
        assert.equal(await told, watched);
        await acting.close();
        await watching.close();
        await gateway.stop();
    });
}
