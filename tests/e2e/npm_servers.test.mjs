// SPDX-License-Identifier: Apache-2.0
// Servers from npm as their users have them, directly and through the gateway.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
    ResourceUpdatedNotificationSchema,
    LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';

import { legacyHttp, legacyStdio, modernHttp, modernStdio } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { compareServer } from './support/npm_comparison.mjs';
import { npmCommand, npmServers, startNpmRemote } from './support/npm_servers.mjs';

for (const server of npmServers) {
    compareServer(server, 'stdio', [
        ['own', legacyHttp],
        ['own', modernHttp],
        ['merged', legacyStdio],
        ['merged', modernStdio],
        ['executed', legacyHttp],
        ['executed', modernHttp],
    ]);
    if (!server.http) continue;
    compareServer(server, 'http', [
        ['own', legacyHttp],
        ['merged', modernHttp],
        ['executed', legacyStdio],
    ]);
}

const document = 'demo://resource/static/document/features.md';

/// What comes after `act`, of a kind.
function next(client, schema, act) {
    return new Promise((done, fail) => {
        client.setNotificationHandler(schema, ({ params }) => done(params));
        act().catch(fail);
    });
}

for (const transport of ['stdio', 'http']) {
    describe(`what everything tells unasked, over ${transport}`, () => {
        const server = npmServers.find(({ name }) => name === 'everything');
        let remote;
        let gateway;
        before(async () => {
            if (transport === 'http') remote = await startNpmRemote(server);
            const where = remote ? { url: remote.url.href } : npmCommand(server);
            const children = async () => [{ name: server.name, ...where }];
            gateway = await startGateway({ expose: 'all', children });
        });
        after(async () => {
            await gateway?.stop();
            await remote?.stop();
        });
        const kinds = [legacyHttp, legacyStdio];

        for (const kind of kinds) {
            test(`reaches a ${kind.name} that has asked for it`, async () => {
                const target =
                    kind.over === 'http'
                        ? gateway.at(`/servers/${server.name}/mcp`)
                        : gateway.config.stdio;
                const client = await kind.connect(target, server.who);
                const { tools } = await client.listTools();
                const toggle = (what) => () =>
                    client.callTool({
                        name: tools.find(({ name }) => name.endsWith(what)).name,
                    });
                await client.subscribeResource({ uri: document });
                const changed = await next(
                    client,
                    ResourceUpdatedNotificationSchema,
                    toggle('toggle-subscriber-updates'),
                );
                assert.deepEqual(changed, { uri: document });
                await client.unsubscribeResource({ uri: document });
                await toggle('toggle-subscriber-updates')();

                await client.setLoggingLevel('debug');
                const logged = await next(
                    client,
                    LoggingMessageNotificationSchema,
                    toggle('toggle-simulated-logging'),
                );
                assert.match(logged.data, /message/i);
                await toggle('toggle-simulated-logging')();
                await client.close();
            });
        }
    });
}
