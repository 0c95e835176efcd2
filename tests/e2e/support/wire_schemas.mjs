// SPDX-License-Identifier: Apache-2.0
// The JSON schemas of the specification, one a revision, and what of a message they refuse.
//
// The conformance suite carries the schemas in its bundle and exports nothing, so they are cut out
// of it; package-lock.json pins the bundle. It has none of 2024-11-05, which 2025-03-26 adds to.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { packages } from './paths.mjs';
import {
    problemsOfCreation,
    problemsOfTaskNotification,
    problemsOfTaskResult,
} from './wire_tasks.mjs';

/// The object literal that begins at `start`; strings are skipped, for they may hold braces.
function literalAt(text, start) {
    const token = /`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{}]/gs;
    token.lastIndex = start;
    for (let depth = 0; ;) {
        const match = token.exec(text);
        if (match[0] === '{') depth += 1;
        if (match[0] === '}') depth -= 1;
        if (depth === 0) return text.slice(start, token.lastIndex);
    }
}

/// By what only one of them defines, newest first.
const marks = [
    ['2026-07-28', 'DiscoverRequest'],
    ['2025-11-25', 'CreateTaskResult'],
    ['2025-06-18', 'ElicitRequest'],
    ['2025-03-26', 'JSONRPCBatchRequest'],
];

// What 2025-03-26 added and 2024-11-05 does not allow; its other additions are members, and both
// revisions allow those that they do not know.
function withoutAudio(schema) {
    const older = structuredClone(schema);
    older.definitions.AudioContent = false;
    return { schema: older, defs: older.definitions };
}

function readSchemas() {
    const text = readFileSync(join(packages, 'conformance/dist/index.js'), 'utf8');
    const schemas = {};
    for (const { index, 0: head } of text.matchAll(
        /=\{\$schema:`[^`]*`,(definitions|\$defs):\{/g,
    )) {
        const literal = literalAt(text, index + head.indexOf('{'));
        const schema = runInNewContext(`(${literal})`);
        const defs = schema.$defs ?? schema.definitions;
        const [revision] = marks.find(([, mark]) => mark in defs) ?? [];
        schemas[revision] = { schema, defs };
    }
    const missing = marks.filter(([revision]) => !schemas[revision]);
    if (missing.length > 0) throw new Error(`no schemas in the conformance suite: ${missing}`);
    schemas['2024-11-05'] = withoutAudio(schemas['2025-03-26'].schema);
    return schemas;
}

// The generator wrote integer where schema.ts of these revisions says number.
function correct(defs) {
    const { properties = {} } = defs.NumberSchema ?? {};
    for (const key of ['minimum', 'maximum', 'default'])
        if (properties[key]?.type === 'integer') properties[key].type = 'number';
    // And it left out null, and every other number.
    const values = defs.JSONValue?.anyOf.find(({ type }) => Array.isArray(type));
    if (values) values.type = ['string', 'number', 'boolean', 'null'];
}

function compile({ schema, defs }) {
    correct(defs);
    const ajv = new (schema.$defs ? Ajv2020 : Ajv)({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addFormat('byte', true);
    // A format is no more than an annotation, and servers have URIs with blanks, or relative ones.
    if (hasLooseUris) ajv.addFormat('uri', true);
    ajv.addSchema(schema, 'mcp');

    const ofMethod = new Map();
    for (const [name, { properties }] of Object.entries(defs)) {
        const method = properties?.method?.const;
        if (method && !/^(Client|Server)(Request|Notification)$/.test(name))
            ofMethod.set(method, name);
    }
    const validators = new Map();
    return {
        has: (name) => name in defs,
        ofMethod: (method) => ofMethod.get(method),
        /// What is wrong with `value` as a `name`; [] if nothing is.
        problems(name, value) {
            if (!validators.has(name))
                validators.set(
                    name,
                    ajv.compile({ $ref: `mcp#/${schema.$defs ? '$defs' : 'definitions'}/${name}` }),
                );
            const validate = validators.get(name);
            if (validate(value)) return [];
            return validate.errors
                .slice(0, 5)
                .map(({ instancePath, message }) => `${name}${instancePath} ${message}`);
        },
    };
}

let hasLooseUris = false;
/// For tests of URIs as servers have them; before any message is checked.
export function acceptLooseUris() {
    hasLooseUris = true;
}

let sources;
const compiled = new Map();

function schemaOf(revision) {
    sources ??= readSchemas();
    if (!sources[revision]) return undefined;
    if (!compiled.has(revision)) compiled.set(revision, compile(sources[revision]));
    return compiled.get(revision);
}

const isModern = (revision) => revision >= '2026-07-28';

/// What the modern revision adds to messages, which no legacy peer may see.
function modernParts(message) {
    const { result } = message;
    const found = ['resultType', 'ttlMs', 'cacheScope'].filter((key) => result && key in result);
    for (const meta of [result?._meta, message.params?._meta])
        for (const key of Object.keys(meta ?? {}))
            if (key.startsWith('io.modelcontextprotocol/') && !key.endsWith('/related-task'))
                found.push(key);
    return found.map((key) => `${key} is not of this revision`);
}

/// The name of the schema of a result.
function resultName(schema, result, { method, params }) {
    if (result.resultType === 'input_required') return 'InputRequiredResult';
    // 2025-11-25, basic/utilities/tasks: who asks for a task gets one instead of the result.
    const mayBecomeTask = schema.has('CreateTaskResult') && !method?.startsWith('tasks/');
    if (mayBecomeTask && params?.task) return 'CreateTaskResult';
    // The payload of a task is the result of what made it; there are tasks for tools only.
    if (method === 'tasks/result') return 'CallToolResult';
    return schema.ofMethod(method)?.replace(/Request$/, 'Result');
}

function resultProblems(schema, result, request, revision) {
    if (isModern(revision) && result.resultType === 'task')
        return problemsOfCreation(result, request.method);
    const name = resultName(schema, result, request);
    const problems = name && schema.has(name) ? schema.problems(name, result) : [];
    return isModern(revision)
        ? [...problems, ...problemsOfTaskResult(result, request.method)]
        : problems;
}

/// What is wrong with one message in `revision`; a response answers `request`.
export function problemsOf(message, revision, request = {}) {
    const schema = schemaOf(revision);
    if (!schema) return [`there is no revision ${revision}`];
    const problems = isModern(revision) ? [] : modernParts(message);
    const has = (...names) => names.find(schema.has);
    if (typeof message.method === 'string') {
        const kind = 'id' in message ? 'JSONRPCRequest' : 'JSONRPCNotification';
        problems.push(...schema.problems(schema.ofMethod(message.method) ?? kind, message));
        if (isModern(revision)) problems.push(...problemsOfTaskNotification(message));
    } else if ('error' in message) {
        const name = has('JSONRPCErrorResponse', 'JSONRPCError');
        problems.push(...schema.problems(name, message));
    } else if ('result' in message) {
        const name = has('JSONRPCResultResponse', 'JSONRPCResponse');
        problems.push(...schema.problems(name, message));
        problems.push(...resultProblems(schema, message.result, request, revision));
    } else {
        problems.push('is no request, notification or response');
    }
    return problems;
}
