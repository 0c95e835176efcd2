// SPDX-License-Identifier: Apache-2.0
// The wire check itself: what it must see, and what it must refuse.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { audio } from './fixtures/samples.mjs';
import { connectTo, legacyStdio, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { demoServer } from './support/servers.mjs';
import { checkHop, childHops, makeHop } from './support/wire.mjs';

const version = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
const call = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 't', _meta: version } };
const answer = (result) => ({ jsonrpc: '2.0', id: 7, result });
const text = (value) => ({ content: [{ type: 'text', text: value }] });

function opening(protocolVersion) {
    const result = { protocolVersion, capabilities: {}, serverInfo: { name: 's', version: '1' } };
    return {
        question: { jsonrpc: '2.0', id: 'i', method: 'initialize', params: { protocolVersion } },
        answer: { jsonrpc: '2.0', id: 'i', result },
    };
}

const legacyCall = { ...call, params: { name: 't' } };
const taskCall = { ...call, params: { name: 't', task: {} } };

const created = '2026-01-01T00:00:00Z';
const state = { taskId: 't', status: 'working', createdAt: created, lastUpdatedAt: created };
const coreTask = { ...state, ttl: 1000 };
const task = { ...state, ttlMs: 1000 };
const get = { ...call, method: 'tasks/get', params: { taskId: 't', _meta: version } };
const update = { ...get, method: 'tasks/update' };

/// Problems of what the gateway says after a handshake in `revision`, or without one.
function problems({ revision, asked = [], said }) {
    const hop = makeHop('to a test');
    if (revision) {
        hop.peer.push(opening(revision).question);
        hop.gateway.push(opening(revision).answer);
    }
    hop.peer.push(...asked);
    hop.gateway.push(...said);
    return checkHop(hop);
}

test('good messages pass, in each revision', () => {
    const complete = { resultType: 'complete', ...text('x') };
    assert.deepEqual(problems({ asked: [call], said: [answer(complete)] }), []);
    for (const revision of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
        const said = [answer(text('x'))];
        assert.deepEqual(problems({ revision, asked: [legacyCall], said }), []);
    }
});

test('tasks pass in both forms', () => {
    const revision = '2025-11-25';
    assert.deepEqual(
        problems({ revision, asked: [taskCall], said: [answer({ task: coreTask })] }),
        [],
    );
    const asking = { inputRequests: { q: { method: 'roots/list' } } };
    const rows = [
        [call, { resultType: 'task', ...task }],
        [get, { resultType: 'complete', ...task }],
        [get, { resultType: 'complete', ...task, status: 'input_required', ...asking }],
        [get, { resultType: 'complete', ...task, status: 'completed', result: {} }],
        [update, { resultType: 'complete' }],
    ];
    for (const [question, result] of rows)
        assert.deepEqual(problems({ asked: [question], said: [answer(result)] }), []);
    const told = { ...task, _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } };
    const said = [{ jsonrpc: '2.0', method: 'notifications/tasks', params: told }];
    assert.deepEqual(problems({ said }), []);
});

const bad = {
    'a modern result without its type': { asked: [call], said: [answer(text('x'))] },
    'a modern result in a legacy session': {
        revision: '2025-11-25',
        asked: [legacyCall],
        said: [answer({ resultType: 'complete', ...text('x') })],
    },
    'a block without its text': {
        revision: '2025-06-18',
        asked: [legacyCall],
        said: [answer({ content: [{ type: 'text' }] })],
    },
    'a result that is none of its method': {
        revision: '2025-11-25',
        asked: [legacyCall],
        said: [answer({ contents: [] })],
    },
    'progress of no request': {
        revision: '2025-03-26',
        said: [{ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } }],
    },
    'an error without a code': {
        revision: '2025-11-25',
        said: [{ jsonrpc: '2.0', id: 7, error: { message: 'x' } }],
    },
    'a modern request without _meta': { said: [legacyCall] },
    'audio before 2025-03-26': {
        revision: '2024-11-05',
        asked: [legacyCall],
        said: [answer({ content: [audio] })],
    },
    'a result instead of the task that was asked for': {
        revision: '2025-11-25',
        asked: [taskCall],
        said: [answer(text('x'))],
    },
    'a task that nobody asked for': {
        revision: '2025-11-25',
        asked: [legacyCall],
        said: [answer({ task: coreTask })],
    },
    'a core task in the modern era': {
        asked: [call],
        said: [answer({ resultType: 'task', ...task, ttl: 1 })],
    },
    'a task created with its result': {
        asked: [call],
        said: [answer({ resultType: 'task', ...task, status: 'completed', result: {} })],
    },
    'a task of another request': {
        asked: [get],
        said: [answer({ resultType: 'task', ...task })],
    },
    'a completed task without its result': {
        asked: [get],
        said: [answer({ resultType: 'complete', ...task, status: 'completed' })],
    },
    'an update that is answered with a task': {
        asked: [update],
        said: [answer({ resultType: 'complete', ...task })],
    },
    'a notification of a task without its id': {
        said: [{ jsonrpc: '2.0', method: 'notifications/tasks', params: { ...task, taskId: 1 } }],
    },
    'no message at all': { said: [{ jsonrpc: '2.0', id: 7 }] },
};

for (const [name, hop] of Object.entries(bad))
    test(`${name} is refused`, () => {
        assert.notDeepEqual(problems(hop), []);
    });

test('all that passes is recorded, on both sides', async () => {
    const gateway = await startGateway({ expose: 'all', children: async () => [demoServer()] });
    try {
        for (const kind of [modernHttp, legacyStdio]) {
            const client = await connectTo(gateway, kind);
            await client.callTool({ name: 'demo__add', arguments: { a: 1, b: 2 } });
            const { gateway: said, peer } = client.hop;
            await client.close();
            const { id } = peer.find(({ method }) => method === 'tools/call');
            assert.deepEqual(said.find((message) => message.id === id).result.structuredContent, {
                sum: 3,
            });
        }
        const hops = await childHops(gateway.config.directory);
        const methods = hops.flatMap((hop) => hop.gateway.map(({ method }) => method));
        assert.equal(methods.filter((method) => method === 'tools/call').length, 2);
        assert.ok(hops.every((hop) => hop.peer.length > 0));
    } finally {
        await gateway.stop();
    }
});
