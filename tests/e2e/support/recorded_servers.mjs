// SPDX-License-Identifier: Apache-2.0
// Servers that say what servers of other SDKs were recorded to say (recorded/record.py), byte for
// byte but for ids, sessions and the lengths that follow from them.

import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

const folder = new URL('../recorded/', import.meta.url);
const session = 'recorded-session';

/// All recordings: { name, version, answers }.
export async function recordings() {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    return Promise.all(
        files.map(async (name) => JSON.parse(await readFile(new URL(name, folder), 'utf8'))),
    );
}

/// The chunks of a chunked body, and whether its end was there.
function readChunks(body) {
    const chunks = [];
    for (let at = 0; at < body.length; ) {
        const end = body.indexOf('\r\n', at);
        const size = Number.parseInt(body.slice(at, end), 16);
        if (size === 0) return { chunks, isWhole: true };
        // Its length is that of the recording, before the marks took the place of ids. Some write
        // it in capitals.
        const next = /\r\n(?=[0-9a-f]+\r\n|$)/gi;
        next.lastIndex = end + 2;
        const stop = next.exec(body);
        chunks.push(body.slice(end + 2, stop ? stop.index : body.length));
        at = stop ? stop.index + 2 : body.length;
    }
    return { chunks, isWhole: false };
}

/// The bytes of an answer with the marks filled in.
function fill({ bytes }, id) {
    const text = bytes.replaceAll('%ID%', id).replaceAll('%SESSION%', session);
    const end = text.indexOf('\r\n\r\n') + 4;
    let head = text.slice(0, end);
    let body = text.slice(end);
    if (/^transfer-encoding: *chunked/im.test(head)) {
        const { chunks, isWhole } = readChunks(body);
        body = chunks.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('');
        if (isWhole) body += '0\r\n\r\n';
    } else {
        head = head.replace(/^(content-length: *)\d+/im, `$1${body.length}`);
    }
    return Buffer.from(head + body, 'latin1');
}

/// Which recorded answer fits a request.
function answerTo({ answers }, { method, fields, message }) {
    const find = (to) => answers.find((each) => each.to === to);
    if (method !== 'POST') return find(method);
    const isModern = fields['mcp-protocol-version'] === '2026-07-28';
    const given = fields['mcp-session-id'];
    if (given !== undefined && given !== session) return find('lost session');
    return (
        (isModern && find(`modern ${message.method}`)) ||
        find(message.method) ||
        find(message.id === undefined ? 'notifications/initialized' : 'unknown')
    );
}

/// Calls `serve` with each request on a connection, however its bytes come.
function readRequests(socket, serve) {
    let buffer = '';
    socket.setEncoding('latin1').on('data', (piece) => {
        buffer += piece;
        for (;;) {
            const end = buffer.indexOf('\r\n\r\n');
            if (end < 0) return;
            const [line, ...lines] = buffer.slice(0, end).split('\r\n');
            const fields = Object.fromEntries(
                lines.map((each) => [
                    each.slice(0, each.indexOf(':')).toLowerCase(),
                    each.slice(each.indexOf(':') + 1).trim(),
                ]),
            );
            const length = Number(fields['content-length'] ?? 0);
            if (buffer.length < end + 4 + length) return;
            const body = buffer.slice(end + 4, end + 4 + length);
            buffer = buffer.slice(end + 4 + length);
            const message = body ? JSON.parse(Buffer.from(body, 'latin1').toString()) : undefined;
            serve({ method: line.split(' ')[0], fields, message });
        }
    });
}

/// One recorded server on a free port. `heard`: what it was asked, in order.
export async function startRecorded(recording) {
    const heard = [];
    const sockets = new Set();
    const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket)).on('error', () => {});
        readRequests(socket, (request) => {
            heard.push(request.message?.method ?? request.method);
            const answer = answerTo(recording, request);
            if (answer === undefined) return socket.destroy();
            socket.write(fill(answer, JSON.stringify(request.message?.id ?? null)));
            if (answer.closes) socket.end();
        });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
        url: `http://127.0.0.1:${server.address().port}/mcp`,
        heard,
        async stop() {
            for (const socket of sockets) socket.destroy();
            await new Promise((resolve) => server.close(resolve));
        },
    };
}
