// SPDX-License-Identifier: Apache-2.0
// The wire check: what the gateway says to clients and to servers is recorded and held against the
// schema of the revision spoken there. Problems fail the test: when the client is closed, or when
// the configuration of the gateway is removed.
//
// A hop is the wire between the gateway and one peer: { name, gateway: [], peer: [] }, the messages
// that each has sent. A client's hop is filled by recordFetch() and recordTransport(), a server's
// by wire_shim.mjs.

import { AssertionError } from 'node:assert';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { makeEventReader } from './events.mjs';
import { node } from './paths.mjs';
import { problemsOf } from './wire_schemas.mjs';

const modern = '2026-07-28';
const revisions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', modern];
const versionKey = 'io.modelcontextprotocol/protocolVersion';
const shownMax = 600;

/// `spoken`: the revision where the messages themselves do not tell.
export const makeHop = (name, spoken = modern) => ({ name, spoken, gateway: [], peer: [] });

const listOf = (message) => [message].flat(); // a batch, or one message
const idOf = (message) => JSON.stringify(message.id);

/// The revision that initialize agreed on, or undefined if nobody sent one.
function agreedRevision(messages) {
    const opening = messages.filter(({ method }) => method === 'initialize').map(idOf);
    const answer = messages.find(
        (message) => message.result?.protocolVersion && opening.includes(idOf(message)),
    );
    return answer?.result.protocolVersion;
}

/// What is wrong with what the gateway said on `hop`, as texts.
export function checkHop({ name, spoken, gateway, peer }) {
    const agreed = agreedRevision([...gateway, ...peer]);
    const revisionOf = ({ method, params }) => {
        const named = params?._meta?.[versionKey];
        // Tests name revisions that do not exist; the refusal is of the newest.
        if (named !== undefined) return revisions.includes(named) ? named : modern;
        if (method === 'initialize') return agreed ?? params.protocolVersion;
        return agreed ?? spoken;
    };
    const requests = peer.filter(({ method, id }) => method !== undefined && id !== undefined);
    const asked = new Map(requests.map((message) => [idOf(message), message]));
    return gateway.flatMap((message) => {
        // Answers nothing that could be read: the older schemas have no form for it.
        if (message.error && (message.id ?? null) === null) return [];
        const question = message.method === undefined ? asked.get(idOf(message)) : undefined;
        const revision = revisionOf(question ?? message);
        const shown = JSON.stringify(message).slice(0, shownMax);
        return problemsOf(message, revision, question).map(
            (problem) => `${name}, ${revision}: ${problem}\n    ${shown}`,
        );
    });
}

export function failOn(problems) {
    if (problems.length === 0) return;
    const message = `the gateway said what the schema refuses:\n${problems.join('\n')}`;
    throw new AssertionError({ message });
}

function keepJson(list, text) {
    try {
        list.push(...listOf(JSON.parse(text)));
    } catch {
        // Tests send what is no JSON, and a reply may be a page.
    }
}

/// fetch() that keeps what passes in `hop`.
export function recordFetch(hop) {
    return async (url, init = {}) => {
        if (typeof init.body === 'string') keepJson(hop.peer, init.body);
        const reply = await fetch(url, init);
        if (!reply.body) return reply;
        const isStream = reply.headers.get('content-type')?.startsWith('text/event-stream');
        const decoder = new TextDecoder();
        const readEvents = makeEventReader();
        let text = '';
        // Not tee(): a client that stops reading must still close the connection.
        const tap = new TransformStream({
            transform(chunk, controller) {
                const part = decoder.decode(chunk, { stream: true });
                if (isStream) for (const data of readEvents(part)) keepJson(hop.gateway, data);
                else text += part;
                controller.enqueue(chunk);
            },
            flush() {
                if (!isStream) keepJson(hop.gateway, text);
            },
        });
        const { status, statusText, headers } = reply;
        const copy = new Response(reply.body.pipeThrough(tap), { status, statusText, headers });
        Object.defineProperty(copy, 'url', { value: reply.url });
        return copy;
    };
}

/// Keeps what passes through a transport of the SDK in `hop`.
export function recordTransport(hop, transport) {
    const send = transport.send.bind(transport);
    transport.send = (message, ...rest) => {
        hop.peer.push(...listOf(message));
        return send(message, ...rest);
    };
    const seen = new WeakSet(); // the SDK chains handlers, so one message may come by twice
    let handler = transport.onmessage;
    Object.defineProperty(transport, 'onmessage', {
        get: () => handler,
        set(next) {
            handler = (message, ...rest) => {
                if (!seen.has(message)) hop.gateway.push(message);
                seen.add(message);
                next?.(message, ...rest);
            };
        },
    });
    return transport;
}

const shim = resolve(import.meta.dirname, 'wire_shim.mjs');
const directoryOf = (directory) => join(directory, 'wire');

/// The same child of a gateway, recorded.
export async function recordChild(directory, child) {
    if (child.command === undefined) return child;
    await mkdir(directoryOf(directory), { recursive: true });
    const recording = join(directoryOf(directory), child.name);
    return {
        ...child,
        command: node,
        args: [shim, recording, child.command, ...(child.args ?? [])],
    };
}

async function readLines(file) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const lines = text.split('\n');
    lines.pop(); // not finished, or empty
    return lines;
}

/// The hops to the recorded children of a gateway, one each life of each process.
export async function childHops(directory) {
    const files = await readdir(directoryOf(directory)).catch(() => []);
    const hops = [];
    for (const file of files.filter((name) => name.endsWith('.in'))) {
        const path = join(directoryOf(directory), file);
        const hop = makeHop(`to server ${file.split('.')[0]}`);
        for (const line of await readLines(path)) hop.gateway.push(JSON.parse(line));
        for (const line of await readLines(path.replace(/in$/, 'out'))) keepJson(hop.peer, line);
        hops.push(hop);
    }
    return hops;
}

export async function checkChildren(directory) {
    failOn((await childHops(directory)).flatMap(checkHop));
}
