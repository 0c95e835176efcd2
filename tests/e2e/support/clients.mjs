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
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

export const modernRevision = '2026-07-28';

const identity = { name: 'mcp-gateway-e2e', version: '1.0.0' };

/// Answers every elicitation with `answer`, for clients made with `onElicit`.
function makeLegacyClient({ onElicit } = {}) {
    const client = new LegacyClient(identity, {
        capabilities: onElicit ? { elicitation: {} } : {},
    });
    if (onElicit) client.setRequestHandler(ElicitRequestSchema, ({ params }) => onElicit(params));
    return client;
}

function makeModernClient(mode, { onElicit } = {}) {
    const client = new ModernClient(identity, {
        capabilities: onElicit ? { elicitation: { form: {} } } : {},
        versionNegotiation: { mode },
    });
    if (onElicit) client.setRequestHandler('elicitation/create', ({ params }) => onElicit(params));
    return client;
}

async function connect(client, transport) {
    await client.connect(transport, { timeout: 60_000 });
    return client;
}

const quiet = (command) => ({ ...command, stderr: 'ignore' });

// `over`: what connect() takes: the URL of an endpoint, or { command, args } of a process.
export const legacyHttp = {
    name: 'legacy client over HTTP',
    era: 'legacy',
    over: 'http',
    connect: (url, options) =>
        connect(makeLegacyClient(options), new StreamableHTTPClientTransport(url)),
};

export const legacySse = {
    name: 'legacy client over HTTP+SSE',
    era: 'legacy',
    over: 'sse',
    connect: (url, options) => connect(makeLegacyClient(options), new SSEClientTransport(url)),
};

export const legacyStdio = {
    name: 'legacy client over stdio',
    era: 'legacy',
    over: 'stdio',
    connect: (command, options) =>
        connect(makeLegacyClient(options), new StdioClientTransport(quiet(command))),
};

export const modernHttp = {
    name: 'modern client over HTTP',
    era: 'modern',
    over: 'http',
    connect: (url, options) =>
        connect(makeModernClient({ pin: modernRevision }, options), new ModernHttpTransport(url)),
};

export const modernStdio = {
    name: 'modern client over stdio',
    era: 'modern',
    over: 'stdio',
    connect: (command, options) =>
        connect(
            makeModernClient({ pin: modernRevision }, options),
            new ModernStdioTransport(quiet(command)),
        ),
};

/// Asks with server/discover first and falls back to the handshake: what a careful host does.
export const negotiatingHttp = {
    name: 'negotiating client over HTTP',
    era: 'modern',
    over: 'http',
    connect: (url, options) =>
        connect(makeModernClient('auto', options), new ModernHttpTransport(url)),
};

export const negotiatingStdio = {
    name: 'negotiating client over stdio',
    era: 'modern',
    over: 'stdio',
    connect: (command, options) =>
        connect(makeModernClient('auto', options), new ModernStdioTransport(quiet(command))),
};

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
