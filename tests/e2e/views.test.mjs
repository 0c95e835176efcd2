// SPDX-License-Identifier: Apache-2.0
// Several faces of one gateway: configs/views.toml, with clients of every kind at each of them.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { textOf } from './support/actions.mjs';
import { allClients, legacyHttp, legacyStdio, modernStdio } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { hasRemoved, willRemove } from './support/orphans.mjs';
import { binary } from './support/paths.mjs';

const example = join(import.meta.dirname, '../../configs/views.toml');

/// The example on a free port, with the program that is tested.
async function makeConfig() {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-gateway-e2e-'));
    willRemove(directory);
    const text = (await readFile(example, 'utf8'))
        .replaceAll('command = "mcp-gateway"', `command = ${JSON.stringify(binary)}`)
        .replace('[gateway]', '[http]\nlisten = "127.0.0.1:0"\n[gateway]\nschema_cache = "off"');
    const file = join(directory, 'views.toml');
    await writeFile(file, text);
    return {
        file,
        stdio: (...more) => ({ command: binary, args: ['stdio', '--config', file, ...more] }),
        async remove() {
            await rm(directory, { recursive: true, force: true });
            hasRemoved(directory);
        },
    };
}

let config;
let gateway;
before(async () => {
    config = await makeConfig();
    gateway = await startGateway({ config });
});
after(async () => {
    await gateway?.stop();
    await config?.remove();
});

/// A client at the endpoint of a view (or of a layer, or a tag).
function connect(kind, place) {
    if (kind.over === 'http') return kind.connect(gateway.at(`/${place}/mcp`));
    if (kind.over === 'sse') return kind.connect(gateway.at(`/${place}/sse`));
    const view = place.slice('views/'.length);
    return kind.connect(config.stdio('--no-attach', '--view', view));
}

const namesOf = async (client) => (await client.listTools()).tools.map(({ name }) => name);

/// What is said of a tool, without its name.
async function refusalOf(client, name) {
    const error = await client.callTool({ name, arguments: {} }).then(
        (result) => assert.fail(JSON.stringify(result)),
        (error) => error,
    );
    return `${error.code} ${error.message}`.replaceAll(name, '');
}

for (const kind of allClients) {
    describe(kind.name, () => {
        test('sees and calls the two tools of a view', async () => {
            const client = await connect(kind, 'views/sums');
            try {
                assert.deepEqual(await namesOf(client), ['add', 'plus_two']);
                const sum = await client.callTool({ name: 'plus_two', arguments: { a: 40 } });
                assert.equal(sum.structuredContent.sum, 42);
                const unknown = await refusalOf(client, 'demo__exho');
                for (const name of ['demo__echo', 'echo', 'archive__plus_two', 'demo__add'])
                    assert.equal(await refusalOf(client, name), unknown);
                assert.ok(client.getServerCapabilities().tools);
            } finally {
                await client.close();
            }
        });

        test('sees nothing that changes anything where that is the view', async () => {
            const client = await connect(kind, 'views/readers');
            try {
                const { tools } = await client.listTools();
                assert.ok(tools.length > 5);
                for (const tool of tools) assert.equal(tool.annotations.readOnlyHint, true);
                assert.match(client.getInstructions(), /^Everything here only reads\./);
                const said = await client.callTool({
                    name: 'demo__echo',
                    arguments: { message: 'm' },
                });
                assert.equal(textOf(said), 'm');
                await assert.rejects(client.callTool({ name: 'demo__crash', arguments: {} }));
            } finally {
                await client.close();
            }
        });

        if (kind.over === 'stdio') return;
        for (const place of ['layers/data', 'tags/internal'])
            test(`sees the servers of ${place}`, async () => {
                const client = await connect(kind, place);
                try {
                    const names = await namesOf(client);
                    assert.ok(names.length > 5);
                    for (const name of names) assert.ok(name.startsWith('archive__'), name);
                } finally {
                    await client.close();
                }
            });
    });
}

describe('over stdio, at a gateway that runs', () => {
    for (const kind of [legacyStdio, modernStdio])
        test(`a ${kind.name} sees its view`, async () => {
            for (const target of [
                config.stdio('--view', 'sums'),
                { command: binary, args: ['stdio', '--url', `${gateway.url}`, '--view', 'sums'] },
            ]) {
                const client = await kind.connect(target);
                try {
                    assert.deepEqual(await namesOf(client), ['add', 'plus_two']);
                    const sum = await client.callTool({ name: 'plus_two', arguments: { a: 1 } });
                    assert.equal(sum.structuredContent.sum, 3);
                } finally {
                    await client.close();
                }
            }
        });
});

describe('endpoints', () => {
    const post = (path, headers = {}) =>
        fetch(gateway.at(path), {
            method: 'POST',
            headers: {
                'content-type': 'application/json',
                accept: 'application/json, text/event-stream',
                ...headers,
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
        });

    test('of a view that is not there say which there are', async () => {
        const answer = await post('/views/sum/mcp');
        assert.equal(answer.status, 404);
        assert.match((await answer.json()).error.message, /there are: readers, sums/);
        const through = await post('/views/sum/mcp', { 'x-forwarded-for': '192.0.2.1' });
        assert.equal(through.status, 404);
        assert.doesNotMatch((await through.json()).error.message, /readers/);
        assert.equal((await post('/layers/none/mcp')).status, 404);
    });

    test('do not take the sessions of each other', async () => {
        const client = await legacyHttp.connect(gateway.at('/views/sums/mcp'));
        try {
            const session = { 'mcp-session-id': client.transport.sessionId };
            assert.equal((await post('/views/sums/mcp', session)).status, 200);
            const unknown = await post('/mcp', { 'mcp-session-id': 'x'.repeat(32) });
            for (const path of ['/mcp', '/views/readers/mcp', '/layers/data/mcp']) {
                const other = await post(path, session);
                assert.equal(other.status, unknown.status);
            }
            assert.equal(unknown.status, 404);
        } finally {
            await client.close();
        }
    });
});
