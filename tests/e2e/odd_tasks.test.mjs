// SPDX-License-Identifier: Apache-2.0
// Whatever a server says of its tasks, clients of both eras get what their revision allows, and the
// server goes on. MCPGW_ODD_MESSAGES and MCPGW_ODD_SEED are as in support/odd_tests.mjs.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';

import { legacyHttp, modernRevision } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { mutationsOf, randomFrom, sampleOf } from './support/mutations.mjs';
import { eras, exchange, oddServer, openClient } from './support/odd_run.mjs';
import { taskAnswers, taskMessages } from './support/odd_tasks.mjs';
import { node } from './support/paths.mjs';
import { makeHop, recordFetch } from './support/wire.mjs';

const isWhole = process.env.MCPGW_ODD_MESSAGES === 'all';
const seed = Number(process.env.MCPGW_ODD_SEED ?? 1);
const shownMax = 20;
const answerLimitMs = 20_000; // what hangs fails
const extension = 'io.modelcontextprotocol/tasks';

const revisionOf = { legacy: '2025-11-25', modern: modernRevision };
const children = (directory) =>
    Promise.all(
        eras.map(async (era) => {
            const file = join(directory, `${era}.json`);
            await writeFile(file, JSON.stringify(taskAnswers[era]));
            const args = [oddServer, revisionOf[era], file];
            return { name: era, command: node, args, era, instances: { max: 1 } };
        }),
    );

/// A client of the SDK: { peer, send(method, params) }, which gives a result or throws.
async function openLegacy(gateway) {
    const peer = await openClient(gateway, legacyHttp, revisionOf.legacy);
    const limits = { timeout: answerLimitMs };
    const send = (method, params) => peer.client.request({ method, params }, ResultSchema, limits);
    return { peer, send, task: { ttl: 60_000 }, close: () => peer.client.close() };
}

/// The SDK of the modern era has no tasks: its requests are made by hand.
function openModern(gateway) {
    const hop = makeHop('to a modern client with tasks');
    const recorded = recordFetch(hop);
    const peer = { client: { hop }, revision: modernRevision, era: 'modern', errors: [] };
    const capabilities = { elicitation: {}, extensions: { [extension]: {} } };
    let id = 0;
    async function send(method, params) {
        const _meta = {
            'io.modelcontextprotocol/protocolVersion': modernRevision,
            'io.modelcontextprotocol/clientCapabilities': capabilities,
        };
        const reply = await recorded(gateway.url, {
            method: 'POST',
            headers: {
                accept: 'application/json, text/event-stream',
                'content-type': 'application/json',
                'mcp-protocol-version': modernRevision,
                'mcp-method': method,
                'mcp-name': params.name ?? params.taskId ?? '',
            },
            body: JSON.stringify({
                jsonrpc: '2.0',
                id: ++id,
                method,
                params: { ...params, _meta },
            }),
            signal: AbortSignal.timeout(answerLimitMs),
        });
        const { result, error } = await reply.json();
        if (error) throw Object.assign(new Error(error.message), error);
        return result;
    }
    return { peer, send, close() {} };
}

const line = (result) => `{"jsonrpc":"2.0","id":@id@,"result":${result}}`;
let tasksMade = 0;
const filled = (text) =>
    line(
        text.replaceAll('"@task@"', '@task@').replaceAll('"@new@"', `"task-${++tasksMade}"`),
    );

describe(`odd messages about tasks, seed ${seed}`, () => {
    let gateway;
    let clients;
    before(async () => {
        gateway = await startGateway({ expose: 'all', children, isRecorded: false });
        clients = { legacy: await openLegacy(gateway), modern: openModern(gateway) };
    });
    after(async () => {
        for (const client of Object.values(clients ?? {})) await client.close();
        await gateway?.stop();
    });

    /// What is wrong with what `client` gets of one mutated message of the server `era`.
    async function tryOne(client, era, { via }, { text }) {
        const { peer, send, task } = client;
        const call = (tool, args, more) =>
            send('tools/call', { name: `${era}__${tool}`, arguments: args, ...more });
        const create = (lines) => call('say', { lines }, task && { task });
        const [{ value: ordinary }] = taskMessages[era];
        const run = async () => {
            if (via === 'creation') return create([filled(text)]);
            await call('arm', { method: via, lines: [filled(text)] });
            const made = await create([filled(JSON.stringify(ordinary))]);
            const taskId = made.task?.taskId ?? made.taskId;
            assert.ok(taskId, `no task was made: ${JSON.stringify(made)}`);
            // A modern client gets the result with the task, a legacy one asks for it.
            const isAsked = via === 'tasks/result' && peer.era === 'modern';
            const first = await send(isAsked ? 'tasks/get' : via, { taskId });
            if (via === 'tasks/get' && peer.era === 'legacy' && era === 'modern')
                await send('tasks/result', { taskId });
            return first;
        };
        const { problems, failure } = await exchange(peer, run);
        if (failure && failure.code === undefined) problems.push(`no named error: ${failure}`);
        const healthy = await exchange(peer, () => call('healthy', {}));
        if (!healthy.result?.content) problems.push(`then the server fails: ${healthy.failure}`);
        return [...problems, ...healthy.problems];
    }

    for (const era of eras)
        for (const clientEra of eras)
            test(`of a ${era} server leave nothing odd to a ${clientEra} client`, async (t) => {
                const random = randomFrom(seed);
                const faults = [];
                let count = 0;
                for (const message of taskMessages[era]) {
                    const all = [...mutationsOf(message.value)];
                    for (const mutation of isWhole ? all : sampleOf(all, 1, random)) {
                        count += 1;
                        const found = await tryOne(clients[clientEra], era, message, mutation);
                        const what = `${message.name}, ${mutation.path} ${mutation.kind}`;
                        faults.push(...found.map((problem) => `${what}: ${problem}`));
                    }
                }
                t.diagnostic(`${count} messages, seed ${seed}`);
                const shown = faults.slice(0, shownMax).join('\n');
                assert.ok(faults.length === 0, `${faults.length} faults, seed ${seed}\n${shown}`);
            });
});
