// SPDX-License-Identifier: Apache-2.0
// Every message that a server can send, complete: each member that the newest schemas know is
// there. { name, via, eras, value, lines }: `value(isModern)` is what is mutated, `lines(text)`
// what the odd server writes for it (fixtures/odd_server.mjs), `via` the request that it is for.

export const stamp = '2026-01-02T03:04:05Z';
const annotations = { audience: ['user', 'assistant'], priority: 0.5, lastModified: stamp };
const icons = [
    { src: 'https://odd.invalid/i.png', mimeType: 'image/png', sizes: ['48x48'], theme: 'dark' },
];
const _meta = { 'odd.invalid/key': { a: 1 } };
const text = { type: 'text', text: 'Hello', annotations, _meta };
const image = { type: 'image', data: 'aGVsbG8=', mimeType: 'image/png', annotations, _meta };
const audio = { ...image, type: 'audio', mimeType: 'audio/wav' };
const resource = {
    uri: 'odd://linked',
    name: 'linked',
    title: 'Linked',
    description: 'A resource',
    mimeType: 'text/plain',
    size: 12,
    annotations,
    icons,
    _meta,
};
const contents = { uri: 'odd://inside', mimeType: 'text/plain', text: 'Inside', _meta };
const blob = { uri: 'odd://inside', mimeType: 'image/png', blob: 'aGVsbG8=', _meta };
export const blocks = [
    text,
    image,
    audio,
    { type: 'resource_link', ...resource },
    { type: 'resource', resource: contents, annotations, _meta },
    { type: 'resource', resource: blob },
];
const serverInfo = {
    name: 'odd',
    version: '1',
    title: 'Odd',
    description: 'A server',
    websiteUrl: 'https://odd.invalid/',
    icons,
};
const property = { type: 'string', title: 'A', description: 'A text', minLength: 1, maxLength: 9 };
const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { a: property, b: { type: 'array', items: { type: 'integer' } } },
    required: ['a'],
};

export const tool = {
    name: 'odd',
    title: 'Odd',
    description: 'A tool',
    inputSchema: schema,
    outputSchema: schema,
    annotations: {
        title: 'Odd tool',
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
    },
    execution: { taskSupport: 'optional' },
    icons,
    _meta,
};
const prompt = {
    name: 'odd',
    title: 'Odd',
    description: 'A prompt',
    arguments: [{ name: 'a', title: 'A', description: 'An argument', required: true }],
    icons,
    _meta,
};
const { uri, ...described } = resource;
const { size, ...template } = { ...described, uriTemplate: 'odd://linked/{a}' };

/// Entries of lists, by the method that asks for them.
export const entries = {
    'tools/list': ['tools', tool],
    'prompts/list': ['prompts', prompt],
    'resources/list': ['resources', { ...resource, uri: 'odd://listed' }],
    'resources/templates/list': ['resourceTemplates', template],
};

const capabilities = {
    experimental: { odd: { a: 1 } },
    logging: {},
    completions: {},
    prompts: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    tools: { listChanged: true },
};

/// What a server says of itself, first.
export const handshakes = {
    initialize: {
        protocolVersion: '2025-11-25',
        capabilities: {
            ...capabilities,
            tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
        },
        serverInfo,
        instructions: 'Be odd',
        _meta,
    },
    'server/discover': {
        resultType: 'complete',
        supportedVersions: ['2026-07-28'],
        capabilities: { ...capabilities, extensions: { 'odd.invalid/x': { a: 1 } } },
        instructions: 'Be odd',
        ttlMs: 1000,
        cacheScope: 'public',
        _meta: { ..._meta, 'io.modelcontextprotocol/serverInfo': serverInfo },
    },
};

const modernMeta = { ..._meta, 'io.modelcontextprotocol/serverInfo': serverInfo };
const complete = (isModern, result) =>
    isModern
        ? { resultType: 'complete', ...result, _meta: modernMeta }
        : { ...result, _meta };
const cacheable = (isModern) => (isModern ? { ttlMs: 0, cacheScope: 'private' } : {});

const asResult = (result) => [`{"jsonrpc":"2.0","id":@id@,"result":${result}}`];
const asError = (error) => [`{"jsonrpc":"2.0","id":@id@,"error":${error}}`];
const plain = (isModern, content = 'said') => {
    const type = isModern ? '"resultType":"complete",' : '';
    const block = `{"type":"text","text":"${content}"}`;
    return `{"jsonrpc":"2.0","id":@id@,"result":{${type}"content":[${block}]}}`;
};
/// A notification in the middle of a call.
const notification = (method, params, eras) => ({
    name: method,
    via: 'tools/call',
    eras,
    value: () => ({ jsonrpc: '2.0', method, params }),
    lines: (line, isModern) => [line.replaceAll('"@token@"', '@token@'), plain(isModern)],
});
/// A question of a legacy server in the middle of a call.
const question = (name, method, params) => ({
    name,
    via: 'tools/call',
    eras: ['legacy'],
    value: () => params,
    lines: (line) => [
        `{"jsonrpc":"2.0","id":"ask","method":"${method}","params":${line}}`,
        plain(false, '@heard@'),
    ],
});
/// The same of a modern one.
const inputRequest = (name, method, params) => ({
    name: `input_required: ${name}`,
    via: 'tools/call',
    eras: ['modern'],
    value: () => ({
        resultType: 'input_required',
        inputRequests: { q: { method, params } },
        requestState: 'state',
        _meta: modernMeta,
    }),
    lines: asResult,
});

export const form = {
    mode: 'form',
    message: 'Who are you?',
    requestedSchema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: {
            name: { ...property, format: 'email', default: 'a@odd.invalid' },
            age: {
                type: 'integer',
                title: 'Age',
                description: 'In years',
                minimum: 0,
                maximum: 9,
                default: 1,
            },
            sure: { type: 'boolean', title: 'Sure', description: 'Or not', default: true },
            color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
            titled: { type: 'string', oneOf: [{ const: 'r', title: 'Red' }], default: 'r' },
            many: {
                type: 'array',
                minItems: 1,
                maxItems: 2,
                items: { type: 'string', enum: ['r'] },
                default: ['r'],
            },
        },
        required: ['name'],
    },
};
const visit = { mode: 'url', message: 'Please open', url: 'https://odd.invalid/visit' };
const sampling = {
    messages: [
        { role: 'user', content: text },
        { role: 'assistant', content: image },
    ],
    modelPreferences: {
        hints: [{ name: 'model' }],
        costPriority: 0.1,
        speedPriority: 0.2,
        intelligencePriority: 0.3,
    },
    systemPrompt: 'Be brief',
    includeContext: 'none',
    temperature: 0.5,
    maxTokens: 10,
    stopSequences: ['stop'],
    metadata: { a: 1 },
};
const useOfTools = {
    maxTokens: 10,
    messages: [
        { role: 'user', content: [text] },
        {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'u', name: 't', input: { a: 1 }, _meta }],
        },
        {
            role: 'user',
            content: [
                {
                    type: 'tool_result',
                    toolUseId: 'u',
                    content: blocks,
                    structuredContent: { a: 1 },
                    isError: false,
                    _meta,
                },
            ],
        },
    ],
    tools: [tool],
    toolChoice: { mode: 'auto' },
};
const task = {
    taskId: 't',
    status: 'working',
    statusMessage: 'odd',
    createdAt: stamp,
    lastUpdatedAt: stamp,
};
const legacyOnly = ['legacy'];
const both = ['legacy', 'modern'];

export const messages = [
    {
        name: 'result of tools/call',
        via: 'tools/call',
        eras: both,
        value: (isModern) =>
            complete(isModern, { content: blocks, structuredContent: { a: 1 }, isError: false }),
        lines: asResult,
    },
    {
        name: 'result of prompts/get',
        via: 'prompts/get',
        eras: both,
        value: (isModern) =>
            complete(isModern, {
                description: 'A prompt',
                messages: blocks.map((content) => ({ role: 'user', content })),
            }),
        lines: asResult,
    },
    {
        name: 'result of resources/read',
        via: 'resources/read',
        eras: both,
        value: (isModern) =>
            complete(isModern, { contents: [contents, blob], ...cacheable(isModern) }),
        lines: asResult,
    },
    {
        name: 'result of completion/complete',
        via: 'completion/complete',
        eras: both,
        value: (isModern) =>
            complete(isModern, { completion: { values: ['a', 'b'], total: 2, hasMore: false } }),
        lines: asResult,
    },
    ...['tools/call', 'prompts/get', 'resources/read', 'completion/complete'].map((via) => ({
        name: `error of ${via}`,
        via,
        eras: both,
        value: () => ({ code: -32050, message: 'It is odd', data: { a: 1, uri: 'odd://x' } }),
        lines: asError,
    })),
    {
        name: 'message of an error',
        via: 'lost',
        eras: both,
        value: () => ({
            jsonrpc: '2.0',
            id: '@id@',
            error: { code: -32602, message: 'It is odd' },
        }),
        lines: (line) => [line.replaceAll('"@id@"', '@id@')],
    },
    {
        name: 'message of a result',
        via: 'lost',
        eras: both,
        value: (isModern) => ({
            jsonrpc: '2.0',
            id: '@id@',
            result: complete(isModern, { content: [] }),
        }),
        lines: (line) => [line.replaceAll('"@id@"', '@id@')],
    },
    {
        name: 'error that wants a visit',
        via: 'tools/call',
        eras: legacyOnly,
        value: () => ({
            code: -32042,
            message: 'Please visit',
            data: { elicitations: [{ ...visit, elicitationId: 'e' }] },
        }),
        lines: asError,
    },
    {
        name: 'error that wants a capability',
        via: 'tools/call',
        eras: ['modern'],
        value: () => ({
            code: -32021,
            message: 'Can you?',
            data: { requiredCapabilities: { elicitation: { url: {} } } },
        }),
        lines: asError,
    },
    {
        name: 'error of versions',
        via: 'tools/call',
        eras: ['modern'],
        value: () => ({
            code: -32022,
            message: 'No such version',
            // Twice, so that no one mutation makes it true.
            data: { supported: ['2026-07-28', '2026-07-28'], requested: '2025-11-25' },
        }),
        lines: asError,
    },
    notification(
        'notifications/message',
        { level: 'info', logger: 'odd', data: { a: 1 }, _meta },
        both,
    ),
    notification(
        'notifications/progress',
        { progressToken: '@token@', progress: 1, total: 2, message: 'half', _meta },
        both,
    ),
    notification('notifications/cancelled', { requestId: 'none', reason: 'odd', _meta }, both),
    notification('notifications/resources/updated', { uri: 'odd://one', _meta }, both),
    notification('notifications/tools/list_changed', { _meta }, both),
    notification('notifications/prompts/list_changed', { _meta }, both),
    notification('notifications/resources/list_changed', { _meta }, both),
    notification('notifications/elicitation/complete', { elicitationId: 'e' }, legacyOnly),
    notification(
        'notifications/tasks/status',
        { ...task, ttl: 1, pollInterval: 1, _meta },
        legacyOnly,
    ),
    notification(
        'notifications/tasks',
        { ...task, ttlMs: 1, pollIntervalMs: 1, _meta },
        ['modern'],
    ),
    notification('notifications/odd', { a: 1, _meta }, both),
    question('sampling', 'sampling/createMessage', { ...sampling, _meta }),
    question('sampling with tools', 'sampling/createMessage', useOfTools),
    question('a form', 'elicitation/create', { ...form, _meta }),
    question('a visit', 'elicitation/create', { ...visit, elicitationId: 'e', _meta }),
    question('roots', 'roots/list', { _meta }),
    question('ping', 'ping', { _meta }),
    question('an unknown question', 'odd/ask', { a: 1 }),
    {
        name: 'message of a question',
        via: 'tools/call',
        eras: both,
        value: () => ({ jsonrpc: '2.0', id: 'x', method: 'roots/list', params: { _meta } }),
        lines: (line, isModern) => [line, plain(isModern)],
    },
    inputRequest('sampling', 'sampling/createMessage', sampling),
    inputRequest('sampling with tools', 'sampling/createMessage', useOfTools),
    inputRequest('a form', 'elicitation/create', form),
    inputRequest('a visit', 'elicitation/create', visit),
    inputRequest('roots', 'roots/list', {}),
];
