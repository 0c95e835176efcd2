// SPDX-License-Identifier: Apache-2.0
// Clients that mean no good, or have bad luck: each beside a healthy one, whose answers must all be
// right and must all come soon. What the others get is their own affair, but never silence.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { startGateway } from './support/gateway.mjs';
import { openConnection, request } from './support/hostile.mjs';
import { demoServer } from './support/servers.mjs';

const modern = '2026-07-28';
const legacy = '2025-11-25';
const soonMs = 5_000; // on a busy machine, with a sanitizer; what hangs takes far longer
const limitMs = 30_000;
const mib = 1024 * 1024;

let gateway;
before(async () => {
    gateway = await startGateway({
        expose: 'all',
        children: async () => [demoServer()],
        settings: {
            http: { header_timeout_ms: 700, body_timeout_ms: 700, write_timeout_ms: 1_000 },
            limits: {
                connections_max: 80,
                sessions_max: 100,
                memory_max: 24 * mib,
                stop_grace_ms: 1_000,
            },
        },
    });
});
after(() => gateway?.stop());

const open = () => openConnection(gateway.url);

function call(id, name, args = {}, meta = {}) {
    const params = {
        name: `demo__${name}`,
        arguments: args,
        _meta: {
            'io.modelcontextprotocol/protocolVersion': modern,
            'io.modelcontextprotocol/clientCapabilities': {},
            ...meta,
        },
    };
    return request(
        { jsonrpc: '2.0', id, method: 'tools/call', params },
        {
            headers: {
                'MCP-Protocol-Version': modern,
                'Mcp-Method': 'tools/call',
                'Mcp-Name': params.name,
            },
        },
    );
}

const initialize = request({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
        protocolVersion: legacy,
        capabilities: {},
        clientInfo: { name: 'hostile', version: '1' },
    },
});

async function openSession() {
    const client = open();
    client.send(initialize);
    const { head } = await client.answer();
    const id = /mcp-session-id: (\S+)/i.exec(head)?.[1];
    assert.ok(id, head);
    return { 'Mcp-Session-Id': id, 'MCP-Protocol-Version': legacy };
}

/// Runs `attack` beside a client that calls without a pause, on a connection that it keeps. It is
/// given a promise of so many further calls of that client.
async function beside(attack) {
    const healthy = open();
    let calls = 0;
    let slowest = 0;
    let isOver = false;
    const waiting = new Set();
    const served = (count) =>
        new Promise((resolve) => waiting.add({ until: calls + count, resolve }));
    const work = (async () => {
        do {
            const begun = performance.now();
            healthy.send(call(calls, 'add', { a: calls, b: 1 }));
            const { status, body } = await healthy.answer();
            assert.equal(status, 200, body);
            const answer = JSON.parse(body);
            assert.equal(answer.id, calls);
            assert.equal(answer.result.content[0].text, String(calls + 1));
            slowest = Math.max(slowest, performance.now() - begun);
            ++calls;
            for (const each of waiting)
                if (calls >= each.until && waiting.delete(each)) each.resolve();
        } while (!isOver);
    })();
    try {
        await Promise.all([work, attack(served).finally(() => (isOver = true))]);
    } finally {
        healthy.socket.destroy();
    }
    assert.ok(slowest < soonMs, `the healthy client waited ${Math.round(slowest)} ms`);
    // And who comes after it is served, too.
    const next = open();
    next.send(call('next', 'add', { a: 1, b: 1 }));
    assert.equal((await next.answer()).status, 200);
    next.socket.destroy();
}

const many = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));

/// `part` again and again, without a pause, until the other side has had enough.
async function trickle(client, part) {
    const timer = setInterval(() => client.send(part), 2);
    const answer = await client.answer();
    clearInterval(timer);
    client.socket.destroy();
    return answer;
}

const announced = (bytes) =>
    call(1, 'add').replace(/Content-Length: \d+/, `Content-Length: ${bytes}`);
const headOf = (text) => text.slice(0, text.indexOf('\r\n\r\n') + 4);

const attacks = {
    'heads that come byte by byte': () =>
        many(30, async () => {
            const client = open();
            client.send('POST /mcp HTTP/1.1\r\nX: ');
            assert.equal((await trickle(client, 'x')).status, 408);
        }),
    'bodies that come byte by byte': () =>
        many(30, async () => {
            const client = open();
            client.send(headOf(announced(16_000_000)));
            assert.equal((await trickle(client, ' ')).status, 408);
        }),
    'chunks that come byte by byte': () =>
        many(20, async () => {
            const client = open();
            client.send(
                headOf(call(1, 'add').replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked')),
            );
            assert.equal((await trickle(client, '1\r\n \r\n')).status, 408);
        }),
    'connections that say nothing': async () => {
        const silent = await many(100, async () => open());
        const late = open();
        // Those that wait for a request since a second make room.
        for (const end = Date.now() + limitMs; Date.now() < end;) {
            const client = open();
            client.send(call(1, 'add', { a: 1, b: 2 }));
            const { status } = await client.answer();
            client.socket.destroy();
            if (status === 200) break;
            assert.ok([503, 0].includes(status), status);
            assert.ok(Date.now() < end - 1_000, 'nobody made room');
        }
        for (const { socket } of [late, ...silent]) socket.destroy();
    },
    'clients that end their sending after the request': () =>
        many(20, async (i) => {
            const client = open();
            client.send(call(i, 'add', { a: i, b: 0 }));
            client.socket.end();
            const { status, body } = await client.answer();
            assert.equal(status, 200);
            assert.equal(JSON.parse(body).id, i);
        }),
    'clients that do not read their large answers': (served) =>
        many(8, async (i) => {
            const client = open();
            client.socket.pause();
            client.send(call(i, 'large_text', { lines: 60_000 }));
            await served(300);
            client.socket.destroy();
        }),
    'bodies that are announced too large, or sent without end': () =>
        many(10, async (i) => {
            const client = open();
            if (i % 2 === 0) {
                client.send(headOf(announced(20_000_000)));
            } else {
                client.send(
                    headOf(
                        call(1, 'add').replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked'),
                    ),
                );
                for (let k = 0; k < 20; ++k) client.send(`100000\r\n${'x'.repeat(mib)}\r\n`);
            }
            assert.ok([413, 408, 503].includes((await client.answer()).status));
            client.socket.destroy();
        }),
    'headers of 100 kilobytes': () =>
        many(10, async (i) => {
            const client = open();
            const field =
                i % 2 === 0 ? `X: ${'x'.repeat(100_000)}\r\n` : 'X: y\r\n'.repeat(20_000);
            client.send(`POST /mcp HTTP/1.1\r\n${field}\r\n`);
            assert.equal((await client.answer()).status, 400);
            client.socket.destroy();
        }),
    'requests sent all at once on one connection': async () => {
        const client = open();
        client.send(Array.from({ length: 300 }, (_, i) => call(i, 'add', { a: i, b: 0 })).join(''));
        for (let i = 0; i < 300; ++i)
            assert.equal(JSON.parse((await client.answer()).body).id, i);
        client.socket.destroy();
    },
    'connections reset in the middle of a body, and of a call': () =>
        many(60, async (i) => {
            const client = open();
            const text = call(i, i % 3 === 0 ? 'large_text' : 'add', { lines: 20_000 });
            await new Promise((resolve) =>
                client.socket.write(i % 2 === 0 ? text.slice(0, -5) : text, resolve),
            );
            client.socket.resetAndDestroy();
        }),
    'bodies that together are larger than the memory': async () => {
        const before = residentMib();
        const clients = await many(40, async () => {
            const client = open();
            client.send(headOf(announced(15 * mib)));
            for (let k = 0; k < 14; ++k) client.send(' '.repeat(mib));
            return client;
        });
        const answers = await Promise.all(clients.map((client) => client.answer()));
        for (const { status } of answers) assert.ok([503, 408, 0].includes(status), status);
        assert.ok(answers.some(({ head }) => /retry-after/i.test(head)));
        for (const { socket } of clients) socket.destroy();
        assert.ok(residentMib() < before + 150, `${before} MiB before, ${residentMib()} MiB now`);
    },
    'sessions without end': async () => {
        const client = open();
        for (let k = 0; k < 20; ++k) {
            client.send(initialize.repeat(25));
            for (let i = 0; i < 25; ++i) assert.equal((await client.answer()).status, 200);
        }
        client.socket.destroy();
        const headers = await openSession(); // a second client gets in
        const other = open();
        other.send(request({ jsonrpc: '2.0', id: 9, method: 'ping' }, { headers }));
        assert.equal(JSON.parse((await other.answer()).body).id, 9);
        other.socket.destroy();
    },
    'streams of one session, each in place of the one before': async () => {
        const headers = await openSession();
        const streams = [];
        for (let i = 0; i < 40; ++i) {
            const client = open();
            client.send(request('', { method: 'GET', headers }));
            assert.ok(await client.has('text/event-stream'));
            streams.push(client);
        }
        for (const { socket } of streams) socket.destroy();
    },
    'streams of 2024-11-05 that come and go': () =>
        many(40, async () => {
            const client = open();
            client.send(request('', { method: 'GET', path: '/sse' }));
            await client.has('endpoint');
            client.socket.resetAndDestroy();
        }),
    'subscriptions to changes that come and go': () =>
        many(40, async (i) => {
            const message = {
                jsonrpc: '2.0',
                id: i,
                method: 'subscriptions/listen',
                params: {
                    notifications: { toolsListChanged: true },
                    _meta: {
                        'io.modelcontextprotocol/protocolVersion': modern,
                        'io.modelcontextprotocol/clientCapabilities': {},
                    },
                },
            };
            const client = open();
            client.send(
                request(message, {
                    headers: { 'MCP-Protocol-Version': modern, 'Mcp-Method': message.method },
                }),
            );
            await client.has('HTTP/1.1 ');
            client.socket.destroy();
        }),
    'cancellations of everything': async () => {
        const headers = await openSession();
        const client = open();
        const cancel = (requestId) =>
            request(
                { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } },
                { headers },
            );
        client.send(Array.from({ length: 500 }, (_, i) => cancel(i)).join(''));
        for (let i = 0; i < 500; ++i) assert.equal((await client.answer()).status, 202);
        client.socket.destroy();
    },
    'what is no HTTP, and what is no JSON': () =>
        many(30, async (i) => {
            const client = open();
            const nonsense = [
                '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
                'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
                '\0'.repeat(5_000),
                'GET\r\n\r\n',
                request(`${'['.repeat(20_000)}`),
                request('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}'),
            ];
            client.send(Buffer.from(nonsense[i % nonsense.length], 'latin1'));
            assert.ok([400, 408, 403].includes((await client.answer()).status));
            client.socket.destroy();
        }),
};

function residentMib() {
    const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

describe('a healthy client has right answers soon beside', { concurrency: false }, () => {
    for (const [name, attack] of Object.entries(attacks)) test(name, () => beside(attack));

    test('all of them at once', () =>
        beside(() =>
            Promise.allSettled(
                Object.entries(attacks)
                    .filter(([name]) => /byte by byte|reset|no HTTP|cancell/.test(name))
                    .map(([, attack]) => attack()),
            ),
        ));
});
