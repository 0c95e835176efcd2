// SPDX-License-Identifier: Apache-2.0
// The servers and clients alone, without a gateway: when this fails, the cause is not the gateway.

import { after, before, describe, test } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { checkListed, checkRefused, use } from './support/actions.mjs';
import { legacyStdio, modernStdio, negotiatingStdio } from './support/clients.mjs';
import { direct } from './support/routes.mjs';
import { demoServer, realServers } from './support/servers.mjs';

const cases = {
    everything: [legacyStdio, negotiatingStdio],
    filesystem: [legacyStdio],
    memory: [legacyStdio],
    demo: [legacyStdio, modernStdio],
};

describe('without the gateway', () => {
    let directory;
    let servers;
    before(async () => {
        directory = await mkdtemp(join(tmpdir(), 'mcp-gateway-e2e-'));
        servers = [...(await realServers(directory)), demoServer()];
    });
    after(() => rm(directory, { recursive: true, force: true }));

    for (const [server, clients] of Object.entries(cases)) {
        for (const kind of clients) {
            test(`${kind.name} uses ${server}`, async () => {
                const client = await kind.connect(servers.find(({ name }) => name === server));
                try {
                    await checkListed(direct, client, server);
                    await use[server](direct, client, {
                        files: join(directory, 'files'),
                        tag: 'direct',
                    });
                    await checkRefused(direct.call(client, server, 'no_such_tool'), /no_such_tool/);
                } finally {
                    await client.close();
                }
            });
        }
    }
});
