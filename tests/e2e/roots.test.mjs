// SPDX-License-Identifier: Apache-2.0
// Roots of clients at a server that asks for them after its handshake, as the filesystem server
// from npm does: with sharing = "session" each client's own process works in that client's folders.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { textOf } from './support/actions.mjs';
import { connectTo, legacyHttp, legacySse, legacyStdio } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { realServers } from './support/servers.mjs';

const pollMs = 20;

/// The filesystem server, allowed to use a folder of its own until a client says otherwise.
async function children(directory) {
    const servers = await realServers(directory);
    const filesystem = servers.find(({ name }) => name === 'filesystem');
    return [{ ...filesystem, sharing: 'session' }];
}

describe('roots with sharing = "session"', () => {
    let gateway;
    before(async () => {
        gateway = await startGateway({ expose: 'all', children });
    });
    after(() => gateway?.stop());

    async function makeFolder(name) {
        const path = join(gateway.config.directory, name);
        await mkdir(path, { recursive: true });
        await writeFile(join(path, 'whose.txt'), name);
        return path;
    }
    const rootsOf = (paths) => ({
        roots: paths.map((path) => ({ uri: pathToFileURL(path).href })),
    });
    const call = async (client, name, args = {}) =>
        textOf(await client.callTool({ name: `filesystem__${name}`, arguments: args }));
    /// The server looks at the folders in its own time.
    async function waitUntilAllowed(client, path) {
        const late = AbortSignal.timeout(30_000);
        for (;;) {
            const allowed = await call(client, 'list_allowed_directories');
            if (allowed.includes(path)) return allowed;
            assert.ok(!late.aborted, `the server never took the root ${path}: ${allowed}`);
            await pause(pollMs);
        }
    }

    for (const kind of [legacyHttp, legacySse, legacyStdio])
        test(`each ${kind.name} works in its own folders`, async () => {
            const names = ['first', 'second'].map((name) => `${name} of ${kind.over}`);
            const folders = await Promise.all(names.map(makeFolder));
            const clients = await Promise.all(
                folders.map((path) =>
                    connectTo(gateway, kind, { onRoots: async () => rootsOf([path]) }),
                ),
            );
            for (const [i, client] of clients.entries()) {
                const allowed = await waitUntilAllowed(client, folders[i]);
                assert.ok(!allowed.includes(gateway.config.files), 'the configured folder is gone');
                assert.ok(!allowed.includes(folders[1 - i]), 'nobody sees the roots of another');
                const file = join(folders[i], 'whose.txt');
                assert.equal(await call(client, 'read_text_file', { path: file }), names[i]);
            }
            for (const client of clients) await client.close();
        });

    test('a client that changes its roots is asked again', async () => {
        const [before, after] = await Promise.all(['before', 'afterwards'].map(makeFolder));
        let mine = [before];
        const client = await connectTo(gateway, legacyHttp, {
            onRoots: async () => rootsOf(mine),
            tellsOfRoots: true,
        });
        await waitUntilAllowed(client, before);
        mine = [after];
        await client.sendRootsListChanged();
        assert.ok(!(await waitUntilAllowed(client, after)).includes(before));
        await client.close();
    });

    test('a client without roots gets what the configuration allows', async () => {
        const client = await connectTo(gateway, legacyHttp);
        assert.ok((await call(client, 'list_allowed_directories')).includes('/files'));
        await client.close();
    });
});
