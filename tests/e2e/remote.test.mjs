// SPDX-License-Identifier: Apache-2.0
// Servers that are reached over HTTP behind the gateway: real SDK servers of every transport, for
// clients of both eras over HTTP and stdio.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { checkRefused, textOf } from './support/actions.mjs';
import { connectTo, legacyHttp, legacyStdio, modernHttp, modernStdio } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import {
    counting,
    staggering,
    startLegacyRemote,
    startModernRemote,
    startSseRemote,
} from './support/remote_servers.mjs';
import { merged } from './support/routes.mjs';

const waitLimitMs = 20_000;
const remotes = {};
let gateway;

before(async () => {
    remotes.legacy = await startLegacyRemote();
    remotes.sse = await startSseRemote();
    remotes.modern = await startModernRemote();
    remotes.dual = await startModernRemote('stateless');
    gateway = await startGateway({
        expose: 'both',
        children: () =>
            Object.entries(remotes).map(([name, { url }]) => ({
                name,
                url,
                bearer_token: 'secret',
                headers: { 'X-Team': 'blue' },
            })),
    });
});
after(async () => {
    await gateway?.stop();
    for (const remote of Object.values(remotes)) await remote.stop();
});

async function until(isTrue, what) {
    const deadline = Date.now() + waitLimitMs;
    while (!(await isTrue())) {
        assert.ok(Date.now() < deadline, `${what} did not happen in time`);
        await new Promise((resolve) => setImmediate(resolve));
    }
}

const names = async (client, server) =>
    (await merged.list(client, server)).map(({ name }) => name);

for (const kind of [legacyHttp, legacyStdio, modernHttp, modernStdio])
    for (const server of ['legacy', 'sse', 'modern', 'dual'])
        test(`${kind.name} calls the ${server} remote server`, async () => {
            const client = await connectTo(gateway, kind);
            try {
                assert.ok((await names(client, server)).includes('echo'));
                const echoed = await merged.call(client, server, 'echo', { message: 'héllo ☃' });
                assert.equal(textOf(echoed), 'héllo ☃');
                const onprogress = () => counting.finish();
                const counted = await merged.call(client, server, 'count', {}, { onprogress });
                assert.equal(textOf(counted), 'counted');
                await checkRefused(merged.call(client, server, 'nothing'), /nothing/);
            } finally {
                await client.close();
            }
        });

test('headers and token go with every request', () => {
    for (const { requests } of Object.values(remotes))
        for (const { headers } of requests) {
            assert.equal(headers.authorization, 'Bearer secret');
            assert.equal(headers['x-team'], 'blue');
        }
    assert.ok(!gateway.log().includes('secret'));
});

for (const kind of [legacyHttp, modernHttp])
    test(`${kind.name} calls a tool that wants an argument in a header`, async () => {
        const client = await connectTo(gateway, kind);
        const { state, requests } = remotes.modern;
        const route = async (region) =>
            textOf(await merged.call(client, 'modern', 'route', { region }));
        const sent = (name) => requests.map(({ headers }) => headers[`mcp-param-${name}`]);
        try {
            state.header = 'Region';
            assert.equal(await route('eu west'), 'eu west');
            assert.ok(sent('region').includes('eu west'));
            // The server says nothing of the change but by refusing the call.
            state.header = 'Zone';
            assert.equal(await route('us'), 'us');
            assert.ok(sent('zone').includes('us'));
        } finally {
            await client.close();
        }
    });

for (const kind of [legacyHttp, modernHttp])
    for (const server of ['legacy', 'sse'])
        test(`${kind.name} is asked by the ${server} remote server`, async () => {
            const client = await connectTo(gateway, kind, {
                onElicit: () => ({ action: 'accept', content: { colour: 'green' } }),
            });
            try {
                assert.equal(textOf(await merged.call(client, server, 'ask')), 'green');
            } finally {
                await client.close();
            }
        });

/// How often the gateway has taken up a stream.
const resumptions = () =>
    remotes.legacy.requests.filter(({ headers }) => headers['last-event-id']).length;

test('a stream that the server closes before the answer is polled', async () => {
    const client = await connectTo(gateway, modernHttp);
    try {
        const before = resumptions();
        assert.equal(textOf(await merged.call(client, 'legacy', 'poll')), 'polled');
        assert.ok(resumptions() > before);
    } finally {
        await client.close();
    }
});

for (const kind of [legacyHttp, modernHttp])
    test(`${kind.name} gets all of a call whose connection breaks on the way`, async () => {
        const client = await connectTo(gateway, kind);
        try {
            const [before, begun] = [resumptions(), staggering.begun];
            const seen = [];
            const onprogress = ({ progress }) => {
                seen.push(progress);
                if (progress === 2) return counting.finish();
                remotes.legacy.dropConnections();
                staggering.goOn();
            };
            const result = await merged.call(client, 'legacy', 'stagger', {}, { onprogress });
            assert.equal(textOf(result), 'came through');
            assert.deepEqual(seen, [1, 2]);
            assert.ok(resumptions() > before);
            assert.equal(staggering.begun, begun + 1);
        } finally {
            await client.close();
        }
    });

for (const server of ['legacy', 'modern'])
    test(`a tool that the ${server} remote server adds is offered`, async () => {
        const client = await connectTo(gateway, modernHttp);
        try {
            await merged.call(client, server, 'grow');
            const isOffered = async () => (await names(client, server)).includes('grown_1');
            await until(isOffered, 'the change');
        } finally {
            await client.close();
        }
    });

test('a session that the server has forgotten is begun anew, and no call fails', async () => {
    const client = await connectTo(gateway, modernHttp);
    try {
        await merged.call(client, 'legacy', 'echo', { message: 'a' });
        remotes.legacy.forgetSessions();
        const again = ['b', 'c', 'd'].map((message) =>
            merged.call(client, 'legacy', 'echo', { message }),
        );
        assert.deepEqual((await Promise.all(again)).map(textOf), ['b', 'c', 'd']);
        assert.equal(remotes.legacy.sessions.size, 1);
    } finally {
        await client.close();
    }
});

test('giving up a call ends it at the modern remote server', async () => {
    const client = await connectTo(gateway, modernHttp);
    try {
        const { state } = remotes.modern;
        const stop = new AbortController();
        const call = merged.call(client, 'modern', 'wait', {}, { signal: stop.signal });
        const ended = assert.rejects(call);
        await until(() => state.waiting !== undefined, 'the call');
        stop.abort(new Error('enough'));
        await ended;
        await until(() => state.aborted, 'the cancellation');
    } finally {
        await client.close();
    }
});

test('closing a remote server ends its session, and the next call begins another', async () => {
    const client = await connectTo(gateway, modernHttp);
    try {
        await merged.call(client, 'legacy', 'echo', { message: 'a' });
        const closed = await client.callTool({
            name: 'close_child_session',
            arguments: { server_id: 'legacy' },
        });
        assert.equal(closed.structuredContent.was_running, true);
        assert.ok(remotes.legacy.requests.some(({ method }) => method === 'DELETE'));
        const again = await merged.call(client, 'legacy', 'echo', { message: 'b' });
        assert.equal(textOf(again), 'b');
    } finally {
        await client.close();
    }
});
