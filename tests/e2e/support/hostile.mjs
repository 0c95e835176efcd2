// SPDX-License-Identifier: Apache-2.0
// HTTP by hand, byte by byte, for clients that mean no good.

import { connect } from 'node:net';

const limitMs = 30_000; // what hangs fails; nothing else waits so long

/// One connection, as bytes. Errors are ends: whoever attacks is cut off now and then.
export function openConnection(url) {
    const socket = connect({ port: Number(url.port), host: url.hostname });
    socket.setNoDelay(true);
    let text = '';
    let hasEnded = false;
    const waiting = new Set();
    const wake = () => {
        for (const check of [...waiting]) check();
    };
    socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        wake();
    });
    socket.on('error', () => {});
    const end = () => {
        hasEnded = true;
        wake();
    };
    socket.on('close', end).on('end', end);
    const until = (isIt, what) =>
        new Promise((resolve, reject) => {
            const late = setTimeout(() => {
                waiting.delete(check);
                reject(new Error(`${what} did not come; so far: ${text.slice(0, 300)}`));
            }, limitMs);
            const check = () => {
                if (!isIt() && !hasEnded) return;
                waiting.delete(check);
                clearTimeout(late);
                resolve(isIt());
            };
            waiting.add(check);
            check();
        });
    return {
        socket,
        send: (bytes) => socket.write(bytes),
        /// Head and body of the next answer that is not an interim one; status 0: the end instead.
        async answer() {
            for (;;) {
                await until(() => text.includes('\r\n\r\n'), 'a head');
                const end = text.indexOf('\r\n\r\n');
                if (end < 0) return { status: 0, head: '', body: '' };
                const head = text.slice(0, end);
                const status = Number(head.split(' ')[1]);
                const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
                await until(() => text.length >= end + 4 + length, 'a body');
                const body = text.slice(end + 4, end + 4 + length);
                text = text.slice(end + 4 + length);
                if (status >= 200) return { status, head, body };
            }
        },
        has: (part) => until(() => text.includes(part), part),
        closed: () => until(() => false, 'the end'),
    };
}

/// The text of a request.
export function request(message, { headers = {}, path = '/mcp', method = 'POST' } = {}) {
    const body = typeof message === 'string' ? message : JSON.stringify(message);
    const all = {
        Host: '127.0.0.1',
        Accept: 'application/json, text/event-stream',
        'Content-Type': 'application/json',
        ...(method === 'POST' ? { 'Content-Length': Buffer.byteLength(body) } : {}),
        ...headers,
    };
    const fields = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${path} HTTP/1.1\r\n${fields.join('')}\r\n${method === 'POST' ? body : ''}`;
}
