// SPDX-License-Identifier: Apache-2.0
// The tests of one `expose`: whatever a server sends, what leaves the gateway is valid.
//
// MCPGW_ODD_MESSAGES=all sends every mutation, otherwise some of each kind; MCPGW_ODD_SEED chooses
// which, and is printed.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startGateway } from './gateway.mjs';
import { randomFrom, sampleOf } from './mutations.mjs';
import { eras, oddServers, openClients, runMutations } from './odd_run.mjs';

const isWhole = process.env.MCPGW_ODD_MESSAGES === 'all';
const seed = Number(process.env.MCPGW_ODD_SEED ?? 1);
const mostOfKind = 1;
const shownMax = 20;

export function testOddMessages(expose) {
    describe(`expose = "${expose}", odd messages from seed ${seed}`, () => {
        let gateway;
        let clients;
        before(async () => {
            gateway = await startGateway({ expose, children: oddServers });
            clients = await openClients(gateway);
        });
        after(async () => {
            for (const { client } of clients ?? []) await client.close();
            await gateway?.stop();
        });

        for (const server of eras)
            for (const era of eras)
                test(`of a ${server} server leave nothing odd to a ${era} client`, async (t) => {
                    const random = randomFrom(seed);
                    const { count, faults } = await runMutations({
                        peers: clients.filter((peer) => peer.era === era),
                        era: server,
                        expose,
                        choose: (list) => (isWhole ? list : sampleOf(list, mostOfKind, random)),
                    });
                    t.diagnostic(`${count} messages, seed ${seed}`);
                    const shown = faults.slice(0, shownMax).join('\n');
                    assert.ok(
                        faults.length === 0,
                        `${faults.length} faults, seed ${seed}\n${shown}`,
                    );
                });
    });
}
