// SPDX-License-Identifier: Apache-2.0
// MCP servers of the SDKs that are reached over HTTP, on free ports of this process: what stands
// behind a child with a `url`. Each offers the same few tools.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';

import { createMcpHandler, McpServer as ModernServer } from '@modelcontextprotocol/server';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { ElicitResultSchema } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';

/// `count` ends when its client has seen the progress: what arrives together with the answer is
/// lost on some clients.
export const counting = { finish() {} };

async function count(report) {
    const finished = new Promise((resolve) => (counting.finish = resolve));
    for (const progress of [1, 2, 3]) await report({ progress, total: 3 });
    await finished;
    return textResult('counted');
}

/// `stagger` reports progress, goes on when it is told to, reports again, and ends like `count`.
export const staggering = { begun: 0, goOn() {} };

async function stagger(report) {
    ++staggering.begun;
    const toldToGoOn = new Promise((resolve) => (staggering.goOn = resolve));
    const finished = new Promise((resolve) => (counting.finish = resolve));
    await report({ progress: 1, total: 2 });
    await toldToGoOn;
    await report({ progress: 2, total: 2 });
    await finished;
    return textResult('came through');
}

const textResult = (text) => ({ content: [{ type: 'text', text }] });

/// Keeps the events of every stream, so that a client can take them up again.
class EventStore {
    #events = [];

    async storeEvent(streamId, message) {
        this.#events.push({ streamId, message });
        return `${this.#events.length}`;
    }
    async replayEventsAfter(lastEventId, { send }) {
        const { streamId } = this.#events[Number(lastEventId) - 1];
        for (let i = Number(lastEventId); i < this.#events.length; ++i)
            if (this.#events[i].streamId === streamId)
                await send(`${i + 1}`, this.#events[i].message);
        return streamId;
    }
}

function addLegacyTools(mcp, state) {
    mcp.registerTool('echo', { inputSchema: { message: z.string() } }, ({ message }) =>
        textResult(message),
    );
    for (const work of [count, stagger])
        mcp.registerTool(work.name, { inputSchema: {} }, (_, { sendNotification, _meta }) =>
            work((progress) =>
                sendNotification({
                    method: 'notifications/progress',
                    params: { progressToken: _meta.progressToken, ...progress },
                }),
            ),
        );
    mcp.registerTool('ask', { inputSchema: {} }, async (_, { sendRequest }) => {
        const requestedSchema = { type: 'object', properties: { colour: { type: 'string' } } };
        const answer = await sendRequest(
            { method: 'elicitation/create', params: { message: 'Which colour?', requestedSchema } },
            ElicitResultSchema,
        );
        return textResult(answer.content?.colour ?? answer.action);
    });
    // The stream is closed before the answer, so that the client has to poll.
    mcp.registerTool('poll', { inputSchema: {} }, async (_, { closeSSEStream }) => {
        closeSSEStream?.();
        return textResult('polled');
    });
    mcp.registerTool('grow', { inputSchema: {} }, () => {
        mcp.registerTool(`grown_${++state.grown}`, {}, () => textResult('grown'));
        return textResult('done');
    });
}

/// Serves `onRequest(request, response)`; `requests` is what came, `stop()` ends everything.
async function serve(path, onRequest) {
    const requests = [];
    const server = createServer((request, response) => {
        requests.push({ method: request.method, headers: request.headers });
        onRequest(request, response).catch((error) => response.destroy(error));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
        url: `http://127.0.0.1:${server.address().port}${path}`,
        requests,
        /// As when the network fails for a moment.
        dropConnections: () => server.closeAllConnections(),
        async stop() {
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
        },
    };
}

/// Streamable HTTP of 2025-11-25 with sessions, resumable.
export async function startLegacyRemote() {
    const sessions = new Map();
    const state = { grown: 0 };
    async function open() {
        const transport = new StreamableHTTPServerTransport({
            sessionIdGenerator: randomUUID,
            eventStore: new EventStore(),
            retryInterval: 50,
            onsessioninitialized: (id) => sessions.set(id, transport),
        });
        const mcp = new McpServer({ name: 'legacy-remote', version: '1.0.0' });
        addLegacyTools(mcp, state);
        await mcp.connect(transport);
        return transport;
    }
    const remote = await serve('/mcp', async (request, response) => {
        const id = request.headers['mcp-session-id'];
        if (id === undefined) {
            const transport = await open();
            await transport.handleRequest(request, response);
        } else if (sessions.has(id)) {
            await sessions.get(id).handleRequest(request, response);
        } else {
            response.writeHead(404).end();
        }
    });
    /// As after a restart.
    remote.forgetSessions = () => sessions.clear();
    remote.sessions = sessions;
    return remote;
}

/// HTTP+SSE of 2024-11-05.
export async function startSseRemote() {
    const transports = new Map();
    return serve('/sse', async (request, response) => {
        const { pathname, searchParams } = new URL(request.url, 'http://localhost');
        if (request.method === 'GET' && pathname === '/sse') {
            const transport = new SSEServerTransport('/messages', response);
            transports.set(transport.sessionId, transport);
            const mcp = new McpServer({ name: 'sse-remote', version: '1.0.0' });
            addLegacyTools(mcp, { grown: 0 });
            await mcp.connect(transport);
        } else if (request.method === 'POST' && pathname === '/messages') {
            const transport = transports.get(searchParams.get('sessionId'));
            await transport.handlePostMessage(request, response);
        } else {
            response.writeHead(404).end();
        }
    });
}

/// Streamable HTTP of 2026-07-28. `legacy`: 'reject', or 'stateless' to serve older clients too.
export async function startModernRemote(legacy = 'reject') {
    const state = { grown: 0, header: 'Region' };
    function makeServer() {
        const mcp = new ModernServer(
            { name: 'modern-remote', version: '1.0.0' },
            { capabilities: { tools: { listChanged: true } } },
        );
        mcp.registerTool(
            'echo',
            { inputSchema: z.object({ message: z.string() }) },
            ({ message }) => textResult(message),
        );
        mcp.registerTool('count', { inputSchema: z.object({}) }, (_, { mcpReq }) =>
            count((progress) =>
                mcpReq.notify({
                    method: 'notifications/progress',
                    params: { progressToken: mcpReq._meta.progressToken, ...progress },
                }),
            ),
        );
        mcp.registerTool('grow', { inputSchema: z.object({}) }, () => {
            ++state.grown;
            handler.notify.toolsChanged();
            return textResult('done');
        });
        // The SDK refuses a call whose header is missing or differs.
        const region = z.string().meta({ 'x-mcp-header': state.header });
        mcp.registerTool('route', { inputSchema: z.object({ region }) }, (args) =>
            textResult(args.region),
        );
        mcp.registerTool('wait', { inputSchema: z.object({}) }, (_, { mcpReq }) => {
            state.waiting = mcpReq.signal;
            return new Promise((resolve) =>
                mcpReq.signal.addEventListener('abort', () => {
                    state.aborted = true;
                    resolve(textResult('aborted'));
                }),
            );
        });
        for (let i = 1; i <= state.grown; ++i)
            mcp.registerTool(`grown_${i}`, { inputSchema: z.object({}) }, () =>
                textResult('grown'),
            );
        return mcp;
    }
    const handler = createMcpHandler(makeServer, { legacy });
    const remote = await serve('/mcp', async (request, response) => {
        const hasBody = request.method === 'POST';
        const aborted = new AbortController();
        response.on('close', () => aborted.abort());
        const answer = await handler.fetch(
            new Request(new URL(request.url, 'http://127.0.0.1'), {
                method: request.method,
                headers: request.headers,
                body: hasBody ? Readable.toWeb(request) : undefined,
                duplex: 'half',
                signal: aborted.signal,
            }),
        );
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        if (answer.body) Readable.fromWeb(answer.body).on('error', () => {}).pipe(response);
        else response.end();
    });
    remote.state = state;
    return remote;
}

const taskExtension = 'io.modelcontextprotocol/tasks';
const metaKey = (name) => `io.modelcontextprotocol/${name}`;

/// A task that asks one thing and ends with the answer.
function makeTask(taskId) {
    const createdAt = new Date().toISOString();
    const task = { taskId, createdAt, lastUpdatedAt: createdAt, ttlMs: 60_000, pollIntervalMs: 50 };
    const requestedSchema = {
        type: 'object',
        properties: { interpretation: { type: 'string' } },
    };
    const question = {
        method: 'elicitation/create',
        params: { mode: 'form', message: 'Which one?', requestedSchema },
    };
    let state = { status: 'working' };
    return {
        handle: () => ({ ...task, status: state.status }),
        /// It asks when it has been seen at work.
        show() {
            const shown = { ...task, ...state };
            if (state.status === 'working')
                state = { status: 'input_required', inputRequests: { which: question } };
            return shown;
        },
        answer({ which }) {
            const { interpretation } = which.content;
            state = { status: 'completed', result: textResult(`pondered (${interpretation})`) };
        },
        cancel: () => (state = { status: 'cancelled' }),
    };
}

/// Streamable HTTP of 2026-07-28 with the extension for tasks, which the SDK does not have. Its
/// tool `ponder` is always a task. Like the SDK it refuses headers that differ from the body.
export async function startTaskRemote() {
    const tasks = new Map();
    const refuse = (httpStatus, code, message, data) => ({
        httpStatus,
        error: { code, message, data },
    });
    const extensions = { [taskExtension]: {} };
    const methods = {
        'server/discover': () => ({
            supportedVersions: ['2026-07-28'],
            capabilities: { tools: {}, extensions },
            ttlMs: 0,
            cacheScope: 'private',
        }),
        'tools/list': () => ({
            tools: [{ name: 'ponder', inputSchema: { type: 'object' } }],
            ttlMs: 0,
            cacheScope: 'private',
        }),
        'tools/call': ({ _meta }) => {
            if (!_meta[metaKey('clientCapabilities')]?.extensions?.[taskExtension])
                return refuse(400, -32021, 'tasks only', { requiredCapabilities: { extensions } });
            const id = randomUUID();
            tasks.set(id, makeTask(id));
            return { resultType: 'task', ...tasks.get(id).handle() };
        },
        'tasks/get': ({ taskId }) => tasks.get(taskId).show(),
        'tasks/update': ({ taskId, inputResponses }) => {
            tasks.get(taskId).answer(inputResponses);
            return {};
        },
        'tasks/cancel': ({ taskId }) => {
            tasks.get(taskId).cancel();
            return {};
        },
    };
    function answer({ method, params }, headers) {
        const expected = { method, name: params.taskId ?? params.name };
        for (const [key, value] of Object.entries(expected))
            if (headers[`mcp-${key}`] !== value) return refuse(400, -32020, `mcp-${key} differs`);
        if (!methods[method]) return refuse(404, -32601, 'Method not found');
        if (method.startsWith('tasks/') && !tasks.has(params.taskId))
            return refuse(200, -32602, 'no such task');
        return methods[method](params);
    }
    return serve('/mcp', async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        if (request.method !== 'POST') return response.writeHead(405).end();
        const message = JSON.parse(body);
        const { httpStatus = 200, error, ...result } = answer(message, request.headers);
        const said = error ? { error } : { result: { resultType: 'complete', ...result } };
        response.writeHead(httpStatus, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...said }));
    });
}
