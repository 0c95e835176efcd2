// SPDX-License-Identifier: Apache-2.0
// Servers of SDKs that this machine need not have: their recorded bytes, behind the gateway.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { textOf } from './support/actions.mjs';
import { connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { recordings, startRecorded } from './support/recorded_servers.mjs';
import { merged } from './support/routes.mjs';

const recorded = await recordings();
const servers = {};
let gateway;

before(async () => {
    for (const recording of recorded) servers[recording.name] = await startRecorded(recording);
    gateway = await startGateway({
        expose: 'all',
        children: () => Object.entries(servers).map(([name, { url }]) => ({ name, url })),
    });
});
after(async () => {
    await gateway?.stop();
    for (const server of Object.values(servers)) await server.stop();
});

test('there are recordings of several languages', () => {
    assert.ok(recorded.length >= 8, `${recorded.length} recordings`);
});

test('the list of recorded versions names each recording and no other', async () => {
    const list = await readFile(new URL('recorded/README.md', import.meta.url), 'utf8');
    const rows = list.split('\n').filter((line) => line.startsWith('|') && line.includes('`'));
    const listed = rows.flatMap((row) => {
        const [, version, names] = row.split('|');
        return [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => `${name}: ${version.trim()}`);
    });
    assert.deepEqual(
        listed.sort(),
        recorded.map(({ name, version }) => `${name}: ${version}`).sort(),
    );
});

for (const { name, version } of recorded)
    for (const kind of [legacyHttp, modernHttp])
        test(`${kind.name} lists and calls ${name} (${version})`, async () => {
            const client = await connectTo(gateway, kind);
            try {
                const tools = await merged.list(client, name);
                assert.deepEqual(
                    tools.map((tool) => tool.name),
                    ['echo'],
                );
                for (let i = 0; i < 3; ++i) // over kept connections too
                    assert.equal(
                        textOf(await merged.call(client, name, 'echo', { text: 'hello' })),
                        'hello',
                    );
                const asked = servers[name].heard;
                assert.ok(asked.filter((each) => each === 'initialize').length <= 1, asked.join());
            } finally {
                await client.close();
            }
        });
