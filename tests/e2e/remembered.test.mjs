// SPDX-License-Identifier: Apache-2.0
// A gateway that starts again lists what its servers offered, before they run; and tells clients if
// a server offers something else by now.

import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { allClients, connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { makeConfig, startGateway } from './support/gateway.mjs';
import { node, packages } from './support/paths.mjs';
import { demoServer, fixtureServer, toolsOf } from './support/servers.mjs';

const waitLimitMs = 30_000;
const ran = /server 'fixture' runs/;

/// A life of a gateway with this configuration, with one client.
async function live(config, kind, act) {
    const gateway = await startGateway({ config });
    try {
        const client = await connectTo(gateway, kind);
        try {
            return await act(client, gateway);
        } finally {
            await client.close();
        }
    } finally {
        await gateway.stop();
    }
}

for (const kind of ['legacy', 'modern'])
    describe(`a ${kind} server that is started at its first use`, () => {
        let config;
        let offered;
        before(async () => {
            config = await makeConfig({
                expose: 'all',
                children: async () => [{ ...fixtureServer(kind), start: 'lazy' }],
            });
            offered = await live(config, modernHttp, (client) => client.listTools());
            assert.ok(offered.tools.length > 0);
        });
        after(() => config?.remove());

        for (const over of allClients.filter((client) => client.over !== 'stdio'))
            test(`is listed for a ${over.name} before it runs`, () =>
                live(config, over, async (client, gateway) => {
                    const { tools } = await client.listTools();
                    assert.deepEqual(
                        tools.map(({ name }) => name),
                        offered.tools.map(({ name }) => name),
                    );
                    assert.ok((await client.listPrompts()).prompts.length > 0);
                    assert.doesNotMatch(gateway.log(), ran);
                    const { content } = await client.callTool({
                        name: 'fixture__test_simple_text',
                        arguments: {},
                    });
                    assert.equal(content[0].type, 'text');
                    assert.match(gateway.log(), ran);
                }));

        test('says what it is before it runs', () =>
            live(config, legacyHttp, async (_, gateway) => {
                const alone = await legacyHttp.connect(gateway.at('/servers/fixture/mcp'));
                const { version } = alone.getServerVersion();
                await alone.close();
                assert.equal(typeof version, 'string');
                assert.doesNotMatch(gateway.log(), ran);
            }));
    });

/// A server whose program is another one at its next start.
async function makeChangingServer() {
    const config = await makeConfig({
        expose: 'all',
        settings: { gateway: { prefix: 'never' } },
        children: async (directory) => [
            demoServer(),
            {
                name: 'fixture',
                command: node,
                args: [join(directory, 'server.mjs')],
                start: 'lazy',
            },
        ],
    });
    const become = async (name) => {
        const link = join(config.directory, 'server.mjs');
        await rm(link, { force: true });
        await symlink(join(packages, `server-${name}`, 'dist/index.js'), link);
    };
    return { config, become };
}

describe('a server that was replaced while the gateway was away', () => {
    for (const kind of [legacyHttp, modernHttp])
        test(`tells a ${kind.name} as soon as it runs`, async () => {
            const { config, become } = await makeChangingServer();
            try {
                await become('everything');
                await live(config, kind, (client) => client.listTools());
                await become('memory');
                await live(config, kind, async (client, gateway) => {
                    const names = async () =>
                        (await client.listTools()).tools.map(({ name }) => name);
                    assert.ok((await names()).includes('get-sum'));
                    assert.doesNotMatch(gateway.log(), ran);

                    const heard = new EventEmitter();
                    const isLegacy = kind.era === 'legacy';
                    client.setNotificationHandler(
                        isLegacy
                            ? ToolListChangedNotificationSchema
                            : 'notifications/tools/list_changed',
                        () => heard.emit('tools'),
                    );
                    if (!isLegacy) await client.listen({ toolsListChanged: true });
                    const told = once(heard, 'tools', {
                        signal: AbortSignal.timeout(waitLimitMs),
                    });
                    // It has no such tool any more; but it had to run to say so.
                    await client.callTool({ name: 'get-sum', arguments: { a: 1, b: 2 } }).then(
                        ({ isError }) => assert.ok(isError),
                        () => {},
                    );
                    await told;
                    const now = await names();
                    for (const name of toolsOf.memory) assert.ok(now.includes(name), name);
                    assert.ok(!now.includes('get-sum'));
                });
            } finally {
                await config.remove();
            }
        });
});
