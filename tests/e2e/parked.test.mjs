// SPDX-License-Identifier: Apache-2.0
// A legacy server asks in the middle of a call and the client is modern: the call waits in the
// gateway until the client comes back with the answers.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { textOf } from './support/actions.mjs';
import { connectTo, legacyHttp, legacySse, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { modernSender } from './support/raw.mjs';
import { fixtureServer } from './support/servers.mjs';

const capabilities = { elicitation: { form: {} }, sampling: {}, roots: {} };
const accept = (content) => ({ action: 'accept', content });

let gateway;
before(async () => {
    gateway = await startGateway({
        expose: 'all',
        settings: { gateway: { prefix: 'never' } },
        children: async () => [fixtureServer('legacy')],
    });
});
after(() => gateway?.stop());

let lastId = 0;

/// A modern client that calls tools by hand; call() returns the response.
function makeCaller() {
    const send = modernSender(gateway.url, capabilities);
    return async (name, args = {}, retry = {}) => {
        const params = { name, arguments: args, ...retry };
        const { messages } = await send({ id: ++lastId, method: 'tools/call', params });
        return messages.at(-1);
    };
}

/// The only question of an answer, and a retry that answers it.
function questionOf({ result }) {
    assert.equal(result?.resultType, 'input_required', JSON.stringify(result));
    const [[key, { params }], ...more] = Object.entries(result.inputRequests);
    assert.deepEqual(more, []);
    return {
        message: params.message,
        state: result.requestState,
        answered: (content) => ({
            inputResponses: { [key]: accept(content) },
            requestState: result.requestState,
        }),
    };
}

function checkRefused({ error, result }) {
    assert.equal(error?.code, -32602, JSON.stringify(result));
    assert.equal(error.data?.reason, 'invalid_request_state', JSON.stringify(error));
}

describe('a parked call', () => {
    test('goes on where it was, round by round', async () => {
        const call = makeCaller();
        const name = 'test_input_required_result_multi_round';
        const first = questionOf(await call(name));
        assert.match(first.message, /Step 1/);
        const second = questionOf(await call(name, {}, first.answered({ name: 'Ada' })));
        assert.match(second.message, /Step 2/);
        assert.notEqual(second.state, first.state);
        const { result } = await call(name, {}, second.answered({ color: 'red' }));
        assert.equal(textOf(result), 'Ada likes red');
    });

    test('refuses the answers to an earlier round, and those that come twice', async () => {
        const call = makeCaller();
        const name = 'test_input_required_result_multi_round';
        const first = questionOf(await call(name));
        const second = questionOf(await call(name, {}, first.answered({ name: 'Ada' })));
        checkRefused(await call(name, {}, first.answered({ name: 'Eve' })));
        const { result } = await call(name, {}, second.answered({ color: 'red' }));
        assert.equal(textOf(result), 'Ada likes red');
        checkRefused(await call(name, {}, second.answered({ color: 'blue' })));
    });

    test('refuses a state that was changed, cut, or made up', async () => {
        const call = makeCaller();
        const question = questionOf(await call('test_elicitation', { message: 'Really?' }));
        const retry = question.answered({ response: 'yes' });
        const middle = Math.floor(question.state.length / 2);
        const other = question.state[middle] === 'A' ? 'B' : 'A';
        const states = [
            `${question.state}-TAMPERED`,
            question.state.slice(0, middle) + other + question.state.slice(middle + 1),
            question.state.slice(0, -1),
            'made up',
            '',
        ];
        for (const requestState of states)
            checkRefused(
                await call('test_elicitation', { message: 'Really?' }, { ...retry, requestState }),
            );
        const { result } = await call('test_elicitation', { message: 'Really?' }, retry);
        assert.match(textOf(result), /accept \{"response":"yes"\}/);
    });

    test('refuses the state of another request', async () => {
        const call = makeCaller();
        const question = questionOf(await call('test_elicitation', { message: 'One?' }));
        const retry = question.answered({ response: 'yes' });
        checkRefused(await call('test_elicitation', { message: 'Two?' }, retry));
        checkRefused(await call('test_input_required_result_elicitation', {}, retry));
        const { result } = await call('test_elicitation', { message: 'One?' }, retry);
        assert.match(textOf(result), /yes/);
    });

    test('asks again for what was not answered', async () => {
        const call = makeCaller();
        const name = 'test_input_required_result_multiple_inputs';
        const { result } = await call(name);
        const entries = Object.entries(result.inputRequests);
        assert.equal(entries.length, 3);
        const keyOf = (method) => entries.find(([, question]) => question.method === method)[0];
        const some = { [keyOf('elicitation/create')]: accept({ name: 'Ada' }) };
        const again = await call(
            name,
            {},
            { inputResponses: some, requestState: result.requestState },
        );
        assert.deepEqual(
            Object.values(again.result.inputRequests)
                .map(({ method }) => method)
                .sort(),
            ['roots/list', 'sampling/createMessage'],
        );
        const rest = {
            [keyOf('sampling/createMessage')]: {
                role: 'assistant',
                model: 'm',
                content: { type: 'text', text: 'Hello' },
            },
            [keyOf('roots/list')]: { roots: [] },
        };
        const done = await call(
            name,
            {},
            { inputResponses: rest, requestState: again.result.requestState },
        );
        assert.equal(textOf(done.result), 'Hello Ada, 0 root(s)');
    });

    test('may be given up, and others are served', async () => {
        const call = makeCaller();
        questionOf(await call('test_elicitation', { message: 'Anybody there?' }));
        const question = questionOf(await call('test_elicitation', { message: 'And here?' }));
        assert.equal(question.message, 'And here?');
        const { result } = await call('test_simple_text');
        assert.match(textOf(result), /simple text/);
    });
});

test('calls whose clients never come back do not block the others', async () => {
    const call = makeCaller();
    const args = (i) => ({ message: `Nobody answers ${i}` });
    const first = questionOf(await call('test_elicitation', args(0)));
    for (let i = 1; i <= 8; i++) questionOf(await call('test_elicitation', args(i)));
    const { result } = await call('test_simple_text');
    assert.match(textOf(result), /simple text/);
    // The one that waited longest had to go.
    checkRefused(await call('test_elicitation', args(0), first.answered({ response: 'late' })));
});

describe('clients that are asked at the same time', () => {
    test('modern ones each see their own question, and theirs is the answer', async () => {
        const names = ['Ada', 'Grace', 'Edsger', 'Barbara'];
        const calls = names.map(makeCaller);
        const args = names.map((name) => ({ message: `Are you ${name}?` }));
        const asked = await Promise.all(calls.map((call, i) => call('test_elicitation', args[i])));
        const questions = asked.map(questionOf);
        assert.deepEqual(
            questions.map(({ message }) => message),
            args.map(({ message }) => message),
        );
        const done = await Promise.all(
            calls.map((call, i) =>
                call('test_elicitation', args[i], questions[i].answered({ response: names[i] })),
            ),
        );
        done.forEach(({ result }, i) => assert.ok(textOf(result).includes(names[i])));
    });

    test('clients of all kinds do', async () => {
        const kinds = [legacyHttp, modernHttp, legacySse, legacyHttp, modernHttp];
        await Promise.all(
            kinds.map(async (kind, i) => {
                const onElicit = ({ message }) => {
                    assert.equal(message, `Are you number ${i}?`);
                    return accept({ response: `number ${i}` });
                };
                const client = await connectTo(gateway, kind, { onElicit });
                try {
                    for (let round = 0; round < 3; round++) {
                        const result = await client.callTool({
                            name: 'test_elicitation',
                            arguments: { message: `Are you number ${i}?` },
                        });
                        assert.match(textOf(result), new RegExp(`"number ${i}"`));
                    }
                } finally {
                    await client.close();
                }
            }),
        );
    });
});
