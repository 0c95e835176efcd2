// SPDX-License-Identifier: Apache-2.0
// Whatever a server says of itself and lists, clients get lists that are valid, and whole but for
// what nobody could use. MCPGW_ODD_MESSAGES and MCPGW_ODD_SEED are as in support/odd_tests.mjs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { legacyHttp, modernHttp, modernRevision } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { randomFrom, sampleOf } from './support/mutations.mjs';
import {
    healthyEntries,
    serverOfOddEntries,
    serversSayingOddly,
    startOf,
} from './support/odd_lists.mjs';
import { eras, exchange, openClient, openClients } from './support/odd_run.mjs';

const isWhole = process.env.MCPGW_ODD_MESSAGES === 'all';
const seed = Number(process.env.MCPGW_ODD_SEED ?? 1);
const random = randomFrom(seed);
const entriesOfKind = 6;
const atOnce = 12; // processes of one gateway
const shownMax = 20;

const chooser = (most) => (list) => (isWhole ? list : sampleOf(list, most, random));

function* batchesOf(list) {
    for (let at = 0; at < list.length; at += atOnce) yield list.slice(at, at + atOnce);
}

/// One gateway with these servers, for as long as `use(gateway, clients)` runs.
async function withGateway(servers, open, use) {
    const children = startOf(servers);
    const gateway = await startGateway({ expose: 'all', children, isRecorded: false });
    let clients = [];
    try {
        clients = await open(gateway);
        await use(clients);
    } finally {
        for (const { client } of clients) await client.close();
        await gateway.stop();
    }
}

const listing = {
    'tools/list': ['listTools', 'tools'],
    'prompts/list': ['listPrompts', 'prompts'],
    'resources/list': ['listResources', 'resources'],
    'resources/templates/list': ['listResourceTemplates', 'resourceTemplates'],
};

/// All pages of one list, and what is wrong with them.
async function readList(peer, method) {
    const [read, key] = listing[method];
    const found = [];
    const problems = [];
    let cursor;
    do {
        const page = await exchange(peer, () => peer.client[read](cursor ? { cursor } : {}));
        problems.push(...page.problems);
        found.push(...(page.result?.[key] ?? []));
        cursor = page.result?.nextCursor;
    } while (cursor);
    return { found, problems };
}

const callHealthy = (peer, name) =>
    exchange(peer, () => peer.client.callTool({ name, arguments: {} }));

function assertNone(faults) {
    const shown = faults.slice(0, shownMax).join('\n');
    assert.ok(faults.length === 0, `${faults.length} faults, seed ${seed}\n${shown}`);
}

for (const era of eras) {
    test(`odd entries cost a client of a ${era} server none of the others`, async (t) => {
        const server = serverOfOddEntries(era, chooser(entriesOfKind));
        await withGateway([server], openClients, async (clients) => {
            const faults = [];
            for (const peer of clients) {
                for (const [method, healthy] of Object.entries(healthyEntries)) {
                    const { found, problems } = await readList(peer, method);
                    t.diagnostic(`${peer.revision}, ${method}: ${found.length} entries`);
                    faults.push(...problems.map((p) => `${method} to ${peer.revision}: ${p}`));
                    const isThere = found.some(
                        ({ name }) => name === healthy.name || name === `${server.name}__healthy`,
                    );
                    if (!isThere) faults.push(`${method} to ${peer.revision}: no healthy entry`);
                }
                const name = `${server.name}__healthy`;
                const call = await callHealthy(peer, name);
                faults.push(...call.problems);
                if (!call.result?.content?.length) faults.push(`${name}: ${call.failure}`);
            }
            assertNone(faults);
        });
    });

    test(`odd words of ${era} servers lead to valid lists or a named error`, async (t) => {
        const servers = serversSayingOddly(era, chooser(1));
        t.diagnostic(`${servers.length} servers, seed ${seed}`);
        const open = async (gateway) => [
            await openClient(gateway, legacyHttp, '2025-11-25'),
            await openClient(gateway, modernHttp, modernRevision),
        ];
        const faults = [];
        for (const batch of batchesOf(servers))
            await withGateway(batch, open, async (clients) => {
                for (const peer of clients) {
                    const { problems } = await readList(peer, 'tools/list');
                    faults.push(...problems.map((p) => `the list to ${peer.revision}: ${p}`));
                    for (const { name, what } of batch) {
                        const tool = `${name}__healthy`;
                        const call = await callHealthy(peer, tool);
                        const isNamed = typeof call.failure?.code === 'number';
                        if (!call.result?.content?.length && !isNamed)
                            faults.push(`${what}: the call gives ${call.failure}`);
                        for (const problem of call.problems) faults.push(`${what}: ${problem}`);
                    }
                }
            });
        assertNone(faults);
    });
}
