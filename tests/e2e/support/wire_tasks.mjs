// SPDX-License-Identifier: Apache-2.0
// The schema of the extension io.modelcontextprotocol/tasks, which those of the revisions do not
// have (SEP-2663).

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const milliseconds = { type: 'integer', minimum: 0 };

/// A task; `required` and `forbidden` are the members that its status has, and has not.
function task(status, required = [], forbidden = []) {
    return {
        type: 'object',
        required: ['taskId', 'status', 'createdAt', 'lastUpdatedAt', 'ttlMs', ...required],
        properties: {
            taskId: text,
            status: { enum: status },
            statusMessage: text,
            createdAt: time,
            lastUpdatedAt: time,
            ttlMs: { anyOf: [milliseconds, { type: 'null' }] },
            pollIntervalMs: milliseconds,
            inputRequests: {
                type: 'object',
                minProperties: 1,
                additionalProperties: { type: 'object', required: ['method'] },
            },
            result: { type: 'object' },
            error: {
                type: 'object',
                required: ['code', 'message'],
                properties: { code: { type: 'integer' }, message: text },
            },
            // Of core tasks.
            ttl: false,
            pollInterval: false,
            ...Object.fromEntries(forbidden.map((key) => [key, false])),
        },
    };
}

const allStatuses = ['working', 'input_required', 'completed', 'failed', 'cancelled'];
const outcome = ['inputRequests', 'result', 'error'];
const without = (key) => outcome.filter((other) => other !== key);
const detailedTask = {
    oneOf: [
        task(['working', 'cancelled'], [], outcome),
        task(['input_required'], ['inputRequests'], without('inputRequests')),
        task(['completed'], ['result'], without('result')),
        task(['failed'], ['error'], without('error')),
    ],
};
const complete = {
    type: 'object',
    required: ['resultType'],
    properties: { resultType: { const: 'complete' } },
};
const acknowledgement = {
    ...complete,
    propertyNames: { enum: ['resultType', '_meta'] },
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
const validators = {
    creation: ajv.compile(task(allStatuses, [], outcome)),
    'tasks/get': ajv.compile({ allOf: [complete, detailedTask] }),
    'tasks/update': ajv.compile(acknowledgement),
    'tasks/cancel': ajv.compile(acknowledgement),
    'notifications/tasks': ajv.compile(detailedTask),
};

function problems(name, value) {
    const validate = validators[name];
    if (!validate || validate(value)) return [];
    return validate.errors
        .slice(0, 5)
        .map(({ instancePath, message }) => `${name}${instancePath} ${message}`);
}

/// What is wrong with a result that creates a task; only tools/call may have one.
export const problemsOfCreation = (result, method) =>
    method === 'tools/call'
        ? problems('creation', result)
        : [`${method} was answered with a task`];

/// What is wrong with the result of a request of the extension.
export const problemsOfTaskResult = (result, method) => problems(method, result);

/// What is wrong with a notification of the extension.
export const problemsOfTaskNotification = ({ method, params }) =>
    method === 'notifications/tasks' ? problems(method, params) : [];
