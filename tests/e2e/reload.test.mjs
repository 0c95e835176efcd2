// SPDX-License-Identifier: Apache-2.0
// The configuration of a gateway that runs is changed: by an editor, a script, Kubernetes. Clients
// stay connected and are told, calls go on, and servers that are not concerned are left alone.

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { allClients, connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { makeConfig, startGateway } from './support/gateway.mjs';
import { hasRemoved, willRemove } from './support/orphans.mjs';
import { binary } from './support/paths.mjs';
import { realServers } from './support/servers.mjs';

const waitLimitMs = 60_000;
const pollMs = 20;
const toolsChanged = 'notifications/tools/list_changed';

const demo = (name, more = {}) => ({ name, command: binary, args: ['demo-server'], ...more });
const named = (name) => async (directory) =>
    (await realServers(directory)).filter((server) => server.name === name);

async function readConfig(config) {
    return JSON.parse(await readFile(config.file, 'utf8'));
}

/// As editors do: another file, which takes the place of the old one.
async function edit(config, change) {
    const content = await readConfig(config);
    change(content);
    await writeFile(`${config.file}.new`, JSON.stringify(content, null, 2));
    await rename(`${config.file}.new`, config.file);
}

async function status(gateway) {
    return (await fetch(gateway.at('/status'))).json();
}

/// The status once it is as it should be.
async function until(gateway, isSo) {
    const late = Date.now() + waitLimitMs;
    for (;;) {
        const now = await status(gateway);
        if (isSo(now)) return now;
        assert.ok(Date.now() < late, `it never came to that: ${JSON.stringify(now, null, 1)}`);
        await pause(pollMs);
    }
}

const server = (shown, name) => shown.children.find((child) => child.server_id === name);
const lastReload = (shown) => shown.configuration.reloads.at(-1);

/// Counts what the client is told of tools.
async function listen(client, era) {
    const heard = new EventEmitter();
    heard.times = 0;
    const tell = () => {
        heard.times += 1;
        heard.emit('tools');
    };
    client.setNotificationHandler(
        era === 'legacy' ? ToolListChangedNotificationSchema : toolsChanged,
        tell,
    );
    if (era === 'modern') await client.listen({ toolsListChanged: true });
    return heard;
}

describe('a server that is added to the file', () => {
    for (const kind of allClients)
        test(`has its tools seen by a connected ${kind.name}`, async () => {
            const gateway = await startGateway({ expose: 'all', children: named('memory') });
            try {
                const client = await connectTo(gateway, kind);
                try {
                    const names = async () => (await client.listTools()).tools.map((t) => t.name);
                    assert.ok(!(await names()).includes('more__echo'));
                    const heard = await listen(client, kind.era);
                    const told = once(heard, 'tools', { signal: AbortSignal.timeout(waitLimitMs) });
                    const pid = server(await status(gateway), 'memory').pid;
                    await edit(gateway.config, (config) => config.children.push(demo('more')));
                    await told;
                    assert.ok((await names()).includes('more__echo'));
                    const answer = await client.callTool({
                        name: 'more__echo',
                        arguments: { message: 'hello' },
                    });
                    assert.match(answer.content[0].text, /hello/);
                    assert.equal(server(await status(gateway), 'memory').pid, pid);
                    assert.equal(heard.times, 1);
                } finally {
                    await client.close();
                }
            } finally {
                await gateway.stop();
            }
        });
});

describe('a server whose configuration changes', () => {
    let gateway;
    before(async () => {
        gateway = await startGateway({
            expose: 'all',
            children: async (directory) => [
                ...(await named('everything')(directory)),
                ...(await named('memory')(directory)),
            ],
        });
    });
    after(() => gateway?.stop());

    for (const kind of [legacyHttp, modernHttp])
        test(`ends a call of a ${kind.name} in its old process, the next in the new`, async () => {
            const client = await connectTo(gateway, kind);
            try {
                const first = await status(gateway);
                const underWay = client.callTool({
                    name: 'everything__trigger-long-running-operation',
                    arguments: { duration: 3, steps: 3 },
                });
                await until(gateway, (s) => server(s, 'everything').calls_in_flight > 0);
                await edit(gateway.config, (config) => {
                    config.children[0].env = { CHANGED: kind.name };
                });
                const now = await until(
                    gateway,
                    (s) => server(s, 'everything').pid !== server(first, 'everything').pid,
                );
                assert.equal(server(now, 'memory').pid, server(first, 'memory').pid);
                const next = await client.callTool({
                    name: 'everything__get-env',
                    arguments: {},
                });
                assert.match(next.content[0].text, new RegExp(kind.name));
                const ended = await underWay;
                assert.ok(!ended.isError, JSON.stringify(ended));
            } finally {
                await client.close();
            }
        });

    test('goes on as before when it cannot be started so', async () => {
        const first = await status(gateway);
        await edit(gateway.config, (config) => {
            config.children[1].args = ['-e', 'console.error("not today"); process.exit(7)'];
        });
        const failed = await until(
            gateway,
            (s) => server(s, 'memory').changed_configuration === 'failed',
        );
        assert.equal(server(failed, 'memory').pid, server(first, 'memory').pid);
        assert.match(server(failed, 'memory').changed_configuration_error, /not today/);
    });
});

test('a file with an error changes nothing, and is told of until it is right', async () => {
    const gateway = await startGateway({ expose: 'all', children: named('memory') });
    try {
        const first = await status(gateway);
        const good = await readFile(gateway.config.file, 'utf8');
        await writeFile(gateway.config.file, good.slice(0, good.length / 2)); // half written
        const refused = await until(gateway, (s) => s.configuration.is_refused);
        assert.equal(lastReload(refused).result, 'refused');
        assert.match(lastReload(refused).errors[0], /gateway\.json:\d+/);
        assert.equal(server(refused, 'memory').pid, server(first, 'memory').pid);
        const ready = await fetch(gateway.at('/readyz'));
        assert.equal(ready.status, 200);
        assert.match(await ready.text(), /^ok\nthe changed configuration has errors/);
        await writeFile(gateway.config.file, good);
        const again = await until(gateway, (s) => !s.configuration.is_refused);
        assert.equal(again.configuration.generation, 1);
        assert.equal(await (await fetch(gateway.at('/readyz'))).text(), 'ok\n');
        assert.equal(server(again, 'memory').pid, server(first, 'memory').pid);
        await rm(gateway.config.file); // it vanishes
        await until(gateway, (s) => s.configuration.is_refused);
        await writeFile(gateway.config.file, good);
        await until(gateway, (s) => !s.configuration.is_refused);
    } finally {
        await gateway.stop();
    }
});

test('SIGHUP has the file read where changes alone do not', async () => {
    const gateway = await startGateway({
        expose: 'all',
        children: named('memory'),
        settings: { gateway: { reload: 'signal' } },
    });
    try {
        await edit(gateway.config, (config) => config.children.push(demo('more')));
        gateway.kill('SIGHUP');
        const now = await until(gateway, (s) => server(s, 'more')?.status === 'running');
        assert.equal(now.configuration.generation, 2);
        assert.equal(lastReload(now).source, 'signal');
        assert.equal(lastReload(now).added, 1);
    } finally {
        await gateway.stop();
    }
});

test('another address is listened on, and clients of before keep their sessions', async () => {
    const gateway = await startGateway({ expose: 'all', children: async () => [demo('demo')] });
    try {
        const client = await connectTo(gateway, legacyHttp);
        try {
            await client.listTools();
            const other = new URL(gateway.url);
            other.hostname = '127.0.0.2';
            await edit(gateway.config, (config) => {
                config.http = { ...config.http, listen: `127.0.0.2:${gateway.url.port}` };
            });
            const late = Date.now() + waitLimitMs;
            const isOpen = () => fetch(new URL('/healthz', other)).then((r) => r.ok, () => false);
            while (!(await isOpen())) {
                assert.ok(Date.now() < late, gateway.log());
                await pause(pollMs);
            }
            // Its connection goes on, and its session is one of the gateway and not of a socket.
            assert.ok((await client.listTools()).tools.length > 0);
        } finally {
            await client.close();
        }
    } finally {
        await gateway.stop();
    }
});

test('a ConfigMap that Kubernetes swaps is read again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-gateway-e2e-'));
    willRemove(directory);
    const write = async (version, children) => {
        await mkdir(join(directory, version));
        const config = {
            gateway: { expose: 'all', schema_cache: 'off' },
            http: { listen: '127.0.0.1:0' },
            children,
        };
        await writeFile(join(directory, version, 'gateway.json'), JSON.stringify(config));
        await symlink(version, join(directory, '..data_tmp'));
        await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    await write('..2026_1', [demo('one')]);
    const file = join(directory, 'gateway.json');
    await symlink(join('..data', 'gateway.json'), file);
    const gateway = await startGateway({ config: { file } });
    try {
        await write('..2026_2', [demo('one'), demo('two')]);
        await rm(join(directory, '..2026_1'), { recursive: true });
        const now = await until(gateway, (s) => server(s, 'two')?.status === 'running');
        assert.equal(lastReload(now).source, 'file');
        assert.equal(lastReload(now).unchanged, 1);
    } finally {
        await gateway.stop();
        await rm(directory, { recursive: true, force: true });
        hasRemoved(directory);
    }
});

test('a gateway over stdio reads its file again, too', async () => {
    const config = await makeConfig({ expose: 'all', children: async () => [demo('one')] });
    try {
        for (const kind of allClients.filter((each) => each.over === 'stdio')) {
            const client = await kind.connect(config.stdio);
            try {
                const late = { signal: AbortSignal.timeout(waitLimitMs) };
                const heard = await listen(client, kind.era);
                const added = `of_${kind.era}__echo`;
                await edit(config, (content) => content.children.push(demo(`of_${kind.era}`)));
                for (let isThere = false; !isThere; ) {
                    // Also of the first server, which has only just started, it may be told.
                    const told = once(heard, 'tools', late);
                    const { tools } = await client.listTools();
                    isThere = tools.some((tool) => tool.name === added);
                    if (!isThere) await told;
                }
            } finally {
                await client.close();
            }
        }
    } finally {
        await config.remove();
    }
});
