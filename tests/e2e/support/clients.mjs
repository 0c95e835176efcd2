// SPDX-License-Identifier: Apache-2.0
// Real MCP clients: the SDK of the legacy revisions (1.x) and that of 2026-07-28 (2.x).

import {
    Client as ModernClient,
    StreamableHTTPClientTransport as ModernHttpTransport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdioTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
    CreateMessageRequestSchema,
    ElicitRequestSchema,
    ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';

import { checkHop, failOn, makeHop, recordFetch, recordTransport } from './wire.mjs';

export const modernRevision = '2026-07-28';

const identity = { name: 'mcp-gateway-e2e', version: '1.0.0' };

/// What a client declares, and does: `onElicit`, `onSample` and `onRoots` answer the server's
/// questions; `applyDefaults` has the SDK complete forms, with `hasUrls` it is asked to visit URLs,
/// `tellsOfRoots` that it tells when its roots change.
function capabilitiesOf(options) {
    const { onElicit, onSample, onRoots, applyDefaults = false, hasUrls = false } = options;
    const form = applyDefaults ? { applyDefaults } : {};
    return {
        ...(onElicit && { elicitation: hasUrls ? { form, url: {} } : { form } }),
        ...(onSample && { sampling: {} }),
        ...(onRoots && { roots: options.tellsOfRoots ? { listChanged: true } : {} }),
    };
}

function makeLegacyClient(options = {}) {
    const { onElicit, onSample, onRoots } = options;
    const client = new LegacyClient(identity, { capabilities: capabilitiesOf(options) });
    if (onElicit) client.setRequestHandler(ElicitRequestSchema, ({ params }) => onElicit(params));
    if (onSample)
        client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => onSample(params));
    if (onRoots) client.setRequestHandler(ListRootsRequestSchema, () => onRoots());
    return client;
}

function makeModernClient(mode, options = {}) {
    const { onElicit, onSample, onRoots } = options;
    const client = new ModernClient(identity, {
        capabilities: capabilitiesOf(options),
        versionNegotiation: { mode },
    });
    if (onElicit) client.setRequestHandler('elicitation/create', ({ params }) => onElicit(params));
    if (onSample)
        client.setRequestHandler('sampling/createMessage', ({ params }) => onSample(params));
    if (onRoots) client.setRequestHandler('roots/list', () => onRoots());
    return client;
}

/// Has a client of the SDK, which only knows the newest legacy revision, ask for another one.
function askForRevision(transport, revision) {
    const send = transport.send.bind(transport);
    transport.send = (message, ...rest) => {
        if (message.method === 'initialize') message.params.protocolVersion = revision;
        return send(message, ...rest);
    };
}

/// One way to be a client: `over` says what connect() takes, the URL of an endpoint or the
/// { command, args } of a process. What the other side says is checked when the client is closed;
/// `isChecked: false` is for servers that are not ours.
function makeKind({ name, era, over, makeClient, makeTransport }) {
    return {
        name,
        era,
        over,
        async connect(target, { isChecked = true, revision, ...options } = {}) {
            const hop = makeHop(`to ${name}`);
            const client = makeClient(options);
            const transport =
                over === 'stdio'
                    ? recordTransport(hop, makeTransport({ ...target, stderr: 'ignore' }))
                    : makeTransport(target, { fetch: recordFetch(hop) });
            if (revision) askForRevision(transport, revision);
            await client.connect(transport, { timeout: 60_000 });
            client.hop = hop;
            const close = client.close.bind(client);
            client.close = async () => {
                await close();
                if (isChecked) failOn(checkHop(hop));
            };
            return client;
        },
    };
}

const makeLegacyHttp = (url, options) => new StreamableHTTPClientTransport(url, options);
const makeModernHttp = (url, options) => new ModernHttpTransport(url, options);
const makeModernStdio = (command) => new ModernStdioTransport(command);

const pinned = (options) => makeModernClient({ pin: modernRevision }, options);
/// Asks with server/discover first and falls back to the handshake: what a careful host does.
const negotiating = (options) => makeModernClient('auto', options);

export const legacyHttp = makeKind({
    name: 'legacy client over HTTP',
    era: 'legacy',
    over: 'http',
    makeClient: makeLegacyClient,
    makeTransport: makeLegacyHttp,
});

export const legacySse = makeKind({
    name: 'legacy client over HTTP+SSE',
    era: 'legacy',
    over: 'sse',
    makeClient: makeLegacyClient,
    makeTransport: (url, options) => new SSEClientTransport(url, options),
});

export const legacyStdio = makeKind({
    name: 'legacy client over stdio',
    era: 'legacy',
    over: 'stdio',
    makeClient: makeLegacyClient,
    makeTransport: (command) => new StdioClientTransport(command),
});

export const modernHttp = makeKind({
    name: 'modern client over HTTP',
    era: 'modern',
    over: 'http',
    makeClient: pinned,
    makeTransport: makeModernHttp,
});

export const modernStdio = makeKind({
    name: 'modern client over stdio',
    era: 'modern',
    over: 'stdio',
    makeClient: pinned,
    makeTransport: makeModernStdio,
});

export const negotiatingHttp = makeKind({
    name: 'negotiating client over HTTP',
    era: 'modern',
    over: 'http',
    makeClient: negotiating,
    makeTransport: makeModernHttp,
});

export const negotiatingStdio = makeKind({
    name: 'negotiating client over stdio',
    era: 'modern',
    over: 'stdio',
    makeClient: negotiating,
    makeTransport: makeModernStdio,
});

export const allClients = [
    legacyHttp,
    legacySse,
    legacyStdio,
    modernHttp,
    modernStdio,
    negotiatingHttp,
];

/// Connects `client` to a gateway: to its HTTP side, or through a stdio gateway of its own.
export function connectTo(gateway, client, options) {
    switch (client.over) {
        case 'http':
            return client.connect(gateway.url, options);
        case 'sse':
            return client.connect(gateway.at('/sse'), options);
        default:
            return client.connect(gateway.config.stdio, options);
    }
}
