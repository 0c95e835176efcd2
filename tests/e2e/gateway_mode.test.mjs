// SPDX-License-Identifier: Apache-2.0
// expose = "gateway": every client reaches every server through the gateway's own tools.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { checkListed, checkRefused, textOf, use } from './support/actions.mjs';
import { allClients, connectTo } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { direct, executed as route } from './support/routes.mjs';
import { serverNames } from './support/servers.mjs';

const ownTools = [
    'close_child_session',
    'execute_child_tool',
    'get_child_status',
    'get_schema',
    'list_registered_children',
    'run_workflow',
];

let gateway;
before(async () => {
    gateway = await startGateway({ expose: 'gateway' });
});
after(() => gateway?.stop());

for (const kind of allClients) {
    describe(kind.name, () => {
        let client;
        before(async () => {
            client = await connectTo(gateway, kind);
        });
        after(() => client?.close());

        const ask = async (tool, args = {}) => {
            const result = await direct.call(client, 'gateway', tool, args);
            assert.notEqual(result.isError, true, textOf(result));
            return result;
        };

        test('sees exactly the tools of the gateway', async () => {
            const { tools } = await client.listTools();
            assert.deepEqual(tools.map(({ name }) => name).sort(), ownTools);
            for (const tool of tools) {
                assert.equal(tool.inputSchema.type, 'object', tool.name);
                assert.ok(tool.outputSchema, tool.name);
                // Modern results may be structured otherwise, so what passes a child's result on
                // promises no type to modern clients.
                if (kind.era === 'legacy' || tool.name !== 'execute_child_tool') {
                    assert.equal(tool.outputSchema.type, 'object', tool.name);
                }
                assert.ok(tool.description?.length > 20, tool.name);
            }
            assert.deepEqual(
                (await client.listPrompts().catch(() => ({ prompts: [] }))).prompts,
                [],
            );
        });

        test('lists the registered children', async () => {
            const result = await ask('list_registered_children');
            const text = JSON.stringify(result.structuredContent) + textOf(result);
            for (const name of serverNames) assert.ok(text.includes(name), name);
        });

        for (const server of serverNames) {
            test(`finds and uses the tools of ${server}`, async () => {
                await checkListed(route, client, server);
                const tag = `gateway-${kind.name.replace(/\W+/g, '-')}`;
                await use[server](route, client, { files: gateway.config.files, tag });
            });
        }

        test('reads the state of a running child, but not its environment', async () => {
            const { structuredContent } = await ask('get_child_status', { server_id: 'memory' });
            assert.equal(structuredContent.status, 'running');
            assert.ok(structuredContent.pid > 1);
            assert.ok(!JSON.stringify(structuredContent).includes('memory.jsonl'));
        });

        test('gets the schema of one child with its resources and prompts', async () => {
            const { structuredContent } = await ask('get_schema', { server_id: 'everything' });
            assert.ok(structuredContent.prompts.some(({ name }) => name === 'args-prompt'));
            assert.ok(structuredContent.resources.length >= 7);
            assert.ok(
                JSON.stringify(structuredContent).includes(
                    'demo://resource/dynamic/text/{resourceId}',
                ),
            );
        });

        test('cuts a long text as asked and says so', async () => {
            const read = (limits) =>
                ask('execute_child_tool', {
                    server_id: 'demo',
                    tool_name: 'large_text',
                    arguments: { lines: 1000 },
                    ...limits,
                });
            const head = textOf(await read({ head: 3, tail: 0 }));
            assert.match(head, /^line 1\nline 2\nline 3\n/);
            assert.ok(!head.includes('line 1000'));
            assert.match(head, /997/);
            const both = textOf(await read({ head: 2, tail: 2 }));
            assert.match(both, /^line 1\nline 2\n/);
            assert.match(both.trimEnd(), /line 999\nline 1000$/);
            assert.ok(!both.includes('line 500'));
        });

        test('accepts the older names of the arguments', async () => {
            const result = await ask('execute_child_tool', {
                child_name: 'demo',
                tool_name: 'echo',
                tool_args: { message: 'older' },
            });
            assert.equal(textOf(result), 'older');
        });

        test('is told what went wrong, by name', async () => {
            await checkRefused(route.call(client, 'absent', 'echo', {}), /SERVER_NOT_FOUND/);
            await checkRefused(route.call(client, 'demo', 'absent', {}), /TOOL_NOT_FOUND/);
            await checkRefused(
                direct.call(client, 'gateway', 'execute_child_tool', { server_id: 'demo' }),
                /INVALID_ARGS/,
            );
            await checkRefused(
                direct.call(client, 'gateway', 'no_such_tool', {}),
                /no_such_tool|unknown tool/i,
            );
        });

        test('reads the summary resources', async () => {
            const { resources } = await client.listResources();
            const uris = resources.map(({ uri }) => uri).sort();
            assert.deepEqual(uris, ['mcp://children_servers', 'mcp://server_summary']);
            for (const uri of uris) {
                const { contents } = await client.readResource({ uri });
                for (const name of serverNames)
                    assert.ok(contents[0].text.includes(name), `${uri}: ${name}`);
            }
        });
    });
}
