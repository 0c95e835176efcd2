// SPDX-License-Identifier: Apache-2.0
// Every message that a server can send about a task, complete, in both forms of tasks: { name, via,
// value }, where `via` is the request that it answers, or "creation".

import { blocks, form, stamp } from './odd_messages.mjs';

const _meta = { 'odd.invalid/key': { a: 1 } };
const result = { content: blocks.slice(0, 2), structuredContent: { a: 1 }, isError: false };
const times = { createdAt: stamp, lastUpdatedAt: stamp };

/// What an ordinary server answers, by request: text of the answer after its id.
const answer = (value) => `"result":${JSON.stringify(value).replaceAll('"@task@"', '@task@')}`;

const legacyTask = (status, taskId = '@task@') => ({
    taskId,
    status,
    statusMessage: 'odd',
    ...times,
    ttl: 60_000,
    pollInterval: 10,
});
const related = { 'io.modelcontextprotocol/related-task': { taskId: '@task@' } };

const modernTask = (status, taskId = '@task@') => ({
    resultType: 'complete',
    taskId,
    status,
    statusMessage: 'odd',
    ...times,
    ttlMs: 60_000,
    pollIntervalMs: 10,
    _meta,
});
const asking = { q: { method: 'elicitation/create', params: form } };
const acknowledged = { resultType: 'complete', _meta };

export const taskMessages = {
    legacy: [
        {
            name: 'a new task',
            via: 'creation',
            value: { task: legacyTask('working', '@new@'), _meta },
        },
        { name: 'a task', via: 'tasks/get', value: { ...legacyTask('working'), _meta } },
        { name: 'an ended task', via: 'tasks/get', value: { ...legacyTask('failed'), _meta } },
        { name: 'its result', via: 'tasks/result', value: { ...result, _meta: related } },
        {
            name: 'a cancelled task',
            via: 'tasks/cancel',
            value: { ...legacyTask('cancelled'), _meta },
        },
    ],
    modern: [
        {
            name: 'a new task',
            via: 'creation',
            value: { ...modernTask('working', '@new@'), resultType: 'task' },
        },
        { name: 'a task', via: 'tasks/get', value: modernTask('working') },
        {
            name: 'a task that asks',
            via: 'tasks/get',
            value: { ...modernTask('input_required'), inputRequests: asking },
        },
        {
            name: 'a task with its result',
            via: 'tasks/get',
            value: { ...modernTask('completed'), result },
        },
        {
            name: 'a task that failed',
            via: 'tasks/get',
            value: {
                ...modernTask('failed'),
                error: { code: -32050, message: 'It is odd', data: { a: 1 } },
            },
        },
        { name: 'the answer to a cancellation', via: 'tasks/cancel', value: acknowledged },
    ],
};

const legacyCapabilities = {
    tools: {},
    tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
};
const tools = ['say', 'arm', 'healthy'].map((name) => ({
    name,
    inputSchema: { type: 'object' },
    ...(name === 'say' && { execution: { taskSupport: 'optional' } }),
}));
const kept = { resultType: 'complete', ttlMs: 0, cacheScope: 'public' };

/// What a server with tasks says unless it is told otherwise.
export const taskAnswers = {
    legacy: {
        initialize: answer({
            protocolVersion: '2025-11-25',
            capabilities: legacyCapabilities,
            serverInfo: { name: 'odd', version: '1' },
        }),
        'tools/list': answer({ tools }),
        'tasks/get': answer(legacyTask('working')),
        'tasks/result': answer({ ...result, _meta: related }),
        'tasks/cancel': answer(legacyTask('cancelled')),
    },
    modern: {
        'server/discover': answer({
            ...kept,
            supportedVersions: ['2026-07-28'],
            capabilities: { tools: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } },
        }),
        'tools/list': answer({ ...kept, tools: tools.map(({ execution, ...tool }) => tool) }),
        'tasks/get': answer({ ...modernTask('completed'), result }),
        'tasks/cancel': answer(acknowledged),
        'tasks/update': answer(acknowledged),
    },
};
