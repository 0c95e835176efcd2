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
