// SPDX-License-Identifier: Apache-2.0
// A legacy client that loses the connection in the middle of a call and takes up the stream again,
// by hand: the SDK hides which messages came, and how often.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { makeEventReader } from './support/events.mjs';
import { startGateway } from './support/gateway.mjs';
import { openSession } from './support/raw.mjs';
import { demoServer } from './support/servers.mjs';
import { checkHop, failOn, makeHop } from './support/wire.mjs';

let gateway;
before(async () => {
    gateway = await startGateway({ expose: 'all', children: async () => [demoServer()] });
});
after(() => gateway?.stop());

const steps = 5;
const call = {
    jsonrpc: '2.0',
    id: 'lost',
    method: 'tools/call',
    params: {
        name: 'demo__wait',
        arguments: { seconds: 0.5, steps },
        _meta: { progressToken: 'p' },
    },
};

/// Reads a stream until `isEnough(messages)` or its end, then breaks the connection; returns the
/// messages and the id of the last event.
async function readStream(url, options, isEnough) {
    const stop = new AbortController();
    const reply = await fetch(url, { ...options, signal: stop.signal });
    assert.equal(reply.status, 200, await (reply.ok ? '' : reply.text()));
    const read = makeEventReader();
    const messages = [];
    let lastId;
    try {
        for await (const chunk of reply.body.pipeThrough(new TextDecoderStream())) {
            for (const [, id] of chunk.matchAll(/^id: ?(.*)$/gm)) lastId = id;
            messages.push(...read(chunk).map((data) => JSON.parse(data)));
            if (isEnough(messages)) break;
        }
    } finally {
        stop.abort();
    }
    return { messages, lastId };
}

const progressOf = (messages) =>
    messages
        .filter(({ method }) => method === 'notifications/progress')
        .map(({ params }) => params.progress);

const accept = 'application/json, text/event-stream';

/// Starts the call, loses the connection after the first progress, resumes; returns all messages.
async function loseAndResume(session) {
    const lost = await readStream(
        gateway.url,
        {
            method: 'POST',
            headers: { ...session.headers, accept, 'content-type': 'application/json' },
            body: JSON.stringify(call),
        },
        (messages) => messages.length > 0,
    );
    assert.ok(lost.lastId, 'events have no id');
    const resumed = await readStream(
        gateway.url,
        {
            headers: {
                ...session.headers,
                accept: 'text/event-stream',
                'last-event-id': lost.lastId,
            },
        },
        (messages) => messages.some(({ id }) => id === call.id),
    );
    return [...lost.messages, ...resumed.messages];
}

test('nothing is lost, and nothing comes twice', async () => {
    const session = await openSession(gateway.url, '2025-11-25');
    const messages = await loseAndResume(session);
    assert.deepEqual(
        progressOf(messages),
        Array.from({ length: steps }, (_, i) => i + 1),
    );
    assert.equal(messages.at(-1).id, call.id);
    assert.notEqual(messages.at(-1).result.isError, true);

    const hop = makeHop('to a client that resumes', '2025-11-25');
    hop.peer.push(call);
    hop.gateway.push(...messages);
    failOn(checkHop(hop));
    await session.close();
});

test('another session cannot take up the stream', async () => {
    const session = await openSession(gateway.url, '2025-11-25');
    const other = await openSession(gateway.url, '2025-11-25');
    const lost = await readStream(
        gateway.url,
        {
            method: 'POST',
            headers: { ...session.headers, accept, 'content-type': 'application/json' },
            body: JSON.stringify(call),
        },
        (messages) => messages.length > 0,
    );
    const reply = await fetch(gateway.url, {
        headers: { ...other.headers, accept: 'text/event-stream', 'last-event-id': lost.lastId },
    });
    assert.equal(reply.status, 400, await reply.text());
    await session.close();
    await other.close();
});
