// SPDX-License-Identifier: Apache-2.0
// Servers that change what they offer: clients that want to know are told, in their own way.

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { after, before, describe, test } from 'node:test';

import {
    PromptListChangedNotificationSchema,
    ResourceUpdatedNotificationSchema,
    ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';

import { allClients, connectTo } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { fixtureServer } from './support/servers.mjs';

const watched = 'test://watched-resource';
const waitLimitMs = 30_000;

const methods = {
    tools: 'notifications/tools/list_changed',
    prompts: 'notifications/prompts/list_changed',
    resource: 'notifications/resources/updated',
};
const schemas = {
    tools: ToolListChangedNotificationSchema,
    prompts: PromptListChangedNotificationSchema,
    resource: ResourceUpdatedNotificationSchema,
};

/// Makes the client listen for everything; emits what comes, by the keys above.
async function listen(client, era) {
    const heard = new EventEmitter();
    for (const what of Object.keys(methods)) {
        const name = era === 'legacy' ? schemas[what] : methods[what];
        client.setNotificationHandler(name, ({ params }) => heard.emit(what, params));
    }
    if (era === 'legacy') {
        await client.subscribeResource({ uri: watched });
    } else {
        const { honoredFilter } = await client.listen({
            toolsListChanged: true,
            promptsListChanged: true,
            resourceSubscriptions: [watched],
        });
        assert.deepEqual(honoredFilter, {
            toolsListChanged: true,
            promptsListChanged: true,
            resourceSubscriptions: [watched],
        });
    }
    return heard;
}

const signal = () => ({ signal: AbortSignal.timeout(waitLimitMs) });

for (const server of ['legacy', 'modern']) {
    describe(`a ${server} server`, () => {
        let gateway;
        before(async () => {
            gateway = await startGateway({
                expose: 'all',
                settings: { gateway: { prefix: 'never' } },
                children: async () => [fixtureServer(server)],
            });
        });
        after(() => gateway?.stop());

        for (const kind of allClients)
            test(`tells a ${kind.name} what changed`, async () => {
                const client = await connectTo(gateway, kind);
                try {
                    const call = (name, args = {}) => client.callTool({ name, arguments: args });
                    const { tools } = await client.listTools();
                    const before = tools.at(-1).description;
                    const heard = await listen(client, kind.era);

                    const toldOfTools = once(heard, 'tools', signal());
                    await call('test_trigger_tool_change');
                    await toldOfTools;
                    const now = (await client.listTools()).tools.at(-1).description;
                    assert.notEqual(now, before);

                    const toldOfPrompts = once(heard, 'prompts', signal());
                    await call('test_trigger_prompt_change');
                    await toldOfPrompts;

                    const toldOfResource = once(heard, 'resource', signal());
                    await call('test_trigger_resource_update', { uri: watched });
                    const [{ uri }] = await toldOfResource;
                    assert.equal(uri, watched);
                } finally {
                    await client.close();
                }
            });
    });
}
