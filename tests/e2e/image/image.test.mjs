// SPDX-License-Identifier: Apache-2.0
// What a container of the image does: its own command is started as process 1 of a namespace of its
// own, as its user, and a real client uses it. build.sh makes MCPGW_IMAGE, the folder
// with its files, and MCPGW_IMAGE_CONFIG, its settings.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const startLimitMs = 60_000;
const stopLimitMs = 15_000;

const files = process.env.MCPGW_IMAGE;
const { config } = JSON.parse(readFileSync(process.env.MCPGW_IMAGE_CONFIG, 'utf8')).OCIv1;

/// A port that was free a moment ago: a container has no other way to be told one.
async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/// The image's command with another port; process 1 of a PID namespace, in the image's own files.
async function startContainer() {
    const port = await freePort();
    const command = [...config.Entrypoint, ...config.Cmd].map((word) =>
        word.replace(/^0\.0\.0\.0:8080$/, `127.0.0.1:${port}`),
    );
    assert.ok(command.includes(`127.0.0.1:${port}`), `the port is in ${command.join(' ')}`);
    const child = spawn(
        'unshare',
        [
            '--pid', '--fork', '--kill-child', `--mount-proc=${join(files, 'proc')}`,
            'chroot', `--userspec=${config.User}`, files,
            '/usr/bin/env', '-i', ...config.Env, `HOME=${config.WorkingDir}`,
            '/bin/sh', '-c', 'cd "$HOME" && exec "$@"', 'sh', ...command,
        ],
        { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let log = '';
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8');
        stream.on('data', (text) => (log += text));
    }
    const exited = new Promise((resolve) =>
        child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    const listening = new Promise((resolve) => {
        const look = () => /http:\/\/[^\s/]+\/mcp/.test(log) && resolve(true);
        child.stderr.on('data', look);
        child.stdout.on('data', look);
    });
    const late = new Promise((resolve) => setTimeout(resolve, startLimitMs, false).unref());
    const isUp = await Promise.race([listening, exited.then(() => false), late]);
    if (!isUp) {
        child.kill('SIGKILL');
        throw new Error(`the container did not say where it listens; its output:\n${log}`);
    }
    return { child, exited, log: () => log, url: new URL(`http://127.0.0.1:${port}/mcp`) };
}

/// Process 1 of the container and all its descendants, as { pid, state, name }.
function processesOf(child) {
    const all = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => {
            try {
                const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
                const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
                const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                return [{ pid: Number(pid), parent: Number(parent), state, name }];
            } catch {
                return []; // it ended meanwhile
            }
        });
    const family = [];
    for (const queue = [child.pid]; queue.length > 0; ) {
        const parent = queue.shift();
        for (const one of all.filter((other) => other.parent === parent)) {
            family.push(one);
            queue.push(one.pid);
        }
    }
    return family;
}

let container;
before(async () => {
    container = await startContainer();
});
after(() => container?.child.kill('SIGKILL'));

async function connect() {
    const client = new Client({ name: 'image-test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(container.url));
    return client;
}

test('a client of the image lists and calls', async () => {
    const client = await connect();
    try {
        const { tools } = await client.listTools();
        assert.ok(tools.some((tool) => tool.name === 'execute_child_tool'));
        const sum = await client.callTool({
            name: 'execute_child_tool',
            arguments: { server_id: 'demo', tool_name: 'add', arguments: { a: 2, b: 3 } },
        });
        assert.match(sum.content[0].text, /5/);
    } finally {
        await client.close();
    }
});

test('the health check of the image says that it is well', () => {
    const said = execFileSync(
        'chroot',
        [files, 'mcp-gateway', 'health', '--url', new URL('/healthz', container.url).href],
        { encoding: 'utf8' },
    );
    assert.match(said, /ok/i);
});

test('the image runs as its own user and keeps no zombie of a child that was closed', async () => {
    const client = await connect();
    try {
        const closed = await client.callTool({
            name: 'close_child_session',
            arguments: { server_id: 'demo' },
        });
        assert.notEqual(closed.isError, true);
    } finally {
        await client.close();
    }
    const family = processesOf(container.child);
    assert.ok(family.some((one) => one.name === 'mcp-gateway'), JSON.stringify(family));
    assert.deepEqual(family.filter((one) => one.state === 'Z'), []);
    const owner = readFileSync(`/proc/${family[0].pid}/status`, 'utf8');
    assert.match(owner, /^Uid:\s+10001\s/m);
});

test('SIGTERM ends the container in order and in time', async () => {
    const [first] = processesOf(container.child);
    process.kill(first.pid, 'SIGTERM');
    const late = new Promise((resolve) => setTimeout(resolve, stopLimitMs, 'late').unref());
    const end = await Promise.race([container.exited, late]);
    assert.deepEqual(end, { code: 0, signal: null }, container.log());
});
