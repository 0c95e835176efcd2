// SPDX-License-Identifier: Apache-2.0
// The admin interface does what its description (OpenAPI) says, no more and no less: each operation
// is used, each reply is held against the schema of its status, and each member that the schemas
// name is seen.

import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';

import { makeConfig, startGateway } from './support/gateway.mjs';
import { requireBinary } from './support/paths.mjs';

/// Members that this test has no server for: of servers that hang, or list odd things.
const hardToSee = new Set([
    'Instance.health_misses',
    'Server.given_up',
    'Server.remarks',
    'Server.retry_in_ms',
]);

const demo = { name: 'demo', command: requireBinary(), args: ['demo-server'] };
const other = { name: 'other', command: requireBinary(), args: ['demo-server'] };

let config;
let gateway;
let socket;
let description;
let ajv;
const usedOperations = new Set();
const seenMembers = new Set();

/// JSON over HTTP over the socket: status and body.
function send(method, path, body, headers = {}) {
    return new Promise((resolve, reject) => {
        const text = body === undefined ? '' : JSON.stringify(body);
        const fields = { ...headers };
        if (body !== undefined) fields['Content-Type'] ??= 'application/json';
        if (text) fields['Content-Length'] = Buffer.byteLength(text);
        const asked = request({ socketPath: socket, method, path, headers: fields }, (reply) => {
            let received = '';
            reply.setEncoding('utf8');
            reply.on('data', (part) => (received += part));
            reply.on('end', () => {
                resolve({ status: reply.statusCode, body: JSON.parse(received) });
            });
            reply.on('error', reject);
        });
        asked.on('error', reject);
        asked.end(text);
    });
}

const named = (reference) => reference.slice(reference.lastIndexOf('/') + 1);

/// Takes down which members of which schema a value has.
function takeDown(schema, value, owner) {
    if (schema.$ref) {
        const name = named(schema.$ref);
        return takeDown(description.components.schemas[name], value, name);
    }
    if (Array.isArray(value)) {
        for (const item of value) if (schema.items) takeDown(schema.items, item, owner);
    } else if (value && typeof value === 'object') {
        for (const [key, member] of Object.entries(value)) {
            if (!schema.properties?.[key]) continue;
            seenMembers.add(`${owner}.${key}`);
            takeDown(schema.properties[key], member, `${owner}.${key}`);
        }
    }
}

/// All members that a schema names, below the name of its owner.
function membersOf(schema, owner) {
    if (schema.$ref) return [];
    if (schema.items) return membersOf(schema.items, owner);
    return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => [
        `${owner}.${key}`,
        ...membersOf(member, `${owner}.${key}`),
    ]);
}

function pathOf(target) {
    const path = target.replace(/\?.*/, '');
    return Object.keys(description.paths).find((pattern) =>
        new RegExp(`^${pattern.replace('{name}', '[^/]+')}$`).test(path),
    );
}

/// Uses an operation; its reply must be one that the description has.
async function use(method, target, body) {
    const operation = description.paths[pathOf(target)][method.toLowerCase()];
    usedOperations.add(operation.operationId);
    const reply = await send(method, target, body);
    let described = operation.responses[reply.status];
    assert.ok(described, `${method} ${target}: ${reply.status} ${JSON.stringify(reply.body)}`);
    if (described.$ref) described = description.components.responses[named(described.$ref)];
    const { schema } = described.content['application/json'];
    const $ref = `admin${schema.$ref}`;
    const isValid = ajv.getSchema($ref) ?? ajv.compile({ $ref });
    assert.ok(isValid(reply.body), JSON.stringify([reply.body, isValid.errors]));
    takeDown(schema, reply.body, '');
    return reply;
}

async function expect(status, method, target, body) {
    const reply = await use(method, target, body);
    assert.equal(reply.status, status, JSON.stringify(reply.body));
    return reply.body;
}

/// Until it is so, within a minute: what the gateway does by itself takes its time.
async function until(holds) {
    const end = Date.now() + 60_000;
    while (!(await holds())) assert.ok(Date.now() < end, 'it did not come to that');
}

async function change(alter) {
    const settings = JSON.parse(await readFile(config.file, 'utf8'));
    alter(settings);
    await writeFile(config.file, JSON.stringify(settings));
}

before(async () => {
    config = await makeConfig({
        expose: 'all',
        isRecorded: false,
        children: async () => [demo, { name: 'bad', command: '/bin/false' }],
    });
    socket = join(config.directory, 'run', 'admin.sock');
    await change((settings) => {
        settings.admin = { socket };
        settings.gateway.reload = 'signal'; // so that only what is asked for happens
        settings.flags = { extra: true };
    });
    gateway = await startGateway({ config, isAwaited: false });
    description = (await send('GET', '/v1/openapi.json')).body;
    ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addSchema(description, 'admin');
});
after(async () => {
    await gateway?.stop();
    await config?.remove();
});

test('the socket is for its own user alone', async () => {
    assert.equal((await stat(socket)).mode & 0o777, 0o600);
    assert.equal((await stat(join(config.directory, 'run'))).mode & 0o777, 0o700);
});

test('servers are looked at and restarted', async () => {
    await until(async () => (await expect(200, 'GET', '/v1/servers/demo')).status === 'running');
    await until(async () => (await expect(200, 'GET', '/v1/servers/bad')).status === 'failed');
    const before = (await expect(200, 'GET', '/v1/servers/demo')).pid;
    const restarted = await expect(200, 'POST', '/v1/servers/demo/restart');
    assert.notEqual(restarted.pid, before);
    assert.equal(restarted.status, 'running');
    await expect(502, 'POST', '/v1/servers/bad/restart');
    const { servers } = await expect(200, 'GET', '/v1/servers');
    assert.deepEqual(
        servers.map((one) => one.server_id),
        ['demo', 'bad'],
    );
    assert.deepEqual((await expect(200, 'GET', '/v1/servers/demo/logs')).lines, []);
    for (const [method, path] of [
        ['GET', '/v1/servers/none'],
        ['GET', '/v1/servers/none/logs'],
        ['POST', '/v1/servers/none/restart'],
        ['POST', '/v1/servers/none/enable'],
        ['POST', '/v1/servers/none/disable'],
        ['DELETE', '/v1/servers/none'],
    ])
        await expect(404, method, path);
});

test('a server is added, switched off and on, and taken out, in a file of its own', async () => {
    const managed = join(config.directory, 'conf.d', 'managed.toml');
    const written = await readFile(config.file, 'utf8');
    const added = await expect(201, 'POST', '/v1/servers', other);
    assert.equal(added.file, managed);
    assert.equal(added.reload.result, 'applied');
    await expect(409, 'POST', '/v1/servers', other);
    await until(async () => (await expect(200, 'GET', '/v1/servers/other')).status === 'running');
    await expect(200, 'POST', '/v1/servers/other/disable');
    await expect(404, 'GET', '/v1/servers/other');
    assert.deepEqual((await expect(200, 'GET', '/v1/servers')).disabled, ['other']);
    await expect(200, 'POST', '/v1/servers/other/enable');
    await expect(200, 'GET', '/v1/servers/other');
    await expect(200, 'DELETE', '/v1/servers/other');
    await expect(404, 'GET', '/v1/servers/other');
    await assert.rejects(stat(managed));
    assert.equal(await readFile(config.file, 'utf8'), written);
});

test('a server that the configuration cannot have leaves nothing behind', async () => {
    await expect(400, 'POST', '/v1/servers', { name: 'other' });
    const bad = await expect(422, 'POST', '/v1/servers', { ...other, timeout: -1 });
    assert.match(bad.error.problems.join('\n'), /managed\.toml.*timeout/);
    await assert.rejects(stat(join(config.directory, 'conf.d', 'managed.toml')));
    await expect(404, 'GET', '/v1/servers/other');
});

test('the configuration is read again, and tried before', async () => {
    const { generation } = (await expect(200, 'GET', '/v1/status')).configuration;
    assert.equal((await expect(200, 'POST', '/v1/reload')).result, 'unchanged');
    await change((settings) => {
        settings.children.push(other);
        settings.gateway.schema_cache = 'elsewhere'; // which needs a restart
    });
    await writeFile(join(config.directory, '.env'), 'no variable\n'); // which is a warning
    const planned = await expect(200, 'POST', '/v1/reload?dry_run');
    assert.equal(planned.result, 'planned');
    assert.match(planned.summary, /other/);
    await expect(404, 'GET', '/v1/servers/other');
    const applied = await expect(200, 'POST', '/v1/reload');
    assert.equal(applied.result, 'applied');
    assert.deepEqual(applied.needs_restart, ['gateway.schema_cache']);
    assert.match(applied.warnings[0], /\.env:1/);
    await expect(200, 'GET', '/v1/servers/other');
    const status = await expect(200, 'GET', '/v1/status');
    assert.ok(status.configuration.generation > generation);
    assert.equal(status.reloads.at(-1).result, 'applied');
    await writeFile(config.file, '{ "children": [');
    const refused = await expect(422, 'POST', '/v1/reload');
    assert.match(refused.error.problems[0], /gateway\.json:1/);
    assert.equal((await expect(200, 'GET', '/v1/status')).reloads.at(-1).result, 'refused');
    await expect(200, 'GET', '/v1/servers/other');
});

test('flags are set until they are unset', async () => {
    await writeFile(
        config.file,
        JSON.stringify({
            http: { listen: '127.0.0.1:0' },
            admin: { socket },
            gateway: { reload: 'signal' },
            flags: { extra: true },
            views: [{ name: 'small', description: 'few of them', children: ['demo'] }],
            children: [
                { ...demo, layer: 'data', tags: ['read only'] },
                { ...other, enabled: 'flag:extra' },
            ],
        }),
    );
    await expect(200, 'POST', '/v1/reload');
    assert.deepEqual((await expect(200, 'GET', '/v1/flags')).flags, [
        { name: 'extra', value: true, configured: true, is_overridden: false },
    ]);
    const set = await expect(200, 'PUT', '/v1/flags/extra', { value: false });
    assert.equal(set.is_overridden, true);
    await expect(404, 'GET', '/v1/servers/other');
    await expect(400, 'PUT', '/v1/flags/extra', { value: 'perhaps' });
    await expect(404, 'PUT', '/v1/flags/none', { value: true });
    await expect(404, 'DELETE', '/v1/flags/none');
    const unset = await expect(200, 'DELETE', '/v1/flags/extra');
    assert.equal(unset.value, true);
    await expect(200, 'GET', '/v1/servers/other');
});

test('views are listed, also those of layers and tags', async () => {
    const { views } = await expect(200, 'GET', '/v1/views');
    assert.deepEqual(views, [
        {
            name: 'small',
            kind: 'view',
            description: 'few of them',
            paths: ['/views/small/mcp', '/views/small/sse'],
        },
        { name: 'data', kind: 'layer', paths: ['/layers/data/mcp', '/layers/data/sse'] },
        {
            name: 'read only',
            kind: 'tag',
            paths: ['/tags/read%20only/mcp', '/tags/read%20only/sse'],
        },
    ]);
});

test('each operation, and each member of each schema, has been met', async () => {
    await expect(200, 'GET', '/v1/openapi.json');
    const operations = Object.values(description.paths).flatMap((path) =>
        Object.values(path).map((operation) => operation.operationId),
    );
    assert.deepEqual([...usedOperations].sort(), operations.sort());
    const bodies = ['NewServer', 'FlagValue'];
    const named = Object.entries(description.components.schemas)
        .filter(([name]) => !bodies.includes(name))
        .flatMap(([name, schema]) => membersOf(schema, name));
    const missed = named.filter((member) => !seenMembers.has(member) && !hardToSee.has(member));
    assert.deepEqual(missed, []);
});
