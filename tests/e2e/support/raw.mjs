// SPDX-License-Identifier: Apache-2.0
// MCP over HTTP by hand: what the client libraries choose themselves (ids, tokens) or hide (every
// notification, in order) is in the test's hands here.

import { modernRevision } from './clients.mjs';
import { checkHop, failOn, makeHop, recordFetch } from './wire.mjs';

const accept = 'application/json, text/event-stream';

/// Posts a message and returns all messages of the reply, whether it came as one JSON body or as an
/// event stream. Fails if the schema refuses one of them.
export async function post(url, message, headers = {}) {
    const hop = makeHop('to a raw client', headers['mcp-protocol-version']);
    const reply = await recordFetch(hop)(url, {
        method: 'POST',
        headers: { accept, 'content-type': 'application/json', ...headers },
        body: typeof message === 'string' ? message : JSON.stringify(message),
        signal: AbortSignal.timeout(60_000),
    });
    await reply.arrayBuffer();
    failOn(checkHop(hop));
    return { status: reply.status, headers: reply.headers, messages: hop.gateway };
}

/// Opens a legacy session; its send(message) carries the session's headers.
export async function openSession(url, revision = '2025-11-25') {
    const opened = await post(url, {
        jsonrpc: '2.0',
        id: 0,
        method: 'initialize',
        params: {
            protocolVersion: revision,
            capabilities: {},
            clientInfo: { name: 'raw', version: '1' },
        },
    });
    const headers = {
        'mcp-session-id': opened.headers.get('mcp-session-id'),
        'mcp-protocol-version': opened.messages.at(-1).result.protocolVersion,
    };
    const send = (message) => post(url, message, headers);
    await send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return {
        headers,
        send,
        close: () => fetch(url, { method: 'DELETE', headers }),
    };
}

/// A modern client: no session; every request says who it is, and the headers repeat the body.
export function modernSender(url, capabilities = {}) {
    const envelope = {
        'io.modelcontextprotocol/protocolVersion': modernRevision,
        'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': capabilities,
    };
    return ({ id, method, params = {} }) => {
        const headers = { 'mcp-protocol-version': modernRevision, 'mcp-method': method };
        if (params.name ?? params.uri) headers['mcp-name'] = params.name ?? params.uri;
        const _meta = { ...envelope, ...params._meta };
        return post(url, { jsonrpc: '2.0', id, method, params: { ...params, _meta } }, headers);
    };
}
