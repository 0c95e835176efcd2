// SPDX-License-Identifier: Apache-2.0
// Clients that choose the same ids and progress tokens at the same time, by hand-written HTTP.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startGateway } from './support/gateway.mjs';
import { modernSender, openSession, post } from './support/raw.mjs';
import { demoServer } from './support/servers.mjs';

let gateway;
before(async () => {
    gateway = await startGateway({ expose: 'all', children: async () => [demoServer()] });
});
after(() => gateway?.stop());

const call = (id, name, args, progressToken) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
        name: `demo__${name}`,
        arguments: args,
        ...(progressToken === undefined ? {} : { _meta: { progressToken } }),
    },
});

const textOf = (answer) => answer.result.content[0].text;

function checkProgress(messages, token, steps) {
    const progress = messages.filter(({ method }) => method === 'notifications/progress');
    assert.equal(progress.length, steps);
    for (const { params } of progress) assert.deepEqual(params.progressToken, token);
    const values = progress.map(({ params }) => params.progress);
    assert.deepEqual(
        values,
        [...values].sort((a, b) => a - b),
    );
    assert.equal(messages.at(-1).result?.isError ?? false, false);
}

// Each: a function that makes a sender, as many independent clients as wanted.
const eras = {
    legacy: async () => (await openSession(gateway.url)).send,
    modern: async () => modernSender(gateway.url),
};

for (const [era, makeSender] of Object.entries(eras)) {
    describe(`${era} clients`, () => {
        test('with the same request id get their own answers', async () => {
            const senders = await Promise.all(Array.from({ length: 8 }, makeSender));
            const replies = await Promise.all(
                senders.map((send, i) => send(call(1, 'echo', { message: `of client ${i}` }))),
            );
            replies.forEach(({ status, messages }, i) => {
                assert.equal(status, 200);
                assert.equal(messages.length, 1);
                assert.equal(messages[0].id, 1);
                assert.equal(textOf(messages[0]), `of client ${i}`);
            });
        });

        test('with the same progress token get their own progress, all of it', async () => {
            const steps = [3, 5, 7, 9];
            const senders = await Promise.all(steps.map(makeSender));
            const replies = await Promise.all(
                senders.map((send, i) =>
                    send(call('same', 'wait', { seconds: 0.2, steps: steps[i] }, 'token')),
                ),
            );
            replies.forEach(({ messages }, i) => checkProgress(messages, 'token', steps[i]));
        });

        test('may use numbers, texts and large numbers as ids and tokens', async () => {
            const send = await makeSender();
            for (const id of [0, -5, 9007199254740991, 'a"b\\c', '', 'é🚪']) {
                const { messages } = await send(call(id, 'wait', { seconds: 0.01, steps: 2 }, id));
                assert.strictEqual(messages.at(-1).id, id);
                checkProgress(messages, id, 2);
            }
        });

        test('get no progress that they did not ask for', async () => {
            const send = await makeSender();
            const { messages } = await send(call(1, 'wait', { seconds: 0.05, steps: 5 }));
            assert.equal(messages.length, 1);
        });

        test('may have many calls in flight, answered as they finish', async () => {
            const send = await makeSender();
            const order = [];
            const slow = send(call('slow', 'wait', { seconds: 0.5 })).then(() =>
                order.push('slow'),
            );
            const quick = Array.from({ length: 20 }, (_, i) =>
                send(call(i, 'echo', { message: String(i) })).then(({ messages }) => {
                    assert.equal(textOf(messages[0]), String(i));
                    order.push('quick');
                }),
            );
            await Promise.all([slow, ...quick]);
            assert.equal(order.at(-1), 'slow');
        });
    });
}

describe('a legacy session', () => {
    test('ends with DELETE', async () => {
        const session = await openSession(gateway.url);
        assert.ok(session.headers['mcp-session-id'].length >= 16);
        assert.ok((await session.close()).ok);
        const { status } = await session.send(call(1, 'echo', { message: 'too late' }));
        assert.equal(status, 404);
    });

    for (const revision of ['2025-03-26', '2025-06-18', '2025-11-25']) {
        test(`speaks ${revision}`, async () => {
            const session = await openSession(gateway.url, revision);
            assert.equal(session.headers['mcp-protocol-version'], revision);
            const { messages } = await session.send(call(1, 'add', { a: 1, b: 2 }));
            assert.match(textOf(messages[0]), /3/);
        });
    }

    test('is required of a client that names none', async () => {
        const { status } = await post(gateway.url, call(1, 'echo', { message: 'who?' }));
        assert.equal(status, 400);
    });
});

describe('the probes', () => {
    for (const path of ['/healthz', '/readyz']) {
        test(`${path} answers`, async () => {
            const reply = await fetch(gateway.at(path));
            assert.equal(reply.status, 200);
            await reply.arrayBuffer();
        });
    }
});
