// SPDX-License-Identifier: Apache-2.0
// Servers that fail in their own ways never take the lists of the others with them.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { node } from './support/paths.mjs';
import { demoServer, fixtureServer } from './support/servers.mjs';

/// A legacy server whose answer to tools/list is `answer`.
function serverThatLists(name, answer) {
    const script = `
        const send = (id, body) => console.log(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
        require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
            const { id, method, params } = JSON.parse(line);
            if (method === 'initialize')
                send(id, { result: { protocolVersion: params.protocolVersion,
                    capabilities: { tools: {} }, serverInfo: { name: 'n', version: '1' } } });
            else if (method === 'tools/list') ${answer};
            else if (id !== undefined) send(id, { error: { code: -32601, message: 'no' } });
        });`;
    return { name, command: node, args: ['-e', script], list_timeout: 2 };
}

const failing = {
    dead: { name: 'dead', command: node, args: ['-e', 'process.exit(3)'] },
    mute: { name: 'mute', command: node, args: ['-e', 'process.stdin.resume()'], start_timeout: 2 },
    senseless: serverThatLists('senseless', "send(id, { result: { tools: 'none' } })"),
    refusing: serverThatLists('refusing', "send(id, { error: { code: -32603, message: 'away' } })"),
    slow: serverThatLists('slow', 'void 0'),
};

let gateway;
before(async () => {
    gateway = await startGateway({
        expose: 'both',
        children: async () => [
            failing.dead,
            fixtureServer('legacy', 'first'),
            failing.senseless,
            failing.mute,
            demoServer(),
            failing.refusing,
            failing.slow,
            fixtureServer('modern', 'last'),
        ],
    });
});
after(() => gateway?.stop());

for (const kind of [legacyHttp, modernHttp]) {
    test(`${kind.name}: the lists of the others are whole and in order`, async () => {
        const client = await connectTo(gateway, kind);
        const names = (await client.listTools()).tools.map(({ name }) => name);
        const servers = names.map((name) => /^(\w+?)__/.exec(name)?.[1]).filter(Boolean);
        assert.deepEqual([...new Set(servers)], ['first', 'demo', 'last']);
        assert.deepEqual(
            servers,
            [...servers].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
        );
        const again = (await client.listTools()).tools.map(({ name }) => name);
        assert.deepEqual(again, names);
        assert.ok((await client.listPrompts()).prompts.length > 0);
        for (const name of Object.keys(failing)) {
            const askStatus = () =>
                client.callTool({ name: 'get_child_status', arguments: { server_id: name } });
            let { structuredContent: status } = await askStatus();
            // The list does not wait until the last of them has failed.
            while (!status.last_error) ({ structuredContent: status } = await askStatus());
            const text = JSON.stringify(status);
            const hasStarted = ['senseless', 'refusing', 'slow'].includes(name);
            assert.equal(status.status === 'running', hasStarted, text);
            if (hasStarted) assert.match(status.last_error, /^tools\/list failed: /);
        }
        await client.close();
    });
}

const order = ['first', 'demo', 'last'];

/// A legacy server with one tool, which answers nothing until `file` is there.
function serverThatWaitsFor(file) {
    const script = `
        const fs = require('fs');
        const { dirname } = require('path');
        const lines = require('readline').createInterface({ input: process.stdin });
        const send = (id, body) => console.log(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
        const answer = (line) => {
            const { id, method, params } = JSON.parse(line);
            if (method === 'initialize')
                send(id, { result: { protocolVersion: params.protocolVersion,
                    capabilities: { tools: {} }, serverInfo: { name: 'n', version: '1' } } });
            else if (method === 'tools/list')
                send(id, { result: { tools: [late] } });
            else if (id !== undefined) send(id, { error: { code: -32601, message: 'no' } });
        };
        const late = { name: 'late', inputSchema: { type: 'object' } };
        const waiting = [];
        let keep = (line) => waiting.push(line);
        lines.on('line', (line) => keep(line));
        const look = () => {
            if (!fs.existsSync(${JSON.stringify(file)})) return;
            keep = answer;
            waiting.splice(0).forEach(answer);
        };
        const watcher = fs.watch(dirname(${JSON.stringify(file)}), look);
        lines.on('close', () => watcher.close());
        look();`;
    return { name: 'tardy', command: node, args: ['-e', script] };
}

const toolsChanged = {
    legacy: ToolListChangedNotificationSchema,
    modern: 'notifications/tools/list_changed',
};
const partialKey = 'mcp-gateway/partial';

for (const kind of [legacyHttp, modernHttp]) {
    test(`${kind.name}: a list that comes too soon says so, and a change follows`, async () => {
        let sign;
        const slow = await startGateway({
            expose: 'all',
            isAwaited: false,
            children: async (directory) => {
                sign = join(directory, 'sign');
                return [demoServer(), serverThatWaitsFor(sign)];
            },
        });
        const client = await connectTo(slow, kind);
        const list = async () => {
            // The clients keep lists, and drop what they do not know of a result.
            await client.listTools(undefined, { cacheMode: 'refresh' });
            return client.hop.gateway.findLast(({ result }) => result?.tools).result;
        };
        const namesOf = ({ tools }) => tools.map(({ name }) => name);
        const soon = await list();
        assert.deepEqual(soon._meta[partialKey], { tardy: 'starting' });
        assert.ok(namesOf(soon).includes('demo__echo'));
        assert.ok(!namesOf(soon).includes('tardy__late'));
        if (kind.era === 'modern') assert.equal(soon.ttlMs, 0);

        const told = new Promise((done) =>
            client.setNotificationHandler(toolsChanged[kind.era], done),
        );
        if (kind.era === 'modern') await client.listen({ toolsListChanged: true });
        await writeFile(sign, '');
        await told;
        const whole = await list();
        assert.equal(whole._meta?.[partialKey], undefined);
        assert.ok(namesOf(whole).includes('tardy__late'));
        await client.close();
        await slow.stop();
    });
}
