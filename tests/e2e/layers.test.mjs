// SPDX-License-Identifier: Apache-2.0
// A gateway of a team's file with an include, a person's file, a profile, flags and secrets.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { makeConfig, startGateway } from './support/gateway.mjs';
import { requireBinary } from './support/paths.mjs';
import { demoServer, realServers } from './support/servers.mjs';

const run = promisify(execFile);

let config;
let gateway;
let files;
before(async () => {
    config = await makeConfig({
        expose: 'all',
        children: async (directory) => [...(await realServers(directory)), demoServer()],
        settings: {
            include: ['conf.d/*.toml'],
            flags: { notes: '${NOTES:-yes}', demo: true },
            profiles: { test: { flags: { demo: false } } },
        },
    });
    await mkdir(join(config.directory, 'conf.d'));
    await mkdir(join(config.directory, 'secrets'));
    await writeFile(join(config.directory, 'secrets/token'), 'from-a-file\n', { mode: 0o600 });
    await writeFile(
        join(config.directory, 'conf.d/10-everything.toml'),
        `[[children]]
         name = "everything"
         env = { FROM_FILE = "\${file:../secrets/token}", FROM_COMMAND = "\${command:echo told}" }
         [[children]]
         name = "memory"
         enabled = "flag:notes"
         [[children]]
         name = "demo"
         enabled = "flag:demo"
        `,
    );
    const own = join(config.directory, 'own.yaml');
    await writeFile(own, 'children:\n  - {name: filesystem, tools_only: [list_directory]}\n');
    files = ['--overlay', own, '--profile', 'test'];
    gateway = await startGateway({ config, args: files, env: { NOTES: 'off' } });
});
after(async () => {
    await gateway?.stop();
    await config?.remove();
});

for (const kind of [legacyHttp, modernHttp]) {
    test(`${kind.name}: all layers together say which servers and tools there are`, async () => {
        const client = await connectTo(gateway, kind);
        const names = (await client.listTools()).tools.map(({ name }) => name);
        await client.close();
        const of = (server) => names.filter((name) => name.startsWith(`${server}__`));
        assert.ok(of('everything').length > 5);
        assert.deepEqual(of('filesystem'), ['filesystem__list_directory']);
        assert.deepEqual(of('memory'), [], 'a flag, by a variable');
        assert.deepEqual(of('demo'), [], 'a flag, by the profile');
    });

    test(`${kind.name}: secrets reach the server and nobody else`, async () => {
        const client = await connectTo(gateway, kind);
        const { content } = await client.callTool({ name: 'everything__get-env', arguments: {} });
        await client.close();
        const env = JSON.parse(content[0].text);
        assert.equal(env.FROM_FILE, 'from-a-file');
        assert.equal(env.FROM_COMMAND, 'told');
        assert.ok(!gateway.log().includes('from-a-file'));
        const status = await (await fetch(gateway.at('/status'))).text();
        assert.ok(!status.includes('from-a-file'));
    });
}

test('config show says where each value comes from, and no secret', async () => {
    const args = ['config', 'show', '--config', config.file, ...files, '--origin'];
    const { stdout } = await run(requireBinary(), args);
    const included = join(config.directory, 'conf.d/10-everything.toml');
    assert.ok(stdout.includes(`enabled = "flag:demo" # ${included}:9\n`), stdout);
    assert.ok(stdout.includes('FROM_FILE = "${file:../secrets/token}"'));
    assert.ok(stdout.includes(`tools_only = ["list_directory"] # ${files[1]}:2\n`));
    assert.ok(!stdout.includes('from-a-file'));
});
