// SPDX-License-Identifier: Apache-2.0
// Tools, prompts and resources as the configuration shows them, to every kind of client.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { textOf } from './support/actions.mjs';
import { allClients, connectTo } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { executed, merged } from './support/routes.mjs';
import { demoServer, fixtureServer } from './support/servers.mjs';

const servers = async () => [
    {
        ...demoServer(),
        tools: {
            add: {
                rename: 'plus_two',
                title: 'Plus two',
                description: 'Adds two.',
                annotations: { destructiveHint: false },
                arguments: { b: { value: 2 } },
            },
            echo: { arguments: { message: { default: 'nothing said' } } },
            crash: { enabled: false },
        },
        prompts: { summarize: { rename: 'sum_up', title: 'Sum up' } },
        resources: { 'demo://greeting': { enabled: false } },
    },
    fixtureServer('legacy'),
];

let gateway;
before(async () => {
    gateway = await startGateway({ expose: 'both', children: servers });
});
after(() => gateway?.stop());

for (const kind of allClients) {
    describe(kind.name, () => {
        let client;
        before(async () => {
            client = await connectTo(gateway, kind);
        });
        after(() => client?.close());

        test('sees tools under their new names, without what is fixed', async () => {
            const { tools } = await client.listTools();
            const named = new Map(tools.map((tool) => [tool.name, tool]));
            assert.ok(!named.has('demo__add') && !named.has('demo__crash'));
            const tool = named.get('demo__plus_two');
            assert.equal(tool.description, 'Adds two.');
            assert.equal(tool.annotations.destructiveHint, false);
            assert.equal(tool.annotations.readOnlyHint, true);
            assert.deepEqual(Object.keys(tool.inputSchema.properties), ['a']);
            assert.deepEqual(tool.inputSchema.required, ['a']);
            const echo = named.get('demo__echo').inputSchema;
            assert.equal(echo.properties.message.default, 'nothing said');
            assert.ok(!echo.required);
        });

        for (const route of [merged, executed]) {
            const way = route === merged ? 'merged' : 'by execute_child_tool';
            test(`calls them, ${way}`, async () => {
                const sum = await route.call(client, 'demo', 'plus_two', { a: 5 });
                assert.equal(sum.structuredContent.sum, 7);
                assert.equal(textOf(await route.call(client, 'demo', 'echo')), 'nothing said');
                const said = await route.call(client, 'demo', 'echo', { message: 'this' });
                assert.equal(textOf(said), 'this');
            });
        }

        test('cannot give what is fixed', async () => {
            const given = merged.call(client, 'demo', 'plus_two', { a: 5, b: 3 });
            await assert.rejects(given, /has no argument `b`/);
            const told = await executed.call(client, 'demo', 'plus_two', { a: 5, b: 3 });
            assert.match(textOf(told), /^INVALID_ARGS: .*has no argument `b`/);
        });

        test('sees prompts and resources in the same way', async () => {
            const { prompts } = await client.listPrompts();
            assert.ok(prompts.some(({ name }) => name === 'demo__sum_up'));
            assert.ok(!prompts.some(({ name }) => name === 'demo__summarize'));
            const got = await client.getPrompt({
                name: 'demo__sum_up',
                arguments: { text: 'much' },
            });
            assert.ok(got.messages.length > 0);
            const { resources } = await client.listResources();
            assert.ok(!resources.some(({ uri }) => uri === 'demo://greeting'));
            await assert.rejects(
                client.readResource({ uri: 'demo://greeting' }),
                /not found|-32002|-32602/i,
            );
        });
    });
}
