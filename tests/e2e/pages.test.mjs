// SPDX-License-Identifier: Apache-2.0
// Lists in pages: one cursor leads through the lists of all servers.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { allClients, connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { demoServer, fixtureServer } from './support/servers.mjs';

const pageItems = 3;
const children = async () => [
    fixtureServer('legacy', 'old'),
    demoServer(),
    fixtureServer('modern', 'new'),
];
const lists = [
    { method: 'tools/list', key: 'tools', id: 'name' },
    { method: 'prompts/list', key: 'prompts', id: 'name' },
    { method: 'resources/list', key: 'resources', id: 'uri' },
    { method: 'resources/templates/list', key: 'resourceTemplates', id: 'uriTemplate' },
];
const calls = {
    'tools/list': 'listTools',
    'prompts/list': 'listPrompts',
    'resources/list': 'listResources',
    'resources/templates/list': 'listResourceTemplates',
};

/// One page; the SDK of 2.x reads all of them by itself when it is not given a cursor.
const page = (client, { method }, cursor) => client[calls[method]]({ cursor });

async function pagesOf(client, list) {
    const pages = [];
    let cursor;
    do {
        const result = await page(client, list, cursor);
        pages.push(result[list.key]);
        cursor = result.nextCursor;
    } while (cursor !== undefined);
    return pages;
}

let paged;
let whole;
before(async () => {
    paged = await startGateway({
        expose: 'both',
        children,
        settings: { limits: { list_page_items: pageItems } },
    });
    whole = await startGateway({ expose: 'both', children });
});
after(async () => {
    await paged?.stop();
    await whole?.stop();
});

for (const kind of allClients) {
    describe(kind.name, () => {
        let client;
        let reference;
        before(async () => {
            client = await connectTo(paged, kind);
            reference = await connectTo(whole, kind);
        });
        after(async () => {
            await client?.close();
            await reference?.close();
        });

        for (const list of lists) {
            test(`reads ${list.method} in pages that make up the whole list`, async () => {
                const expected = (await pagesOf(reference, list)).flat();
                const read = await pagesOf(client, list);
                assert.deepEqual(read.flat(), expected);
                assert.equal(new Set(expected.map((item) => item[list.id])).size, expected.length);
            });
        }
    });
}

for (const kind of [legacyHttp, modernHttp]) {
    test(`${kind.name}: a cursor serves its own list and endpoint only`, async () => {
        const client = await connectTo(paged, kind);
        const { tools, nextCursor } = await (kind.era === 'legacy'
            ? client.listTools({})
            : client.request({ method: 'tools/list', params: {} }));
        assert.equal(tools.length, pageItems);
        const refused = (other, list, cursor) =>
            assert.rejects(page(other, list, cursor), ({ code, message }) => {
                assert.equal(code, -32602);
                assert.match(message, /begin again without a cursor/);
                return true;
            });
        await refused(client, lists[1], nextCursor);
        await refused(client, lists[0], `${nextCursor}A`);
        await refused(client, lists[0], '');
        await client.close();
    });
}
