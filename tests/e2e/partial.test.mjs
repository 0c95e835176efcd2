// Servers that fail in their own ways never take the lists of the others with them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

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
    return { name, command: node, args: ['-e', script], list_timeout: 2, probe_timeout: 30 };
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
