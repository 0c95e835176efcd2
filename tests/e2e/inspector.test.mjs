// SPDX-License-Identifier: Apache-2.0
// The command line of the MCP Inspector as a client.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { startGateway } from './support/gateway.mjs';
import { node, packages } from './support/paths.mjs';
import { demoServer, realServers } from './support/servers.mjs';

const run = promisify(execFile);
const script = join(packages, 'inspector/clients/launcher/build/index.js');

let gateway;
let session;
before(async () => {
    gateway = await startGateway({
        expose: 'both',
        children: async (directory) => [(await realServers(directory))[0], demoServer()],
    });
    session = join(gateway.config.directory, 'inspector.json');
    await writeFile(session, JSON.stringify({ mcpServers: { gateway: gateway.config.stdio } }));
});
after(() => gateway?.stop());

/// Result of one Inspector command.
async function inspect(target, ...options) {
    const { stdout } = await run(
        node,
        [script, '--cli', ...target, '--format', 'json', '-q', ...options],
        {
            env: { PATH: process.env.PATH, HOME: gateway.config.directory, NO_COLOR: '1' },
            timeout: 60_000,
            maxBuffer: 1 << 24,
        },
    );
    return JSON.parse(stdout).result;
}

const targets = {
    'over HTTP, legacy': () => [gateway.url.href],
    'over HTTP, modern': () => [gateway.url.href, '--protocol-era', 'modern'],
    'over HTTP+SSE': () => [gateway.at('/sse').href, '--transport', 'sse'],
    'over stdio': () => ['--config', session, '--server', 'gateway'],
};

for (const [name, target] of Object.entries(targets)) {
    describe(`the Inspector ${name}`, () => {
        test('lists the tools', async () => {
            const { tools } = await inspect(target(), '--method', 'tools/list');
            const names = tools.map((tool) => tool.name);
            for (const wanted of ['execute_child_tool', 'everything__get-sum', 'demo__add']) {
                assert.ok(names.includes(wanted), wanted);
            }
        });

        test('calls tools', async () => {
            const call = (tool, args) =>
                inspect(
                    target(),
                    '--method',
                    'tools/call',
                    '--tool-name',
                    tool,
                    '--tool-args-json',
                    JSON.stringify(args),
                );
            const image = await call('everything__get-tiny-image', {});
            assert.ok(image.content.some(({ type }) => type === 'image'));
            const sum = await call('execute_child_tool', {
                server_id: 'demo',
                tool_name: 'add',
                arguments: { a: 20, b: 22 },
            });
            assert.match(JSON.stringify(sum), /42/);
        });
    });
}

describe('the Inspector', () => {
    test("finds no fault with the schemas of the gateway's own tools", async () => {
        // Exit code 6: some schema is not portable. The servers' schemas are not ours to judge.
        const own = gateway.url.href;
        const { tools } = await inspect([own], '--method', 'tools/list');
        assert.ok(tools.filter(({ name }) => !name.includes('__')).length >= 5);
        const { stderr } = await run(
            node,
            [script, '--cli', own, '--method', 'tools/list', '--strict'],
            {
                env: { PATH: process.env.PATH, HOME: gateway.config.directory, NO_COLOR: '1' },
                timeout: 60_000,
                maxBuffer: 1 << 24,
            },
        ).catch((error) => error);
        for (const name of ['execute_child_tool', 'get_schema', 'list_registered_children']) {
            assert.ok(!stderr.includes(name), stderr);
        }
    });

    test('lists resources and prompts', async () => {
        const { resources } = await inspect([gateway.url.href], '--method', 'resources/list');
        assert.ok(resources.some(({ uri }) => uri === 'mcp://server_summary'));
        const { prompts } = await inspect([gateway.url.href], '--method', 'prompts/list');
        assert.ok(prompts.length >= 5);
    });
});
