// SPDX-License-Identifier: Apache-2.0
// A server that asks the user in the middle of a call, in all pairs of eras.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { textOf } from './support/actions.mjs';
import { allClients, connectTo } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { merged as route } from './support/routes.mjs';
import { demoServer, realServers } from './support/servers.mjs';

let gateway;
before(async () => {
    gateway = await startGateway({
        expose: 'all',
        children: async (directory) => [(await realServers(directory))[0], demoServer()],
    });
});
after(() => gateway?.stop());

for (const kind of allClients) {
    describe(kind.name, () => {
        let client;
        let answer;
        const questions = [];
        const onElicit = (params) => {
            questions.push(params.message);
            return answer;
        };
        before(async () => {
            client = await connectTo(gateway, kind, { onElicit });
        });
        after(() => client?.close());

        const ask = (question) => route.call(client, 'demo', 'ask', { question });

        test('is asked by a modern server, and its answer arrives', async () => {
            await client.listTools();
            answer = { action: 'accept', content: { answer: 'forty-two' } };
            const result = await ask('What is six times seven?');
            assert.ok(questions.at(-1).includes('What is six times seven?'));
            assert.deepEqual(result.structuredContent, { action: 'accept', answer: 'forty-two' });
        });

        test('may decline', async () => {
            answer = { action: 'decline' };
            const result = await ask('Really?');
            assert.equal(result.structuredContent.action, 'decline');
        });

        test('is asked by a legacy server, too', async () => {
            answer = { action: 'accept', content: { name: 'Ada Lovelace', check: true } };
            const result = await route.call(client, 'everything', 'trigger-elicitation-request');
            assert.match(textOf(result), /Ada Lovelace/);
        });
    });
}

describe('two clients', () => {
    test('each get their own question', async () => {
        const names = ['Ada', 'Grace', 'Edsger', 'Barbara'];
        const kinds = allClients.filter(({ over }) => over === 'http');
        const results = await Promise.all(
            names.map(async (name, i) => {
                const onElicit = ({ message }) => {
                    assert.ok(message.includes(name), `${name} was asked: ${message}`);
                    return { action: 'accept', content: { answer: name } };
                };
                const client = await connectTo(gateway, kinds[i % kinds.length], { onElicit });
                try {
                    return await route.call(client, 'demo', 'ask', {
                        question: `Are you ${name}?`,
                    });
                } finally {
                    await client.close();
                }
            }),
        );
        assert.deepEqual(
            results.map(({ structuredContent }) => structuredContent.answer),
            names,
        );
    });
});
