// SPDX-License-Identifier: Apache-2.0
// expose = "all": every client sees every server's tools, prompts and resources in one list.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { checkListed, checkRefused, textOf, use } from './support/actions.mjs';
import { allClients, connectTo, legacyHttp, legacyStdio, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { direct, merged as route } from './support/routes.mjs';
import { allServers, serverNames, toolsOf } from './support/servers.mjs';

let gateway;
before(async () => {
    gateway = await startGateway({ expose: 'all' });
});
after(() => gateway?.stop());

for (const kind of allClients) {
    describe(kind.name, () => {
        let client;
        before(async () => {
            client = await connectTo(gateway, kind);
        });
        after(() => client?.close());

        for (const server of serverNames) {
            test(`lists and uses the tools of ${server}`, async () => {
                await checkListed(route, client, server);
                await use[server](route, client, {
                    files: gateway.config.files,
                    tag: `all-${kind.name.replace(/\W+/g, '-')}`,
                });
            });
        }

        test('has one list with valid and distinct names', async () => {
            const names = (await client.listTools()).tools.map(({ name }) => name);
            assert.equal(new Set(names).size, names.length);
            for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
            for (const name of names) {
                assert.ok(serverNames.includes(name.split('__')[0]), `${name} is of no server`);
            }
        });

        test('gets prompts and completions', async () => {
            const { prompts } = await client.listPrompts();
            const find = (suffix) => prompts.find(({ name }) => name.endsWith(`__${suffix}`));
            const weather = await client.getPrompt({
                name: find('args-prompt').name,
                arguments: { city: 'Bergen', state: 'Vestland' },
            });
            assert.equal(weather.messages[0].content.text, "What's weather in Bergen, Vestland?");
            const { completion } = await client.complete({
                ref: { type: 'ref/prompt', name: find('completable-prompt').name },
                argument: { name: 'department', value: 'Eng' },
            });
            assert.deepEqual(completion.values, ['Engineering']);
            assert.ok(find('summarize'), 'the prompt of the demo server');
        });

        test('reads resources, also through a template', async () => {
            const { resources } = await client.listResources();
            const read = async (uri) => (await client.readResource({ uri })).contents[0];
            const find = (name) => resources.find((resource) => resource.name.endsWith(name));
            assert.match((await read(find('architecture.md').uri)).text, /Everything Server/i);
            assert.equal((await read(find('greeting').uri)).mimeType, 'text/plain');
            assert.ok((await read(find('knowledge-graph').uri)).text.includes('entities'));

            const { resourceTemplates } = await client.listResourceTemplates();
            const blobs = resourceTemplates.find(({ name }) =>
                name.endsWith('Dynamic Blob Resource'),
            );
            const blob = await read(blobs.uriTemplate.replace('{resourceId}', '7'));
            assert.match(Buffer.from(blob.blob, 'base64').toString(), /Resource 7/);
            await assert.rejects(
                client.readResource({ uri: 'demo://nowhere' }),
                /not found|-32002|-32602/i,
            );
        });

        test('is refused an unknown tool', async () => {
            await checkRefused(direct.call(client, '', 'demo__absent'), /absent/);
            await checkRefused(direct.call(client, '', 'absent__echo'), /absent/);
            await checkRefused(direct.call(client, '', 'echo'), /echo/);
        });
    });
}

describe('the merged list', () => {
    test('describes each tool as its server does', async () => {
        const servers = await allServers(gateway.config.directory);
        const client = await connectTo(gateway, legacyHttp);
        try {
            for (const server of servers) {
                const alone = await legacyStdio.connect(server);
                const original = await direct.list(alone).finally(() => alone.close());
                const shown = await route.list(client, server.name);
                for (const name of toolsOf[server.name]) {
                    const tool = shown.find((candidate) => candidate.name === name);
                    assert.deepEqual(
                        tool,
                        original.find((candidate) => candidate.name === name),
                    );
                }
            }
        } finally {
            await client.close();
        }
    });
});

describe('the endpoint of one server', () => {
    for (const kind of [legacyHttp, modernHttp]) {
        test(`serves it alone, without prefixes, to a ${kind.name}`, async () => {
            const client = await kind.connect(gateway.at('/servers/everything/mcp'));
            try {
                await checkListed(direct, client, 'everything');
                assert.equal(
                    textOf(await direct.call(client, '', 'echo', { message: 'alone' })),
                    'Echo: alone',
                );
                const names = (await client.listTools()).tools.map(({ name }) => name);
                assert.ok(!names.some((name) => name.includes('__')), names.join());
                assert.ok(
                    (await client.listPrompts()).prompts.some(({ name }) => name === 'args-prompt'),
                );
            } finally {
                await client.close();
            }
        });
    }

    test('is not there for an unknown server', async () => {
        const reply = await fetch(gateway.at('/servers/absent/mcp'), {
            method: 'POST',
            body: '{}',
        });
        assert.equal(reply.status, 404);
    });
});
