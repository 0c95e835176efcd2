// SPDX-License-Identifier: Apache-2.0
// Workflows over real servers, by clients of all eras: results that are handed on, a question in
// the middle, progress, cancellation, and a server that dies.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { textOf } from './support/actions.mjs';
import { allClients, connectTo } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { direct } from './support/routes.mjs';
import { allServers, demoServer } from './support/servers.mjs';

const run = (client, args, options) =>
    direct.call(client, 'gateway', 'run_workflow', args, options);

function checkDone(result) {
    assert.notEqual(result.isError, true, textOf(result));
    assert.equal(result.structuredContent.status, 'completed');
    return result.structuredContent;
}

let gateway;
before(async () => {
    gateway = await startGateway({
        expose: 'gateway',
        // Each is killed once.
        children: async (directory) => [
            ...(await allServers(directory)),
            ...allClients.map((_, i) => ({ ...demoServer(), name: `mortal${i}` })),
        ],
    });
});
after(() => gateway?.stop());

for (const [index, kind] of allClients.entries()) {
    describe(kind.name, () => {
        let client;
        let asked = [];
        before(async () => {
            client = await connectTo(gateway, kind, {
                onElicit: (params) => {
                    asked.push(params.message);
                    return { action: 'accept', content: { answer: `yes to ${params.message}` } };
                },
            });
        });
        after(() => client?.close());

        // A gateway over stdio has files of its own directory, which is the same one.
        const file = (name) =>
            join(gateway.config.files, `${kind.name.replaceAll(' ', '-')}-${name}`);

        test('runs a plain list of server, tool and args over three servers', async () => {
            const path = file('plain.txt');
            const name = `plain ${kind.name}`;
            const result = await run(client, {
                workflow: [
                    { server: 'everything', tool: 'echo', args: { message: 'hello' } },
                    {
                        server: 'memory',
                        tool: 'create_entities',
                        args: {
                            entities: [{ name, entityType: 'test', observations: ['seen'] }],
                        },
                    },
                    { server: 'filesystem', tool: 'write_file', args: { path, content: 'done' } },
                ],
            });
            const { output, steps } = checkDone(result);
            assert.deepEqual(Object.keys(output), ['step1', 'step2', 'step3']);
            assert.match(output.step1, /hello/);
            assert.equal(steps.step3.status, 'done');
            assert.equal(await readFile(path, 'utf8'), 'done');
        });

        test('hands results on through expressions', async () => {
            const path = file('sum.txt');
            const result = await run(client, {
                steps: [
                    {
                        id: 'sum',
                        server: 'demo',
                        tool: 'add',
                        arguments: { a: '${params.a}', b: 2 },
                    },
                    {
                        id: 'write',
                        server: 'filesystem',
                        tool: 'write_file',
                        arguments: {
                            path: '${params.path}',
                            content: 'The sum is ${steps.sum.sum}',
                        },
                    },
                    {
                        id: 'read',
                        server: 'filesystem',
                        tool: 'read_text_file',
                        arguments: { path: '${params.path}' },
                        depends_on: ['write'],
                    },
                    {
                        id: 'each',
                        server: 'demo',
                        tool: 'echo',
                        for_each: '${["a", "b", string(steps.sum.sum)]}',
                        arguments: { message: '${index}: ${item}' },
                    },
                    {
                        id: 'never',
                        server: 'demo',
                        tool: 'crash',
                        arguments: {},
                        when: 'steps.sum.sum > 100',
                    },
                ],
                params: { a: 40, path },
                output: {
                    text: '${steps.read.content}',
                    list: '${steps.each}',
                    n: '${steps.sum.sum}',
                },
            });
            const { output, steps } = checkDone(result);
            assert.deepEqual(output, {
                text: 'The sum is 42',
                list: ['0: a', '1: b', '2: 42'],
                n: 42,
            });
            assert.equal(steps.never.status, 'skipped');
        });

        test('goes on where it stood after a question, and runs nothing twice', async () => {
            asked = [];
            const name = `asked ${kind.name}`;
            const entity = (n) => [{ name: `${name} ${n}`, entityType: 'test', observations: [] }];
            const result = await run(client, {
                workflow: [
                    {
                        id: 'before',
                        server: 'memory',
                        tool: 'create_entities',
                        args: { entities: entity('before') },
                    },
                    {
                        id: 'ask',
                        server: 'demo',
                        tool: 'ask',
                        args: { question: `first of ${name}` },
                        depends_on: ['before'],
                    },
                    {
                        id: 'sure',
                        ask: {
                            message: 'second after ${steps.ask.action}',
                            schema: {
                                type: 'object',
                                properties: { answer: { type: 'string' } },
                            },
                        },
                    },
                    {
                        id: 'after',
                        server: 'memory',
                        tool: 'create_entities',
                        args: { entities: entity('after') },
                        depends_on: ['sure'],
                    },
                ],
                output: ['${steps.before}', '${steps.sure.content.answer}', '${steps.after}'],
            });
            const { output } = checkDone(result);
            assert.deepEqual(asked, [`first of ${name}`, 'second after accept']);
            assert.equal(output[1], 'yes to second after accept');
            // The server makes each entity once and lists only those that are new.
            assert.match(JSON.stringify(output[0]), /before/);
            assert.match(JSON.stringify(output[2]), /after/);
        });

        test('tells how far it is', async () => {
            const told = [];
            const result = await run(
                client,
                {
                    workflow: [
                        { server: 'demo', tool: 'echo', args: { message: 'a' } },
                        { server: 'demo', tool: 'wait', args: { seconds: 0.05, steps: 4 } },
                        { server: 'demo', tool: 'echo', args: { message: 'b' } },
                    ],
                },
                { onprogress: (progress) => told.push(progress) },
            );
            checkDone(result);
            assert.ok(told.length >= 3, JSON.stringify(told));
            assert.ok(told.every(({ total }) => total === 3));
            assert.ok(
                told.slice(1).every(({ progress }, i) => progress > told[i].progress),
                JSON.stringify(told),
            );
            assert.ok(
                told.some(({ progress }) => !Number.isInteger(progress)),
                'nothing from inside of a step',
            );
        });

        test('says what was done when a server dies', async () => {
            const result = await run(client, {
                workflow: [
                    { id: 'first', server: 'demo', tool: 'echo', args: { message: 'kept' } },
                    {
                        id: 'dies',
                        server: `mortal${index}`,
                        tool: 'crash',
                        args: {},
                        depends_on: ['first'],
                    },
                    {
                        id: 'last',
                        server: 'demo',
                        tool: 'echo',
                        args: { message: 'never' },
                        depends_on: ['dies'],
                    },
                ],
                on_abort: [
                    {
                        id: 'undo',
                        server: 'everything',
                        tool: 'echo',
                        args: { message: '${errors.dies}' },
                    },
                ],
            });
            assert.equal(result.isError, true);
            const { status, error, steps, compensation } = result.structuredContent;
            assert.equal(status, 'failed');
            assert.equal(error.code, 'CONNECTION_LOST');
            assert.equal(error.step, 'dies');
            assert.equal(steps.first.output, 'kept');
            assert.equal(steps.last.status, 'not_run');
            assert.equal(compensation.undo.status, 'done');
        });

        test('starts nothing more once it is cancelled', async () => {
            const path = file('cancelled.txt');
            const leaving = new AbortController();
            const call = run(
                client,
                {
                    workflow: [
                        { server: 'demo', tool: 'wait', args: { seconds: 60, steps: 600 } },
                        { server: 'filesystem', tool: 'write_file', args: { path, content: 'x' } },
                    ],
                },
                { signal: leaving.signal, onprogress: () => leaving.abort() },
            );
            await assert.rejects(call);
            // The server is free again: what follows is answered at once.
            checkDone(
                await run(client, {
                    workflow: [{ server: 'demo', tool: 'echo', args: { message: 'x' } }],
                }),
            );
            await assert.rejects(readFile(path), { code: 'ENOENT' });
        });

        test('refuses what is no workflow with all its places', async () => {
            const result = await run(client, {
                workflow: [
                    { server: 'demo', tool: 'echo', args: { message: '${steps.nobody}' } },
                    { server: 'demo', wenn: true },
                ],
            });
            assert.equal(result.isError, true);
            assert.match(textOf(result), /^INVALID_ARGS: .*workflow\[0\]\.arguments\.message/s);
            assert.match(textOf(result), /workflow\[1\]/);
        });
    });
}
